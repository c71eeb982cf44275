//! The file by which a shop without another way is told its numbers: a person uploads it there.

use super::telling::told_shops;
use crate::connectors::file::export::{self, Shipped};
use crate::db::write_backs::{self as record, Filter};
use crate::db::{Db, shops};
use crate::domain::error::Error;
use crate::domain::id::{ShopId, WriteBackId};
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;
use crate::domain::waybill::Format;
use crate::domain::write_back::{UploadForm, WriteBackState};

/// A file of numbers.
#[derive(Debug, Clone)]
pub struct UploadFile {
    /// As it is saved.
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
    /// What it tells, one a row.
    pub write_backs: Vec<WriteBackId>,
}

/// Everything a shop waits to be told, laid out for its upload page. Changes nothing. `now` stands where nobody noted when
/// a parcel left.
///
/// # Errors
/// [`Error::Missing`] without such a shop.
pub fn upload_file(db: &mut Db, shop: ShopId, form: UploadForm, now: UtcTime) -> Result<UploadFile, Error> {
    shops::find(db, shop)?;
    let filter = Filter { state: Some(WriteBackState::Waiting), shop: Some(shop), ..Filter::default() };
    let rows = record::list(db, filter, None, i64::MAX as usize)?;
    let write_backs = rows.iter().map(|row| row.id).collect();
    let shipped: Vec<Shipped> = rows
        .into_iter()
        .map(|row| Shipped {
            order_number: row.order_number,
            carrier: carrier_name(&row.carrier),
            waybill_number: row.number,
            shipped_at: row.shipped_at.unwrap_or(now),
        })
        .collect();
    let (bytes, charset) = match form {
        UploadForm::Taobao => (export::taobao(&shipped), "gb18030"),
        UploadForm::Shopify => (export::shopify(&shipped), "utf-8"),
        UploadForm::Generic => (export::generic(&shipped), "utf-8"),
    };
    Ok(UploadFile {
        name: format!("numbers-shop-{shop}.csv"),
        media_type: format!("text/csv; charset={charset}"),
        bytes,
        write_backs,
    })
}

/// As platforms of China write it.
fn carrier_name(code: &str) -> String {
    Format::of_carrier(code).next().map_or(code, |format| format.carrier.name_zh).to_owned()
}

/// A shop that waits to be told by a file.
#[derive(Debug, Clone)]
pub struct ByFile {
    pub shop: ShopId,
    pub name: String,
    /// The layout its platform reads.
    pub form: UploadForm,
    pub waiting: i64,
}

/// The shops that no worker tells and that wait to be told something.
///
/// # Errors
/// When the record cannot be read.
pub fn by_file(db: &mut Db) -> Result<Vec<ByFile>, Error> {
    let told = told_shops(db)?;
    let waiting = record::waiting_by_shop(db)?;
    let shops = shops::all(db)?.into_iter().filter(|shop| !told.contains(&shop.id));
    Ok(shops
        .filter_map(|shop| {
            let waiting = waiting.iter().find(|row| row.shop_id == shop.id)?.waiting;
            let form = match shop.platform {
                Platform::Taobao => UploadForm::Taobao,
                Platform::Shopify => UploadForm::Shopify,
                _ => UploadForm::Generic,
            };
            Some(ByFile { shop: shop.id, name: shop.name, form, waiting })
        })
        .collect())
}
