//! Who acts, and what each role may do.

use super::id::SellerId;
use super::text_enum;

text_enum! {
    /// What a person or a token may do.
    pub enum Role("role") {
        /// Everything, also shops, staff and tokens.
        Owner = "owner",
        /// Everything about orders and shops, but not staff and tokens.
        Manager = "manager",
        /// Checks orders: holds, remarks, merging.
        Auditor = "auditor",
        /// Sees orders and releases what the financial audit keeps.
        Finance = "finance",
        /// Merges, numbers, prints, ships.
        Shipper = "shipper",
        /// Sees, and changes nothing.
        Viewer = "viewer",
        /// A print station: takes sheets and acknowledges them.
        Station = "station",
        /// A supplier's program: its own shipments only.
        Supplier = "supplier",
    }
}

/// What an act needs. A role that lacks it gets a refusal, and pages hide the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Read orders, shipments, shops, events.
    See,
    /// Bring orders in.
    Intake,
    /// Hold, release, read remarks, merge, split.
    Audit,
    /// Pass, reject and take back the customer audit of orders.
    AuditCustomer,
    /// The same of the finance audit.
    AuditFinance,
    /// Number, print, ship, settle write-backs.
    Ship,
    /// Claim and acknowledge sheets.
    Print,
    /// Print a number again that is on paper already, or may be: marked as a copy.
    Reprint,
    /// See a recipient unmasked.
    Reveal,
    /// Shops and the seller's settings.
    Manage,
    /// Staff and tokens.
    Own,
}

impl Role {
    /// Whether this role has a right.
    pub fn may(self, right: Right) -> bool {
        use Right::*;
        match self {
            Self::Owner => true,
            Self::Manager => right != Own,
            Self::Auditor => matches!(right, See | Intake | Audit | AuditCustomer | Reveal),
            Self::Finance => matches!(right, See | Audit | AuditFinance),
            Self::Shipper => matches!(right, See | Intake | Audit | Ship | Print | Reprint | Reveal),
            Self::Viewer => right == See,
            Self::Station => right == Print,
            // Suppliers get addresses of their own; nothing of the seller's is open to them.
            Self::Supplier => false,
        }
    }
}

/// Who acts, for which seller.
#[derive(Debug, Clone)]
pub struct Actor {
    pub seller: SellerId,
    /// As events show it: `user:12`, `token:7`, `system`.
    pub name: String,
    pub role: Role,
}

impl Actor {
    /// The program itself.
    pub fn system(seller: SellerId) -> Self {
        Self { seller, name: "system".to_owned(), role: Role::Owner }
    }
}
