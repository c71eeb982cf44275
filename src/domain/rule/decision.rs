//! What rules decided on one order: the winners, the losers, and what a person decided otherwise.

use serde::{Deserialize, Serialize};

use super::ActionKind;
use crate::domain::audit::AuditKind;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// What became of what a rule wanted.
    pub enum Fate("fate") {
        /// It counts.
        Won = "won",
        /// An earlier rule had decided already.
        Lost = "lost",
        /// A person took it back for this order.
        TakenBack = "taken_back",
        /// A person decided it; it counts.
        ByHand = "by_hand",
    }
}

/// One thing a rule wanted, or a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RuleOutcome)]
pub struct Outcome {
    pub kind: ActionKind,
    /// Code of the carrier, service or warehouse; the flag, tag, SKU or audit; the reason of a hold; by what is split.
    pub value: String,
    /// Pieces of a gift; parcels of a split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// When a hold ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UtcTime>,
    /// Key of the rule; empty for a person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// The rule's name then, or the person's.
    pub name: String,
    pub fate: Fate,
    /// Key of the rule that had decided already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_to: Option<String>,
}

/// What was decided on one order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Decision {
    /// In the order in which the rules were read.
    pub outcomes: Vec<Outcome>,
    /// Key of the rule that ended the reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
}

/// What a person decided for one order, whatever rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    pub kind: ActionKind,
    /// Key of the rule whose wish is taken back; empty for every rule.
    pub rule: String,
    /// What counts instead, for kinds of which there is one; empty for none.
    pub value: String,
    pub by: String,
}

impl Decision {
    /// Whether no rule wanted anything.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty() && self.stopped_by.is_none()
    }

    /// What counts of a kind.
    pub fn counting(&self, kind: ActionKind) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |one| one.kind == kind && one.counts())
    }

    /// What counts of a kind of which there is one.
    pub fn single(&self, kind: ActionKind) -> Option<&str> {
        self.counting(kind).next().map(|one| one.value.as_str())
    }

    /// The audits it asks for.
    pub fn audits(&self) -> impl Iterator<Item = AuditKind> {
        self.counting(ActionKind::Audit).filter_map(|one| AuditKind::parse(&one.value).ok())
    }

    /// Its gifts, each SKU once, in the order of the rules.
    pub fn gifts(&self) -> Vec<(&str, i64)> {
        let mut gifts: Vec<(&str, i64)> = Vec::new();
        for one in self.counting(ActionKind::Gift) {
            let pieces = one.quantity.unwrap_or(1);
            match gifts.iter_mut().find(|(sku, _)| *sku == one.value) {
                Some((_, known)) => *known = known.saturating_add(pieces),
                None => gifts.push((&one.value, pieces)),
            }
        }
        gifts
    }

    /// The decision with what people decided on this order.
    pub fn overridden(mut self, by_people: &[Override]) -> Self {
        for one in by_people {
            for outcome in self.outcomes.iter_mut().filter(|outcome| {
                outcome.kind == one.kind
                    && outcome.fate == Fate::Won
                    && (one.rule.is_empty() || one.rule == outcome.rule)
            }) {
                outcome.fate = Fate::TakenBack;
            }
            if !one.rule.is_empty() || !one.kind.may_be_named() || one.value.is_empty() {
                continue;
            }
            let named = match one.kind {
                ActionKind::Gift => gifts_of(&one.value),
                _ => vec![(one.value.as_str(), None)],
            };
            for (value, quantity) in named {
                self.outcomes.push(Outcome {
                    kind: one.kind,
                    value: value.to_owned(),
                    quantity,
                    until: None,
                    rule: String::new(),
                    name: one.by.clone(),
                    fate: Fate::ByHand,
                    lost_to: None,
                });
            }
        }
        self
    }
}

/// Gifts as a person's word keeps them: `CUP*2;BAG*1`.
fn gifts_of(text: &str) -> Vec<(&str, Option<i64>)> {
    let gift = |part: &'_ str| part.rsplit_once('*').map(|(sku, pieces)| (sku.len(), pieces.parse().ok()));
    text.split(';')
        .map(|part| match gift(part) {
            Some((end, pieces)) => (&part[..end], pieces),
            None => (part, None),
        })
        .collect()
}

impl Outcome {
    /// Whether it is what counts.
    pub fn counts(&self) -> bool {
        matches!(self.fate, Fate::Won | Fate::ByHand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kind: ActionKind, value: &str, rule: &str, quantity: Option<i64>) -> Outcome {
        Outcome {
            kind,
            value: value.to_owned(),
            quantity,
            until: None,
            rule: rule.to_owned(),
            name: rule.to_owned(),
            fate: Fate::Won,
            lost_to: None,
        }
    }

    fn person(kind: ActionKind, rule: &str, value: &str) -> Override {
        Override { kind, rule: rule.to_owned(), value: value.to_owned(), by: "user:1".to_owned() }
    }

    #[test]
    fn what_a_person_decides_counts_and_the_rules_wish_stays_to_be_seen() {
        let decided = || Decision {
            outcomes: vec![
                outcome(ActionKind::Carrier, "sf", "a", None),
                outcome(ActionKind::Hold, "look", "a", None),
                outcome(ActionKind::Hold, "call", "b", None),
            ],
            stopped_by: None,
        };
        for (person, carrier, holds) in [
            (person(ActionKind::Carrier, "", "zto"), Some("zto"), 2),
            (person(ActionKind::Carrier, "", ""), None, 2),
            (person(ActionKind::Hold, "a", ""), Some("sf"), 1),
            (person(ActionKind::Hold, "", ""), Some("sf"), 0),
            (person(ActionKind::Hold, "c", ""), Some("sf"), 2),
        ] {
            let decision = decided().overridden(std::slice::from_ref(&person));
            assert_eq!(decision.single(ActionKind::Carrier), carrier, "{person:?}");
            assert_eq!(decision.counting(ActionKind::Hold).count(), holds, "{person:?}");
            assert!(decision.outcomes.len() >= 3, "nothing is hidden");
        }
    }

    #[test]
    fn gifts_by_hand_take_the_place_of_those_of_rules() {
        let decided =
            || Decision { outcomes: vec![outcome(ActionKind::Gift, "CUP", "a", Some(2))], stopped_by: None };
        let by_hand = decided().overridden(&[person(ActionKind::Gift, "", "BAG*1;A*B*3")]);
        assert_eq!(by_hand.gifts(), [("BAG", 1), ("A*B", 3)]);
        assert_eq!(by_hand.outcomes[0].fate, Fate::TakenBack);
        assert_eq!(decided().overridden(&[person(ActionKind::Gift, "", "")]).gifts(), []);
    }

    #[test]
    fn gifts_of_several_rules_add_up() {
        let decision = Decision {
            outcomes: vec![
                outcome(ActionKind::Gift, "CUP", "a", Some(2)),
                outcome(ActionKind::Gift, "BAG", "b", Some(1)),
                outcome(ActionKind::Gift, "CUP", "b", Some(1)),
            ],
            stopped_by: None,
        };
        assert_eq!(decision.gifts(), [("CUP", 3), ("BAG", 1)]);
    }
}
