//! The words of states, roles and platforms.

use crate::domain::actor::Role;
use crate::domain::order::{OrderKind, OrderState, Refund};
use crate::domain::platform::Platform;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::web::lang::{Text, texts};

texts! {
    BLOCKED = "Blocked" "待处理";
    READY = "Ready" "待发货";
    NUMBERED = "Numbered" "已编号";
    PRINTED = "Printed" "已打印";
    SHIPPED = "Shipped" "已发货";
    CANCELLED = "Cancelled" "已取消";
    PRINT_NONE = "Not printed" "未打印";
    PRINT_QUEUED = "In print" "打印中";
    PRINT_DONE = "Printed" "已打印";
    PRINT_STALE = "Printed, changed since" "打印后有变";
    OWNER = "Owner" "店主";
    MANAGER = "Manager" "经理";
    AUDITOR = "Auditor" "客审";
    FINANCE = "Finance" "财审";
    SHIPPER = "Shipper" "打单发货";
    VIEWER = "Viewer" "只读";
    STATION = "Print station" "打印站";
    SUPPLIER = "Supplier" "供应商";
    FILE = "File" "文件导入";
    PUSH = "Pushed" "接口推送";
    TAOBAO = "Taobao" "淘宝";
    TMALL = "Tmall" "天猫";
    JD = "JD" "京东";
    PDD = "PDD" "拼多多";
    DOUYIN = "Douyin" "抖音";
    KUAISHOU = "Kuaishou" "快手";
    XIAOHONGSHU = "Xiaohongshu" "小红书";
    SHOPIFY = "Shopify" "Shopify";
    WOOCOMMERCE = "WooCommerce" "WooCommerce";
    VENDURE = "Vendure" "Vendure";
    MEDUSA = "Medusa" "Medusa";
    RED = "Red flag" "红旗";
    YELLOW = "Yellow flag" "黄旗";
    GREEN = "Green flag" "绿旗";
    BLUE = "Blue flag" "蓝旗";
    PURPLE = "Purple flag" "紫旗";
    GREY = "Grey flag" "灰旗";
    OWN_FLAG = "{}, flagged here" "本系统旗标：{}";
    OTHER_FLAG = "Flag" "旗帜";
    UNPAID = "Unpaid" "未付款";
    AWAITING = "To be shipped" "待发货";
    HELD = "Held by the platform" "平台暂缓";
    PARTIAL = "Partly shipped" "部分发货";
    COMPLETED = "Completed" "已完成";
    NORMAL = "Normal" "普通";
    PRESALE = "Presale" "预售";
    COD = "Cash on delivery" "货到付款";
    EXCHANGE = "Exchange" "换货";
    REISSUE = "Reissue" "补发";
    REFUND_NONE = "No refund" "无退款";
    REFUND_REQUESTED = "Refund requested" "申请退款";
    REFUND_WAITS = "Return agreed" "待退货";
    REFUND_RETURNING = "Coming back" "退货中";
    REFUNDED = "Refunded" "已退款";
    REFUND_REJECTED = "Refund rejected" "拒绝退款";
    REFUND_CLOSED = "Refund closed" "退款关闭";
}

/// The word of a shipment's state.
pub fn state(state: ShipmentState) -> Text {
    match state {
        ShipmentState::Blocked => BLOCKED,
        ShipmentState::Ready => READY,
        ShipmentState::Numbered => NUMBERED,
        ShipmentState::Printed => PRINTED,
        ShipmentState::Shipped => SHIPPED,
        ShipmentState::Cancelled => CANCELLED,
    }
}

/// The word of a print state.
pub fn print(print: PrintState) -> Text {
    match print {
        PrintState::None => PRINT_NONE,
        PrintState::Queued => PRINT_QUEUED,
        PrintState::Printed => PRINT_DONE,
        PrintState::Stale => PRINT_STALE,
    }
}

/// The word of a role.
pub fn role(role: Role) -> Text {
    match role {
        Role::Owner => OWNER,
        Role::Manager => MANAGER,
        Role::Auditor => AUDITOR,
        Role::Finance => FINANCE,
        Role::Shipper => SHIPPER,
        Role::Viewer => VIEWER,
        Role::Station => STATION,
        Role::Supplier => SUPPLIER,
    }
}

/// The word of a platform.
pub fn platform(platform: Platform) -> Text {
    match platform {
        Platform::File => FILE,
        Platform::Push => PUSH,
        Platform::Taobao => TAOBAO,
        Platform::Tmall => TMALL,
        Platform::Jd => JD,
        Platform::Pdd => PDD,
        Platform::Douyin => DOUYIN,
        Platform::Kuaishou => KUAISHOU,
        Platform::Xiaohongshu => XIAOHONGSHU,
        Platform::Shopify => SHOPIFY,
        Platform::Woocommerce => WOOCOMMERCE,
        Platform::Vendure => VENDURE,
        Platform::Medusa => MEDUSA,
    }
}

/// The colours of flags that platforms use, with their words.
pub const FLAGS: &[(&str, Text)] =
    &[("red", RED), ("yellow", YELLOW), ("green", GREEN), ("blue", BLUE), ("purple", PURPLE), ("grey", GREY)];

/// The word of a flag; a platform may have colours of its own.
pub fn flag(colour: &str) -> Text {
    FLAGS.iter().find(|(word, _)| *word == colour).map_or(OTHER_FLAG, |(_, text)| *text)
}

/// The word of what the platform says of an order.
pub fn order_state(state: OrderState) -> Text {
    match state {
        OrderState::Unpaid => UNPAID,
        OrderState::AwaitingShipment => AWAITING,
        OrderState::Held => HELD,
        OrderState::PartiallyShipped => PARTIAL,
        OrderState::Shipped => SHIPPED,
        OrderState::Completed => COMPLETED,
        OrderState::Cancelled => CANCELLED,
    }
}

/// The word of an order's kind.
pub fn kind(kind: OrderKind) -> Text {
    match kind {
        OrderKind::Normal => NORMAL,
        OrderKind::Presale => PRESALE,
        OrderKind::Cod => COD,
        OrderKind::Exchange => EXCHANGE,
        OrderKind::Reissue => REISSUE,
    }
}

/// The word of a line's refund.
pub fn refund(refund: Refund) -> Text {
    match refund {
        Refund::None => REFUND_NONE,
        Refund::Requested => REFUND_REQUESTED,
        Refund::ApprovedWaitingReturn => REFUND_WAITS,
        Refund::Returning => REFUND_RETURNING,
        Refund::Refunded => REFUNDED,
        Refund::Rejected => REFUND_REJECTED,
        Refund::Closed => REFUND_CLOSED,
    }
}
