//! Telling Taobao: which number went with which lines.
//!
//! The platform has no key that makes a telling once, so each reads the order first. A line shows its number, so what was
//! told before is seen line by line, also when an answer got lost. Ships whole lines only: pieces of one line under
//! several numbers need another call of the platform, which is not used.

use super::client::{Failed, call};
use super::map::refund;
use super::wire::Trade;
use super::{detail, wire::Order};
use crate::connectors::link::Access;
use crate::connectors::parcel::{Parcel, ShipError};

/// Tells the platform of a parcel; answers what the order shows.
pub fn ship(access: &Access, parcel: &Parcel) -> Result<String, ShipError> {
    let trade = detail(access, &parcel.order)?;
    let open = match judge(&trade, parcel)? {
        Stand::Told => return Ok(proof(parcel)),
        Stand::Open(open) => open,
    };
    let company = company(&parcel.carrier).ok_or_else(|| {
        ShipError::Refused(format!(
            "Taobao's code of the carrier {} is not known here; enter {} in the shop",
            parcel.carrier, parcel.number
        ))
    })?;
    let lines = open.join(",");
    // Without lines the platform takes all that has not left.
    let is_whole = trade.orders.order.len() == open.len();
    let params = [
        ("tid", parcel.order.as_str()),
        ("out_sid", parcel.number.as_str()),
        ("company_code", company),
        ("is_split", if is_whole { "0" } else { "1" }),
        ("sub_tid", if is_whole { "" } else { lines.as_str() }),
    ];
    match call(access, "taobao.logistics.offline.send", &params) {
        Ok(answer) if answer["shipping"]["is_success"] == true => Ok(proof(parcel)),
        Ok(_) => Err(ShipError::Refused(format!(
            "Taobao did not take {} for order {} and gave no reason",
            parcel.number, parcel.order
        ))),
        // Shipped or closed meanwhile: which of both the order itself says.
        Err(Failed { sub_code, error }) if sub_code.ends_with(":B04") => {
            match judge(&detail(access, &parcel.order)?, parcel)? {
                Stand::Told => Ok(proof(parcel)),
                Stand::Open(_) => Err(ShipError::of_write(error)),
            }
        }
        Err(Failed { sub_code, error }) if sub_code.ends_with(":B150") => Err(ShipError::Unheard(error)),
        Err(failed) => Err(ShipError::of_write(failed.error)),
    }
}

fn proof(parcel: &Parcel) -> String {
    format!("{} shows {}", parcel.order, parcel.number)
}

/// How the order stands to a parcel.
enum Stand {
    /// Every line of it shows the parcel's number.
    Told,
    /// These lines of it have not left.
    Open(Vec<String>),
}

fn judge(trade: &Trade, parcel: &Parcel) -> Result<Stand, ShipError> {
    let is_closed = matches!(trade.status.as_str(), "TRADE_CLOSED" | "TRADE_CLOSED_BY_TAOBAO");
    let mut open = Vec::new();
    let mut shown = Vec::new();
    for line in wanted(trade, parcel)? {
        match line.invoice_no.as_str() {
            "" => open.push(line),
            number if number == parcel.number => {}
            number => shown.push(number.to_owned()),
        }
    }
    if let Some(ours) = shown.iter().find(|number| parcel.others.contains(number)) {
        return Err(ShipError::Refused(format!(
            "A line of order {} has left with {ours} already, and Taobao takes one number for each line; enter {} in \
             the shop as a further parcel",
            parcel.order, parcel.number
        )));
    }
    if !shown.is_empty() {
        return Err(parcel.conflict(&shown));
    }
    if open.is_empty() {
        return Ok(Stand::Told);
    }
    if is_closed {
        return Err(parcel.not_shippable("closed"));
    }
    for line in &open {
        let refund =
            refund(line).map_err(|why| ShipError::Refused(format!("Order {}: {why}", parcel.order)))?;
        if refund.is_open() || refund.is_final() {
            return Err(parcel.not_shippable(&format!("being refunded ({})", line.oid)));
        }
        if line.status != "WAIT_SELLER_SEND_GOODS" {
            let status = if line.status.is_empty() { &trade.status } else { &line.status };
            return Err(match status.as_str() {
                // It has left without a number.
                "WAIT_BUYER_CONFIRM_GOODS" | "TRADE_FINISHED" | "TRADE_BUYER_SIGNED" => parcel.conflict(&[]),
                other => parcel.not_shippable(other),
            });
        }
    }
    Ok(Stand::Open(open.into_iter().map(|line| line.oid.clone()).collect()))
}

/// The parcel's lines as the platform has them now; without any all that were not paid back.
fn wanted<'a>(trade: &'a Trade, parcel: &Parcel) -> Result<Vec<&'a Order>, ShipError> {
    let lines = &trade.orders.order;
    if parcel.lines.is_empty() {
        let is_left = |line: &&Order| !refund(line).is_ok_and(|refund| refund.is_final());
        return Ok(lines.iter().filter(is_left).collect());
    }
    let find = |number: &str| {
        let gone = || ShipError::Refused(format!("The shop's order {} has no line {number}", parcel.order));
        lines.iter().find(|line| line.oid == number).ok_or_else(gone)
    };
    parcel.lines.iter().map(|line| find(&line.line)).collect()
}

/// The platform's code of a carrier. It keeps Best's old code for J&T. Source: its list of companies, by seed data of
/// several shops' programs (2026-07).
fn company(carrier: &str) -> Option<&'static str> {
    Some(match carrier {
        "sf" => "SF",
        "zto" => "ZTO",
        "yto" => "YTO",
        "sto" => "STO",
        "yunda" => "YUNDA",
        "jt" => "HTKY",
        "ems" => "EMS",
        "post" => "POSTB",
        "deppon" => "DBKD",
        _ => return None,
    })
}
