//! How the types of the domain are read from and written to columns.

use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use super::statement::{Bind, Value};
use crate::domain::actor::Role;
use crate::domain::audit::{AuditKind, AuditState};
use crate::domain::carrier_service::DeliveryKind;
use crate::domain::deadline::{ClockSource, DelayReason, Stage};
use crate::domain::freight::PriceKind;
use crate::domain::id::*;
use crate::domain::job::JobState;
use crate::domain::number_run::WaybillState;
use crate::domain::order::{OrderKind, OrderState, Refund};
use crate::domain::platform::Platform;
use crate::domain::print::{Paper, SheetState};
use crate::domain::region_rule::RegionEffect;
use crate::domain::rule::ActionKind;
use crate::domain::shipment::{PrintState, ShipmentState};
use crate::domain::station::{PrinterKind, PrinterLanguage, Stacking, StationState};
use crate::domain::time::UtcTime;
use crate::domain::write_back::WriteBackState;

/// A type that a column can be read as.
pub trait Column: Sized {
    /// The column's type in both databases.
    type Sql;
    /// What diesel reads such a column as.
    type Base;

    /// # Errors
    /// A sentence when the column holds a word this program does not know.
    fn from_base(base: Self::Base) -> Result<Self, String>;
}

macro_rules! plain_columns {
    ($($type:ty = $sql:ty;)*) => {$(
        impl Column for $type {
            type Sql = $sql;
            type Base = $type;
            fn from_base(base: $type) -> Result<Self, String> {
                Ok(base)
            }
        }
    )*};
}

plain_columns! {
    i64 = BigInt;
    String = Text;
    bool = Bool;
}

impl Column for UtcTime {
    type Sql = Timestamp;
    type Base = chrono::NaiveDateTime;
    fn from_base(base: Self::Base) -> Result<Self, String> {
        Ok(base.into())
    }
}

impl<T: Column> Column for Option<T> {
    type Sql = Nullable<T::Sql>;
    type Base = Option<T::Base>;
    fn from_base(base: Self::Base) -> Result<Self, String> {
        base.map(T::from_base).transpose()
    }
}

macro_rules! id_columns {
    ($($type:ident)*) => {$(
        impl Column for $type {
            type Sql = BigInt;
            type Base = i64;
            fn from_base(base: i64) -> Result<Self, String> {
                Ok(Self(base))
            }
        }
        impl Bind for $type {
            fn cell(self) -> Value {
                Value::Int(Some(self.0))
            }
            fn null() -> Value {
                Value::Int(None)
            }
        }
    )*};
}

id_columns! {
    SellerId UserId TokenId ShopId ImportId OrderId LineId RecipientId HoldId ShipmentId SuggestionId
    WaybillId NumberRunId PrintJobId SheetId StationId PrinterId ClaimId WriteBackId EventId JobId
    SkuId SkuCodeId SkuPatternId NoteId HandOverId TemplateId CarrierAccountId CarrierServiceId PriceTableId RegionRuleId WarehouseId RuleRunId
}

/// Text enums are their words.
macro_rules! word_columns {
    ($($type:ty)*) => {$(
        impl Column for $type {
            type Sql = Text;
            type Base = String;
            fn from_base(base: String) -> Result<Self, String> {
                Self::parse(&base)
            }
        }
        impl Bind for $type {
            fn cell(self) -> Value {
                Value::Text(Some(self.as_str().to_owned()))
            }
            fn null() -> Value {
                Value::Text(None)
            }
        }
    )*};
}

word_columns! {
    AuditKind AuditState Platform OrderState OrderKind Refund ShipmentState PrintState Role WaybillState Paper SheetState
    WriteBackState JobState Stage ClockSource DelayReason StationState PrinterKind PrinterLanguage Stacking DeliveryKind PriceKind RegionEffect
    ActionKind
}

/// Declares a struct whose fields are read from the columns of the same names.
macro_rules! row {
    ($(#[$doc:meta])* $vis:vis struct $name:ident {
        $($(#[$field_doc:meta])* $field_vis:vis $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[$field_doc])* $field_vis $field: $type,)* }

        $crate::db::column::row!(@read diesel::sqlite::Sqlite, $name { $($field: $type,)* });
        $crate::db::column::row!(@read diesel::pg::Pg, $name { $($field: $type,)* });
    };
    (@read $backend:ty, $name:ident { $($field:ident: $type:ty,)* }) => {
        impl diesel::deserialize::QueryableByName<$backend> for $name {
            fn build<'a>(
                row: &impl diesel::row::NamedRow<'a, $backend>,
            ) -> diesel::deserialize::Result<Self> {
                use $crate::db::column::Column;
                Ok(Self { $(
                    $field: <$type as Column>::from_base(diesel::row::NamedRow::get::<
                        <$type as Column>::Sql,
                        <$type as Column>::Base,
                    >(row, stringify!($field))?)?,
                )* })
            }
        }
    };
}

pub(crate) use row;
