//! The demo: a seller with three simulated shops that keep selling.
//!
//! Nothing here is reached by the program proper. The shops are made of rules and a seed, their
//! buyers are invented, and they are marked as simulated wherever they are shown.

mod house;
pub mod orders;
mod people;
mod trade;

use std::path::Path;

use anyhow::{Context, bail};

use crate::app::App;
use crate::db::seal::random;
use crate::db::{sellers, shops};
use crate::domain::actor::{Actor, Role};
use crate::domain::error::Error;
use crate::domain::id::{SellerId, ShopId};
use crate::domain::platform::Platform;
use crate::domain::seller::{SellerSettings, Sender};
use crate::jobs::intake::take_in_all;
use crate::operations::{tokens, users};
pub use trade::trading;

/// The seller of the demo.
pub const SELLER: &str = "Demo seller (simulated)";

/// Who owns the demo's seller.
pub const EMAIL: &str = "owner@demo.example";

/// A file that tells a demo's data folder from anybody's real one.
const MARK: &str = "huidan-demo";

/// What a newcomer needs to look around.
pub struct Demo {
    pub actor: Actor,
    pub shops: Vec<DemoShop>,
    pub password: String,
    pub token: String,
}

/// A simulated shop.
pub struct DemoShop {
    pub id: ShopId,
    pub kind: orders::Kind,
    pub name: &'static str,
}

/// Claims a folder for the demo.
///
/// # Errors
/// When something else is in it: a demo never writes into real data.
pub fn claim(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    let is_empty = std::fs::read_dir(folder)?.next().is_none();
    let mark = folder.join(MARK);
    if !is_empty && !mark.exists() {
        bail!("{} holds something other than a demo; name an empty folder with --data", folder.display());
    }
    Ok(std::fs::write(mark, "The data of this folder is simulated and may be deleted.\n")?)
}

/// Makes the seller, the shops and their first `count` orders, and fresh keys to look at them.
///
/// # Errors
/// When the database cannot be written.
pub fn set_up(app: &App, count: usize) -> Result<Demo, Error> {
    let known = app.read(SellerId(0), |db| Ok(sellers::by_name(db, SELLER)?))?;
    let seller = match known {
        Some(row) => row.id,
        None => app.write(&Actor::system(SellerId(0)), |tx| Ok(sellers::insert(tx, SELLER)?))?,
    };
    let actor = Actor { name: "demo".to_owned(), ..Actor::system(seller) };
    let shops = app.write(&actor, |tx| {
        sellers::set_settings(
            tx,
            &SellerSettings { sender: sender(), plans: house::plans(), ..SellerSettings::default() },
        )?;
        let mut made = Vec::new();
        for kind in orders::Kind::ALL {
            let name = kind.shop_name();
            let id = match shops::by_name(tx, name)? {
                Some(row) => row.id,
                None => shops::insert(tx, kind.platform(), name, &house::shop_settings(*kind))?,
            };
            made.push(DemoShop { id, kind: *kind, name });
        }
        house::furnish(tx)?;
        Ok(made)
    })?;
    let password = readable_password();
    let token = app.write(&actor, |tx| {
        let new = users::NewUser::parse(EMAIL, Role::Owner, &password)?;
        users::create_or_reset(tx, &new)?;
        Ok(tokens::issue(tx, "demo", Role::Owner)?.token)
    })?;
    let now = app.now();
    for (index, shop) in shops.iter().enumerate() {
        let share = count / shops.len() + usize::from(index < count % shops.len());
        let row = app.read(seller, |db| shops::find(db, shop.id))?;
        let orders: Vec<_> = (0..share).map(|n| orders::order(shop.kind, n, share, now)).collect();
        take_in_all(app, &actor, &row, &orders)?;
    }
    Ok(Demo { actor, shops, password, token })
}

fn sender() -> Sender {
    Sender {
        name: "山茶花小店 (模拟)".to_owned(),
        phone: "0571-00000000".to_owned(),
        address: "浙江省杭州市余杭区示例路1号2号仓".to_owned(),
    }
}

/// Twelve letters that are hard to misread.
fn readable_password() -> String {
    const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    random::<12>().iter().map(|byte| SIGNS[usize::from(*byte) % SIGNS.len()] as char).collect()
}

impl orders::Kind {
    /// What the shop pretends to be.
    pub fn platform(self) -> Platform {
        match self {
            Self::Taobao => Platform::Taobao,
            Self::Shopify => Platform::Shopify,
            Self::Own => Platform::Push,
        }
    }

    /// The shop's name, marked.
    pub fn shop_name(self) -> &'static str {
        match self {
            Self::Taobao => "山茶花淘宝店 (simulated)",
            Self::Shopify => "Camellia Tea on Shopify (simulated)",
            Self::Own => "Own shop (simulated)",
        }
    }

    /// The currency it sells in.
    pub fn currency(self) -> &'static str {
        match self {
            Self::Shopify => "USD",
            Self::Taobao | Self::Own => "CNY",
        }
    }
}
