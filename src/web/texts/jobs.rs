//! Texts of the window on jobs.

use crate::web::lang::texts;

texts! {
    TITLE = "Jobs" "任务";
    LEAD = "What runs later or outside: shops asked, shops told." "稍后或对外执行的工作：拉取订单、回传单号。";
    ALL = "All" "全部";
    EMPTY = "No such job." "没有任务。";
    JOB = "Job #{}" "任务 #{}";
    KIND = "What" "类型";
    ABOUT = "About" "对象";
    ATTEMPTS = "Attempts" "尝试";
    CRASHES = "Workers lost at it" "执行中断次数";
    BY = "Asked for by" "发起人";
    RESULT = "What came of it" "结果";
    QUEUE = "Queue" "队列";
    READY = "Ready" "就绪";
    RUNNING = "Running" "执行中";
    WAITING = "Later" "稍后";
    DONE = "Done" "完成";
    DEAD = "Failed" "失败";
    CANCELLED = "Called off" "已取消";
    CANCELLING = "ends when its handler next looks" "处理程序检查后结束";
    PAUSED = "paused" "已暂停";
    PAUSE = "Pause" "暂停";
    RESUME = "Go on" "继续";
    RETRY = "Try again" "重试";
    RETRIED = "It is tried again." "已重新排队。";
    CANCEL = "Call off" "取消";
    CANCEL_ASK = "Call job {} off?" "取消任务 {}？";
    CALLED_OFF = "The job is called off." "任务已取消。";
    QUEUE_PAUSED = "Nothing more of it begins; what is at work goes on." "不再开始新任务，执行中的继续。";
    QUEUE_RESUMED = "The queue goes on." "队列已继续。";
    TICKED = "Ticked" "勾选";
    ANY_KIND = "Of any kind" "不限类型";
    ALL_OF_THEM = "All of them, at most {}" "全部，最多 {} 个";
    RETRY_TICKED = "Try the ticked ones again" "重试所选";
    RETRIED_MANY = "{} are tried again." "已重新排队 {} 个。";
    CANCEL_TICKED = "Call the ticked ones off" "取消所选";
    CANCEL_TICKED_ASK = "Call all of these jobs off?" "取消所选的全部任务？";
    CALLED_OFF_MANY = "{} are called off." "已取消 {} 个。";
    NONE_TICKED = "Tick at least one job" "请至少勾选一个任务";
    TIMELINE = "What happened" "经过";
    ENQUEUED = "Enqueued" "入队";
    FAILED = "Attempt {} failed" "第 {} 次失败";
    NEXT_TRY = "Next try" "下次尝试";
    IMPORT = "Take in a file" "导入文件";
    RECHECK = "Judge waiting parcels anew" "重新判定待发包裹";
    GAP_CHECK = "Count a shop's orders" "核对店铺订单数";
    PULL = "Ask a shop for its orders" "拉取店铺订单";
    TELL_MEMO = "Tell a shop a memo" "同步备注到平台";
    TELL = "Tell a shop a number" "回传单号";
    DOCUMENT = "Draw a document" "生成打印文件";
    NUMBER_RUN = "Number parcels" "批量编号";
    SHIP = "Ship parcels" "批量发货";
    UPLOAD_FILE = "Write an upload file" "生成上传文件";
    PRINT_JOB = "Make a print job" "生成打印任务";
}
