//! What events are called.

use crate::web::lang::{Text, texts};

texts! {
    ORDER_RECEIVED = "Order received" "收到订单";
    ORDER_CHANGED = "Order changed on the platform" "平台订单变更";
    ORDER_HELD = "Held" "挂起";
    ORDER_RELEASED = "Hold released" "解除挂起";
    REMARKS_READ = "Remarks read" "备注已读";
    MERGED = "Merged" "合单";
    MERGED_INTO = "Merged into another shipment" "并入其他包裹";
    UNMERGED = "Taken apart" "拆开合单";
    SPLIT = "Split" "拆分";
    LEFT = "Order left the shipment" "订单移出包裹";
    JOINED = "Order joined the shipment" "订单加入包裹";
    NUMBERED = "Numbered" "编号";
    CORRECTED = "Number corrected" "更正单号";
    VOIDED = "Number given back" "退回单号";
    SHIPPED = "Shipped" "发货";
    REVEALED = "Recipient shown in full" "查看完整收件信息";
    RUN_COMMITTED = "Batch numbered" "批次编号";
    RUN_UNDONE = "Batch undone" "撤销批次";
    RUN_SPOILED = "Sheet voided" "作废单张";
    PRINT_CREATED = "Print job made" "新建打印任务";
    PRINT_SENT = "Sheets handed out" "送出打印";
    PRINT_ACK = "Sheets acknowledged" "确认打印";
    PRINT_RESUMED = "Print resumed" "续打";
    LOGGED_IN = "Logged in" "登录";
    LOGGED_OUT = "Logged out" "退出";
    LOGGED_OUT_EVERYWHERE = "Logged out everywhere" "退出所有设备";
    USER_CREATED = "User added" "新增员工";
    PASSWORD_SET = "Password set" "设置密码";
    ROLE_CHANGED = "Role changed" "修改角色";
    FACTOR_ON = "Second factor switched on" "开启两步验证";
    FACTOR_OFF = "Second factor switched off" "关闭两步验证";
    RECOVERY_USED = "Recovery code used" "使用恢复码";
    USER_DISABLED = "User disabled" "停用员工";
    USER_ENABLED = "User let in again" "恢复员工";
    TOKEN_ISSUED = "Token issued" "签发令牌";
    TOKEN_REVOKED = "Token revoked" "吊销令牌";
    SHOP_SILENT = "Shop cannot be read" "店铺读取失败";
    SHOP_HEARD = "Shop is read again" "店铺恢复读取";
    SHOP_CREATED = "Shop linked" "接入店铺";
    SHOP_CHANGED = "Shop changed" "修改店铺";
    SUGGESTION_ACCEPTED = "Near match merged" "确认疑似同址";
    SUGGESTION_DECLINED = "Near match declined" "否决疑似同址";
    RETURNED = "Number free again" "单号已释放";
    RENUMBERED = "Another number" "换号";
    PRINTED = "Printed" "已打印";
    SETTINGS_CHANGED = "Settings changed" "修改设置";
    IMPORTED = "Order file imported" "导入文件";
    WB_DELAYED = "Shop could not be told yet" "暂时无法回传";
    WB_RETRIED = "Write-back retried" "重试回传";
    WB_SETTLED = "Write-back settled" "回传完成";
}

/// What a kind of event is called.
pub fn kind(kind: &str) -> Option<Text> {
    Some(match kind {
        "order.received" | "order.created" => ORDER_RECEIVED,
        "order.changed" | "order.updated" => ORDER_CHANGED,
        "order.held" => ORDER_HELD,
        "order.released" => ORDER_RELEASED,
        "order.remarks_read" => REMARKS_READ,
        "shipment.merged" => MERGED,
        "shipment.merged_into" => MERGED_INTO,
        "shipment.unmerged" => UNMERGED,
        "shipment.split" => SPLIT,
        "shipment.order_left" | "order.left_shipment" => LEFT,
        "shipment.order_joined" | "order.joined_shipment" => JOINED,
        "shipment.numbered" => NUMBERED,
        "shipment.number_corrected" => CORRECTED,
        "shipment.number_voided" => VOIDED,
        "shipment.shipped" => SHIPPED,
        "recipient.revealed" => REVEALED,
        "number_run.committed" => RUN_COMMITTED,
        "number_run.undone" => RUN_UNDONE,
        "number_run.spoiled" => RUN_SPOILED,
        "print_job.created" => PRINT_CREATED,
        "print_job.handed_out" | "print_job.sent" => PRINT_SENT,
        "print_job.acknowledged" => PRINT_ACK,
        "print_job.resumed" => PRINT_RESUMED,
        "user.logged_in" => LOGGED_IN,
        "user.logged_out" => LOGGED_OUT,
        "user.logged_out_everywhere" => LOGGED_OUT_EVERYWHERE,
        "user.created" => USER_CREATED,
        "user.password_set" => PASSWORD_SET,
        "user.role_changed" => ROLE_CHANGED,
        "user.second_factor_on" => FACTOR_ON,
        "user.second_factor_off" => FACTOR_OFF,
        "user.recovery_code_used" => RECOVERY_USED,
        "user.disabled" => USER_DISABLED,
        "user.enabled" => USER_ENABLED,
        "token.issued" => TOKEN_ISSUED,
        "token.revoked" => TOKEN_REVOKED,
        "shop.silent" => SHOP_SILENT,
        "shop.heard" => SHOP_HEARD,
        "shop.created" => SHOP_CREATED,
        "shop.changed" => SHOP_CHANGED,
        "suggestion.accepted" => SUGGESTION_ACCEPTED,
        "suggestion.declined" => SUGGESTION_DECLINED,
        "shipment.number_returned" => RETURNED,
        "shipment.renumbered" => RENUMBERED,
        "shipment.printed" | "print_job.rendered" => PRINTED,
        "seller.settings_changed" => SETTINGS_CHANGED,
        "import.finished" => IMPORTED,
        "order.merged" => MERGED,
        "order.shipped" => SHIPPED,
        "write_back.delayed" => WB_DELAYED,
        "write_back.retried" => WB_RETRIED,
        "write_back.settled" => WB_SETTLED,
        _ => return None,
    })
}
