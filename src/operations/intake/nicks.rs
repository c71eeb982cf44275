//! Buyers' nicks. Shops without any give the e-mail address for one, which is personal and is not kept in clear.

use crate::db::Db;
use crate::domain::recipient::mask;

/// Signs of the hash behind a masked address: two buyers of a shop with the same mask differ by them.
const SIGNS: usize = 8;

/// A nick as it is kept. An e-mail address is masked, with a keyed hash behind it, so that the orders of one buyer are known for
/// theirs, and a typed address finds them.
pub fn kept_nick(db: &Db, nick: &str) -> String {
    let address = nick.trim().to_lowercase();
    match mask::email(&address) {
        Some(masked) => {
            let hash = db.hash("buyer_email", &address);
            format!("{masked} #{}", hash.get(..SIGNS).unwrap_or_default())
        }
        None => nick.to_owned(),
    }
}
