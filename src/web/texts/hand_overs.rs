//! Texts of hand-overs.

use crate::web::lang::texts;

texts! {
    TITLE = "Hand-over" "交接";
    WAITING = "Waiting for the driver" "待交接";
    NOTHING = "No parcel waits to be handed over." "没有待交接的包裹。";
    OLDEST = "Oldest left" "最早发出";
    CLOSE = "Hand over" "交接";
    CLOSE_ASK = "Hand over {} parcels of {}?" "交接 {} 件 {} 包裹？";
    CLOSED = "Handed over: {} parcels. Print the list for the driver." "已交接 {} 件，请打印交接单。";
    PARCELS = "Parcels" "包裹数";
    WEIGHED = "Weighed, g" "称重(克)";
    CARRIER = "Carrier" "快递";
    PRINT = "Print the list" "打印交接单";
    UNDO = "Take back" "撤销交接";
    UNDO_ASK = "Take this hand-over back? Its parcels wait again." "撤销此交接？包裹将重新待交接。";
    UNDONE = "Taken back" "已撤销";
    UNDONE_DONE = "Taken back; its parcels wait again." "已撤销，包裹重新待交接。";
    CLOSED_LISTS = "Closed lists" "已交接清单";
    NONE_CLOSED = "Nothing was handed over yet." "尚无交接记录。";
}
