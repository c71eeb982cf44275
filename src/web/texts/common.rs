//! Texts of the frame and of what goes wrong.

use crate::web::lang::texts;

texts! {
    SKIP = "Skip to the content" "跳到正文";
    WAYS = "Work" "工作";
    HOUSE = "Set up" "设置";
    START = "Today" "今日";
    WORKBENCH = "Workbench" "工作台";
    SUGGESTIONS = "Near matches" "疑似同址";
    NUMBER_RUNS = "Number runs" "单号批次";
    PRINT_JOBS = "Print jobs" "打印任务";
    WRITE_BACKS = "Write-backs" "平台回传";
    IMPORTS = "Imports" "导入";
    SHOPS = "Shops" "店铺";
    STAFF = "Staff and tokens" "员工与令牌";
    SETTINGS = "Settings" "系统设置";
    AUDIT = "Audit log" "操作日志";
    ACCOUNT = "My account" "我的账号";
    LOG_OUT = "Log out" "退出登录";
    THEME_AUTO = "Theme: as the machine" "主题：跟随系统";
    THEME_LIGHT = "Theme: light" "主题：浅色";
    THEME_DARK = "Theme: dark" "主题：深色";
    DISMISS = "Dismiss" "关闭提示";
    CLOSE = "Close" "关闭";
    SAVE = "Save" "保存";
    REMOVE = "Remove" "删除";
    WINDOW = "{}–{} of {}" "第 {}–{} 行，共 {} 行";
    BEFORE = "Before" "上一页";
    GO_TO = "Row" "行";
    GO = "Go" "跳转";
    MORE = "Next page" "下一页";
    NONE_YET = "Nothing here yet." "暂无内容。";
    LEFT_OUT_N = "{} left as they were" "{} 单未处理";
    AND_MORE = "and {} more" "还有 {} 单";
    TROUBLE = "That did not work" "操作未成功";
    FIELDS_WRONG = "Please correct this" "请更正以下内容";
    REFUSED = "This cannot be done now" "现在不能这样做";
    NOT_FOUND = "Not found" "未找到";
    NOT_FOUND_NEXT = "Look it up in the list; it may have another number." "请回列表查找。";
    FORBIDDEN = "Your role may not do this" "当前角色无此权限";
    FORBIDDEN_NEXT = "Ask an owner for another role." "请联系店主调整角色。";
    LOG_IN_FIRST = "Please log in" "请先登录";
    DATABASE_BUSY = "The database does not answer just now; nothing was changed." "数据库暂无响应，未做任何更改。";
    DISK_FULL = "The disk is full; nothing was changed." "磁盘已满，未做任何更改。";
    PROGRAM_FAILED = "The program failed; nothing was changed. The log says why." "程序出错，未做任何更改，原因见日志。";
    TRY_AGAIN = "Try again in a moment." "请稍后再试。";
    BACK_TO_START = "To the start page" "回到首页";
    LOST = "The connection is lost" "连接已断开";
    LOST_NEXT = "It is not known whether this arrived. What you typed is still here; look at the list before you send it again." "无法确认是否已送达。所填内容仍在，请先核对列表再重试。";
    BY = "By" "操作人";
    WHEN = "When" "时间";
    WHAT = "What" "内容";
    STATE = "State" "状态";
    NAME = "Name" "名称";
    PIECES = "{} pcs" "{} 件";
}
