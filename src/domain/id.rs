//! Ids are types, so an order cannot be passed where a shipment is meant.
//!
//! All ids of one installation come from one sequence: an id names one thing of one kind,
//! and the id of another kind is simply not found. Outside the program they are strings.

macro_rules! ids {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl utoipa::ToSchema for $name {}
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                super::schema::text().description(Some(concat!($($doc,)*).trim())).examples(["7102"]).into()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                // Programs that read an id as a number may send it back as one.
                #[derive(serde::Deserialize)]
                #[serde(untagged)]
                enum Either {
                    Text(String),
                    Number(i64),
                }
                match Either::deserialize(from)? {
                    Either::Number(id) => Ok(Self(id)),
                    Either::Text(text) => text.parse().map_err(|_| {
                        serde::de::Error::custom(format!("{text:?} is no id; ids are strings of digits"))
                    }),
                }
            }
        }
    )*};
}

ids! {
    /// A seller: the tenant. Every other row belongs to exactly one.
    SellerId;
    /// A person of the seller's staff.
    UserId;
    /// A key for programs.
    TokenId;
    /// One of the seller's shops.
    ShopId;
    /// One file import into a shop.
    ImportId;
    /// An order as its shop knows it.
    OrderId;
    /// A line of an order.
    LineId;
    /// A stored recipient.
    RecipientId;
    /// A reason to wait that a person set.
    HoldId;
    /// Order lines that leave together.
    ShipmentId;
    /// A proposal to merge two shipments.
    SuggestionId;
    /// One use of a waybill number.
    WaybillId;
    /// One typed number and those that followed from it.
    NumberRunId;
    /// A batch of sheets.
    PrintJobId;
    /// One numbered paper of a print job.
    SheetId;
    /// A desk with printers.
    StationId;
    /// One printer of a desk.
    PrinterId;
    /// A handful of sheets taken by a station.
    ClaimId;
    /// What one shop has to be told about one order.
    WriteBackId;
    /// What a carrier's driver took at once.
    HandOverId;
    /// A seller's own paper.
    TemplateId;
    /// A contract with a carrier.
    CarrierAccountId;
    /// A way parcels can go.
    CarrierServiceId;
    /// A version of a service's prices.
    PriceTableId;
    /// What a carrier announced for a region.
    RegionRuleId;
    /// Where parcels leave from.
    WarehouseId;
    /// A dry run of rules.
    RuleRunId;
    /// Something the seller sells, by the seller's own code.
    SkuId;
    /// What a shop calls a SKU.
    SkuCodeId;
    /// A title that probably means a SKU.
    SkuPatternId;
    /// What somebody of the staff wrote on an order.
    NoteId;
    /// Something that runs later.
    JobId;
    /// One entry of the audit log.
    EventId;
}
