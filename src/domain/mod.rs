//! Values, states and rules. No input or output here, and no clock: `now` is an argument.

pub mod actor;
pub mod audit;
pub mod deadline;
pub mod error;
pub mod id;
pub mod job;
pub mod left_out;
pub mod money;
pub mod number_run;
pub mod order;
pub mod packing;
pub mod platform;
pub mod print;
pub mod reason;
pub mod recipient;
pub mod region;
pub mod remark;
pub mod seller;
pub mod shipment;
pub mod shop;
pub mod shop_token;
pub mod sku;
pub mod station;
pub mod time;
pub mod waybill;
pub mod weight;
pub mod why;
pub mod write_back;

pub(crate) mod schema;
mod text_enum;
pub(crate) use text_enum::text_enum;
