//! Where an order is and what happens next, in a sentence: a pure function of how its parcel stands.

use serde::Serialize;

use super::shipment::{PrintState, ShipmentState};
use super::text_enum;
use super::write_back::WriteBackState;

text_enum! {
    /// How far an order is on its way, and so what happens next.
    pub enum Stage("stage") {
        /// Something stands in the way; its reasons say what.
        Blocked = "blocked",
        /// It waits for a number.
        ToNumber = "to_number",
        /// It has a number and waits for its papers.
        ToPrint = "to_print",
        /// Its papers are stale: something on them has changed.
        ToReprint = "to_reprint",
        /// It waits to be sent off.
        ToShip = "to_ship",
        /// It has left; its shop is told by itself next.
        ToTell = "to_tell",
        /// It has left; somebody has to bring its number to the shop, which is not linked.
        ToBring = "to_bring",
        /// It has left, and its shop refused the number or did not answer.
        ToSettle = "to_settle",
        /// It has left, and its shop knows.
        Done = "done",
        /// It does not leave.
        Cancelled = "cancelled",
        /// It is in no parcel.
        Nowhere = "nowhere",
    }
}

/// The stage of an order in a parcel, with how its shop was told of it; `is_linked` is a shop that is told by itself.
pub fn stage(state: ShipmentState, print: PrintState, told: &[WriteBackState], is_linked: bool) -> Stage {
    use WriteBackState as Told;
    match state {
        ShipmentState::Blocked => Stage::Blocked,
        ShipmentState::Ready => Stage::ToNumber,
        ShipmentState::Cancelled => Stage::Cancelled,
        ShipmentState::Numbered if print == PrintState::Stale => Stage::ToReprint,
        ShipmentState::Numbered => Stage::ToPrint,
        ShipmentState::Printed if print == PrintState::Stale => Stage::ToReprint,
        ShipmentState::Printed => Stage::ToShip,
        ShipmentState::Shipped if told.iter().any(|one| matches!(one, Told::Refused | Told::Unknown)) => {
            Stage::ToSettle
        }
        ShipmentState::Shipped if told.contains(&Told::Waiting) && is_linked => Stage::ToTell,
        ShipmentState::Shipped if told.contains(&Told::Waiting) => Stage::ToBring,
        ShipmentState::Shipped => Stage::Done,
    }
}

/// What happens next, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Next {
    pub en: &'static str,
    pub zh: &'static str,
}

/// What happens next at a stage.
pub fn next(stage: Stage) -> Next {
    let (en, zh) = match stage {
        Stage::Blocked => (
            "Mend what its reasons name; it becomes ready by itself then.",
            "按原因处理,解决后自动变为待发。",
        ),
        Stage::ToNumber => ("Tick it on the workbench and give it a number.", "在工作台勾选并录入单号。"),
        Stage::ToPrint => (
            "Print its label, or ship it if the number stands on paper already.",
            "打印面单;若单号已在纸上可直接发货。",
        ),
        Stage::ToReprint => (
            "Print its label again: the address or the contents have changed.",
            "地址或内容有变,请重新打印。",
        ),
        Stage::ToShip => ("Send it off: scan it, or ship its run.", "扫描或整批发货。"),
        Stage::ToTell => ("Its shop is told next; nothing is to be done.", "即将回传店铺,无需操作。"),
        Stage::ToBring => (
            "Bring its number to the shop: download the upload file, or have your program fetch it; then settle it.",
            "将单号告知店铺:下载回传文件上传,或由程序获取,然后标记完成。",
        ),
        Stage::ToSettle => (
            "Look at its write-back: try it again, or enter the number in the shop.",
            "查看回传:重试,或在店铺后台填写单号。",
        ),
        Stage::Done => ("Nothing: it has left, and its shop knows.", "已发货并已回传,无需操作。"),
        Stage::Cancelled => ("Nothing: it does not leave.", "已取消,不再发货。"),
        Stage::Nowhere => (
            "It is in no parcel: its lines are called off, or need no shipping.",
            "不在任何包裹中:已退款或无需发货。",
        ),
    };
    Next { en, zh }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_has_its_next_step() {
        use PrintState as P;
        use ShipmentState as S;
        use WriteBackState as T;
        for (state, print, told, expected) in [
            (S::Blocked, P::None, vec![], Stage::Blocked),
            (S::Ready, P::None, vec![], Stage::ToNumber),
            (S::Numbered, P::None, vec![], Stage::ToPrint),
            (S::Numbered, P::Stale, vec![], Stage::ToReprint),
            (S::Printed, P::Printed, vec![], Stage::ToShip),
            (S::Shipped, P::Printed, vec![T::Waiting], Stage::ToTell),
            (S::Shipped, P::Printed, vec![T::Waiting, T::Refused], Stage::ToSettle),
            (S::Shipped, P::Printed, vec![T::Done], Stage::Done),
            (S::Shipped, P::None, vec![], Stage::Done),
            (S::Cancelled, P::None, vec![], Stage::Cancelled),
        ] {
            assert_eq!(stage(state, print, &told, true), expected, "{state} {print} {told:?}");
        }
        assert_eq!(stage(S::Shipped, P::Printed, &[T::Waiting], false), Stage::ToBring);
    }
}
