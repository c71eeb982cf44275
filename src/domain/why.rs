//! Where an order is and what happens next, in a sentence: a pure function of how its parcel stands.

use serde::Serialize;

use super::shipment::{PrintState, ShipmentState};
use super::text_enum;
use super::write_back::WriteBackState;

text_enum! {
    /// How far an order is on its way, and so what happens next.
    pub enum WhyStage("stage") {
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

text_enum! {
    /// How a shop's orders come in.
    pub enum Brings("way orders come in") {
        /// The shop is asked.
        Pulled = "pulled",
        /// A program pushes them.
        Pushed = "pushed",
        /// Files are imported.
        File = "file",
    }
}

/// The stage of an order in a parcel, with how its shop was told of it; `is_linked` is a shop that is told by itself.
pub fn stage(state: ShipmentState, print: PrintState, told: &[WriteBackState], is_linked: bool) -> WhyStage {
    use WriteBackState as Told;
    match state {
        ShipmentState::Blocked => WhyStage::Blocked,
        ShipmentState::Ready => WhyStage::ToNumber,
        ShipmentState::Cancelled => WhyStage::Cancelled,
        ShipmentState::Numbered if print == PrintState::Stale => WhyStage::ToReprint,
        ShipmentState::Numbered => WhyStage::ToPrint,
        ShipmentState::Printed if print == PrintState::Stale => WhyStage::ToReprint,
        ShipmentState::Printed => WhyStage::ToShip,
        ShipmentState::Shipped if told.iter().any(|one| matches!(one, Told::Refused | Told::Unknown)) => {
            WhyStage::ToSettle
        }
        ShipmentState::Shipped if told.contains(&Told::Waiting) && is_linked => WhyStage::ToTell,
        ShipmentState::Shipped if told.contains(&Told::Waiting) => WhyStage::ToBring,
        ShipmentState::Shipped => WhyStage::Done,
    }
}

/// Whether two numbers are written alike: as long, with digits, letters and signs at the same places. Numbers of one
/// platform are; so one that nobody knows probably belongs to a shop whose others look like it.
pub fn are_alike(one: &str, other: &str) -> bool {
    let kind = |c: char| match c {
        '0'..='9' => '9',
        c if c.is_alphabetic() => 'A',
        c => c,
    };
    !one.is_empty() && one.chars().map(kind).eq(other.chars().map(kind))
}

/// What happens next, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Next {
    pub en: &'static str,
    pub zh: &'static str,
}

/// What happens next with an order that has not come in, by how its shop brings orders.
pub fn next_of_shop(by: Brings, has_error: bool) -> Next {
    let (en, zh) = match (by, has_error) {
        (Brings::Pulled, false) => (
            "It is asked again by itself within minutes; ask it now on its page.",
            "几分钟内自动拉取，也可在店铺页立即拉取。",
        ),
        (Brings::Pulled, true) => (
            "It cannot be read: mend what stands beside it, then it is asked again.",
            "无法读取：先处理旁边的错误，随后自动拉取。",
        ),
        (Brings::Pushed, _) => (
            "Your program has to push it; look into the program's log for what it was answered.",
            "由对接程序推送，请查该程序的日志。",
        ),
        (Brings::File, _) => ("Export it from the shop and import the file.", "从平台导出后导入文件。"),
    };
    Next { en, zh }
}

/// What happens next at a stage.
pub fn next(stage: WhyStage) -> Next {
    let (en, zh) = match stage {
        WhyStage::Blocked => (
            "Mend what its reasons name; it becomes ready by itself then.",
            "按原因处理，解决后自动变为待发。",
        ),
        WhyStage::ToNumber => ("Tick it on the workbench and give it a number.", "在工作台勾选并录入单号。"),
        WhyStage::ToPrint => (
            "Print its label, or ship it if the number stands on paper already.",
            "打印面单；若单号已在纸上可直接发货。",
        ),
        WhyStage::ToReprint => (
            "Print its label again: the address or the contents have changed.",
            "地址或内容有变，请重新打印。",
        ),
        WhyStage::ToShip => ("Send it off: scan it, or ship its run.", "扫描或整批发货。"),
        WhyStage::ToTell => ("Its shop is told next; nothing is to be done.", "即将回传店铺，无需操作。"),
        WhyStage::ToBring => (
            "Bring its number to the shop: download the upload file, or have your program fetch it; then settle it.",
            "将单号告知店铺：下载回传文件上传，或由程序获取，然后标记完成。",
        ),
        WhyStage::ToSettle => (
            "Look at its write-back: try it again, or enter the number in the shop.",
            "查看回传：重试，或在店铺后台填写单号。",
        ),
        WhyStage::Done => ("Nothing: it has left, and its shop knows.", "已发货并已回传，无需操作。"),
        WhyStage::Cancelled => ("Nothing: it does not leave.", "已取消，不再发货。"),
        WhyStage::Nowhere => (
            "It is in no parcel: its lines are called off, or need no shipping.",
            "不在任何包裹中：已退款或无需发货。",
        ),
    };
    Next { en, zh }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_platform_are_written_alike() {
        for (one, other, expected) in [
            ("2026112000012345", "2026111900098765", true),
            ("#1001", "#2040", true),
            ("260101-123456789012345", "261120-987654321098765", true),
            ("1001", "#1001", false),
            ("12345", "123456", false),
            ("A1", "1A", false),
            ("", "", false),
        ] {
            assert_eq!(are_alike(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn each_standing_has_its_next_step() {
        use PrintState as P;
        use ShipmentState as S;
        use WriteBackState as T;
        for (state, print, told, expected) in [
            (S::Blocked, P::None, vec![], WhyStage::Blocked),
            (S::Ready, P::None, vec![], WhyStage::ToNumber),
            (S::Numbered, P::None, vec![], WhyStage::ToPrint),
            (S::Numbered, P::Stale, vec![], WhyStage::ToReprint),
            (S::Printed, P::Printed, vec![], WhyStage::ToShip),
            (S::Shipped, P::Printed, vec![T::Waiting], WhyStage::ToTell),
            (S::Shipped, P::Printed, vec![T::Waiting, T::Refused], WhyStage::ToSettle),
            (S::Shipped, P::Printed, vec![T::Done], WhyStage::Done),
            (S::Shipped, P::None, vec![], WhyStage::Done),
            (S::Cancelled, P::None, vec![], WhyStage::Cancelled),
        ] {
            assert_eq!(stage(state, print, &told, true), expected, "{state} {print} {told:?}");
        }
        assert_eq!(stage(S::Shipped, P::Printed, &[T::Waiting], false), WhyStage::ToBring);
    }
}
