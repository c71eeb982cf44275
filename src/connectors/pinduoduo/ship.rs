//! Telling Pinduoduo: the first parcel sends the order, the others are added to it.
//!
//! The platform knows no order that is sent in part: the first number of several marks all of it as sent, and further
//! ones are added as parcels of a split order. It has no key that makes a telling once, so each reads the order first.

use serde_json::json;

use super::client::call;
use super::detail;
use super::map::refund;
use super::wire::Order;
use crate::connectors::link::Access;
use crate::connectors::parcel::{Parcel, ShipError};

/// Tells the platform of a parcel; answers what the order shows.
pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let order = detail(access, &parcel.order)?;
    let is_further = match judge(&order, parcel)? {
        Stand::Told => return Ok(proof(parcel)),
        Stand::Open => false,
        Stand::Further => true,
    };
    let company = company(&parcel.carrier).ok_or_else(|| {
        ShipError::Refused(format!(
            "Pinduoduo's id of the carrier {} is not known here; enter {} in the shop",
            parcel.carrier, parcel.number
        ))
    })?;
    let sent = match is_further {
        false => {
            let params = [
                ("order_sn", parcel.order.as_str()),
                ("logistics_id", company),
                ("tracking_number", parcel.number.as_str()),
            ];
            call(access, "pdd.logistics.online.send", &params)
        }
        true => {
            let list = json!([{ "shipping_id": company, "tracking_number": parcel.number }]).to_string();
            // 1: the order was split.
            let params = [
                ("order_sn", parcel.order.as_str()),
                ("extra_track_type", "1"),
                ("extra_track_list", list.as_str()),
            ];
            call(access, "pdd.order.upload.extra.logistics", &params)
        }
    };
    if let Err(error) = sent {
        let refused = ShipError::of_write(error);
        // Which code says that an order has left already is not certain; the order itself is.
        if matches!(refused, ShipError::Refused(_))
            && matches!(judge(&detail(access, &parcel.order)?, parcel)?, Stand::Told)
        {
            return Ok(proof(parcel));
        }
        return Err(refused);
    }
    Ok(proof(parcel))
}

fn proof(parcel: &Parcel) -> String {
    format!("{} shows {}", parcel.order, parcel.number)
}

/// How the order stands to a parcel.
#[derive(Debug, PartialEq, Eq)]
enum Stand {
    /// It shows the parcel's number.
    Told,
    /// It has not left.
    Open,
    /// It has left with another parcel of ours, to which this one is added.
    Further,
}

fn judge(order: &Order, parcel: &Parcel) -> Result<Stand, ShipError> {
    let shown: Vec<String> = std::iter::once(&order.tracking_number)
        .chain(order.extra_delivery_list.iter().map(|extra| &extra.tracking_number))
        .filter(|number| !number.is_empty())
        .cloned()
        .collect();
    if shown.contains(&parcel.number) {
        return Ok(Stand::Told);
    }
    if order.confirm_status == "2" {
        return Err(parcel.not_shippable("cancelled"));
    }
    let refund = refund(&order.refund_status)
        .map_err(|why| ShipError::Refused(format!("Order {}: {why}", parcel.order)))?;
    if refund.is_open() || refund.is_final() {
        return Err(parcel.not_shippable("being refunded"));
    }
    match (order.order_status.as_str(), shown.is_empty()) {
        ("1", true) if order.risk_control_status == "1" => {
            Err(parcel.not_shippable("under the platform's review"))
        }
        ("1", true) if order.confirm_status == "1" => Ok(Stand::Open),
        ("1", true) => Err(parcel.not_shippable("waiting for its group")),
        _ if shown.iter().any(|number| parcel.others.contains(number)) => Ok(Stand::Further),
        _ => Err(parcel.conflict(&shown)),
    }
}

/// The platform's id of a carrier. Source: its list of companies, by seed data of several shops' programs (2026-07).
fn company(carrier: &str) -> Option<&'static str> {
    Some(match carrier {
        "sf" => "44",
        "zto" => "115",
        "yto" => "85",
        "sto" => "1",
        "yunda" => "121",
        "jt" => "384",
        "ems" => "118",
        "post" => "132",
        "deppon" => "131",
        "jd" => "120",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_says_whether_a_parcel_is_new_further_told_or_a_conflict() {
        let parcel = Parcel {
            order: "1".to_owned(),
            carrier: "zto".to_owned(),
            carrier_name: String::new(),
            number: "OURS-2".to_owned(),
            lines: Vec::new(),
            is_last: true,
            others: vec!["OURS-1".to_owned()],
            key: String::new(),
        };
        let judged = |confirmed: &str, status: &str, refund: &str, number: &str| {
            let order = Order {
                confirm_status: confirmed.to_owned(),
                order_status: status.to_owned(),
                refund_status: refund.to_owned(),
                tracking_number: number.to_owned(),
                ..Order::default()
            };
            judge(&order, &parcel).ok()
        };
        assert_eq!(judged("1", "1", "1", ""), Some(Stand::Open));
        assert_eq!(judged("1", "2", "1", "OURS-1"), Some(Stand::Further));
        assert_eq!(judged("1", "2", "1", "OURS-2"), Some(Stand::Told));
        assert_eq!(judged("1", "2", "2", "OURS-2"), Some(Stand::Told), "what was told stays told");
        assert_eq!(judged("1", "2", "1", "THEIRS"), None);
        assert_eq!(judged("1", "2", "1", ""), None, "sent without a number");
        assert_eq!(judged("1", "1", "2", ""), None);
        assert_eq!(judged("0", "1", "1", ""), None);
        assert_eq!(judged("2", "1", "1", ""), None);
    }
}
