//! Acts on the audits of orders, and the rules of a shop. Each act leads back to where it was done.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, post};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};

use super::workbench::acts::{back_with, orders_of};
use crate::db::shops::ShopRow;
use crate::db::{Tx, shipments};
use crate::domain::actor::Right;
use crate::domain::audit::{AuditKind, AuditMode, AuditRule, AuditSettings};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId, ShopId};
use crate::domain::left_out::LeftOut;
use crate::domain::money::Money;
use crate::domain::shop::ShopSettings;
use crate::operations::orders::{self, AuditMany, AuditedMany, SeenOrder};
use crate::operations::shops::{self, ShopChange};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::session::{Onward, Visitor, then};
use crate::web::shell::csrf;
use crate::web::texts::{audits as t, common, house};
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/orders/{id}/audits/{kind}/{act}", [post().to(decide)]))
        .service(inside("/workbench/audits/{kind}", [post().to(pass_ticked)]))
        .service(inside("/workbench/audits/{kind}/reject", [post().to(reject_ticked)]))
        .service(inside("/shops/{id}/audits", [post().to(change_shop)]));
}

/// The buttons of the workbench's bar that pass what is ticked, or reject it for one reason.
///
/// # Errors
/// When a shop's settings cannot be read.
pub fn buttons(view: &View, shops: &[ShopRow]) -> Result<Markup, Error> {
    let settings = shops.iter().map(ShopRow::settings).collect::<Result<Vec<_>, Error>>()?;
    let is_on = |kind| settings.iter().any(|shop| shop.audits.rule(kind).mode != AuditMode::Off);
    let each = [
        (AuditKind::Customer, t::PASS_CUSTOMER, t::REJECT_CUSTOMER),
        (AuditKind::Finance, t::PASS_FINANCE, t::REJECT_FINANCE),
    ];
    let mine: Vec<_> = each.into_iter().filter(|(kind, ..)| view.may(kind.right()) && is_on(*kind)).collect();
    Ok(html! {
        @for (kind, pass, _) in &mine {
            button type="submit" formaction={ "/workbench/audits/" (kind) } data-act={ "audit-" (kind) } { (icon("tick")) (view.t(*pass)) }
        }
        @if !mine.is_empty() {
            details.menu.up {
                summary.button { (icon("cross")) (view.t(t::REJECT_TICKED)) }
                div.menu-body.stack {
                    label { span { (view.t(t::REASON)) } input name="reject_reason" maxlength="200"; }
                    @for (kind, _, reject) in &mine {
                        button type="submit" formaction={ "/workbench/audits/" (kind) "/reject" } data-act={ "reject-" (kind) } { (view.t(*reject)) }
                    }
                }
            }
        }
    })
}

/// The audit of an address.
fn kind_of(word: &str) -> Result<AuditKind, Error> {
    AuditKind::parse(word).map_err(|said| Error::invalid("kind", "word", said))
}

/// What an act on it needs; on an unknown one, which is refused in any case, to see.
fn right_of(word: &str) -> Right {
    kind_of(word).map_or(Right::See, AuditKind::right)
}

/// `POST /orders/{id}/audits/{kind}/{act}`: `pass`, `reject` or `undo`, for the order as the page showed it.
pub async fn decide(visitor: Visitor, path: Path<(OrderId, String, String)>, form: Form) -> HttpResponse {
    let (order, kind, act) = path.into_inner();
    visitor
        .change(right_of(&kind), move |tx, view| {
            let kind = kind_of(&kind)?;
            let many = AuditMany {
                orders: vec![order],
                kind,
                note: form.get("note").to_owned(),
                seen: vec![SeenOrder { order, facts: form.get("facts").to_owned() }],
            };
            let (many, text) = match act.as_str() {
                "pass" => (orders::pass(tx, &many)?, t::PASSED_N),
                "reject" => (orders::reject(tx, &many)?, t::REJECTED_N),
                "undo" => (orders::undo(tx, &[order], kind)?, t::UNDONE_N),
                act => return Err(Error::missing("act", act)),
            };
            onward(tx, view, &form, &many, text)
        })
        .await
}

/// `POST /workbench/audits/{kind}`: passes the orders of the ticked parcels.
pub async fn pass_ticked(visitor: Visitor, kind: Path<String>, form: Form) -> HttpResponse {
    let kind = kind.into_inner();
    visitor
        .change(right_of(&kind), move |tx, view| {
            let kind = kind_of(&kind)?;
            let orders = orders_of(tx, &form, view)?;
            let many = AuditMany { orders, kind, note: String::new(), seen: Vec::new() };
            let many = orders::pass(tx, &many)?;
            onward(tx, view, &form, &many, t::PASSED_N)
        })
        .await
}

/// `POST /workbench/audits/{kind}/reject`: rejects the orders of the ticked parcels for one reason; each is answered by itself.
pub async fn reject_ticked(visitor: Visitor, kind: Path<String>, form: Form) -> HttpResponse {
    let kind = kind.into_inner();
    visitor
        .change(right_of(&kind), move |tx, view| {
            let kind = kind_of(&kind)?;
            let orders = orders_of(tx, &form, view)?;
            let note = form.get("reject_reason").to_owned();
            let many = AuditMany { orders, kind, note, seen: Vec::new() };
            let many = orders::reject(tx, &many)?;
            onward(tx, view, &form, &many, t::REJECTED_N)
        })
        .await
}

/// Goes back with what was left out, by the parcel a reader knows orders by.
fn onward(tx: &mut Tx, view: &View, form: &Form, many: &AuditedMany, text: Text) -> Result<Onward, Error> {
    let orders: Vec<OrderId> = many.left_out.iter().map(|one| one.id).collect();
    let parcels: HashMap<OrderId, ShipmentId> = shipments::places(tx, &orders)?
        .into_iter()
        .map(|place| (place.order_id, place.shipment_id))
        .collect();
    let left: Vec<LeftOut> = many
        .left_out
        .iter()
        .filter_map(|one| Some(LeftOut { id: *parcels.get(&one.id)?, reasons: one.reasons.clone() }))
        .collect();
    Ok(back_with(form.get("back"), text.with(view.lang, &[&many.done.len()]), &left))
}

/// A shop's rules, folded.
pub fn shop_form(view: &View, shop: ShopId, settings: &ShopSettings) -> Markup {
    html! {
        details.fold {
            summary { (view.t(t::RULES)) }
            form.row-form method="post" action={ "/shops/" (shop) "/audits" } {
                (csrf(view))
                p.hint.whole { (view.t(t::RULES_HINT)) }
                @for kind in AuditKind::ALL { (rule_fields(view, *kind, settings.audits.rule(*kind), &settings.currency)) }
                button.primary type="submit" { (view.t(common::SAVE)) }
            }
        }
    }
}

fn rule_fields(view: &View, kind: AuditKind, rule: &AuditRule, currency: &str) -> Markup {
    let tick = |name: &str, is_on: bool, text: Text| {
        html! { label.tick { input type="checkbox" name={ (kind) "_" (name) } value="1" checked[is_on]; span { (view.t(text)) } } }
    };
    let total = rule.total_from.map(|amount| Money::new(amount, currency).to_string());
    let total = total.as_deref().map(|text| text.trim_end_matches(currency).trim());
    html! {
        fieldset.week {
            legend { (view.t(t::kind(kind))) }
            label { span { (view.t(t::MODE)) }
                select name={ (kind) "_mode" } { @for one in AuditMode::ALL { option value=(one) selected[*one == rule.mode] { (view.t(t::mode(*one))) } } } }
            label { span { (view.t(t::TOTAL_FROM)) " " (currency) } input name={ (kind) "_total_from" } inputmode="decimal" autocomplete="off" value=[total]; }
            (tick("remarks", rule.remarks, t::ON_REMARKS))
            (tick("first_order", rule.first_order, t::ON_FIRST))
            (tick("unlinked", rule.unlinked, t::ON_UNLINKED))
            (tick("discounted", rule.discounted, t::ON_DISCOUNT))
            (tick("gifts", rule.gifts, t::ON_GIFTS))
            (tick("several_orders", rule.several_orders, t::ON_SEVERAL))
            (tick("below_floor", rule.below_floor, t::ON_FLOOR))
        }
    }
}

fn read_rule(form: &Form, kind: AuditKind, currency: &str) -> Result<AuditRule, Error> {
    let name = |field: &str| format!("{kind}_{field}");
    let total = name("total_from");
    let total_from = match form.get(&total) {
        "" => None,
        text => Some(Money::parse(text, currency).map_err(|text| {
            Error::invalid(&total, "word", format!("{text:?} is no amount; write it like 500 or 500.00"))
        })?),
    };
    let mode = AuditMode::parse(form.get(&name("mode")))
        .map_err(|said| Error::invalid(name("mode"), "word", said))?;
    Ok(AuditRule {
        mode,
        total_from: total_from.map(|money| money.amount),
        remarks: form.has(&name("remarks")),
        first_order: form.has(&name("first_order")),
        unlinked: form.has(&name("unlinked")),
        discounted: form.has(&name("discounted")),
        gifts: form.has(&name("gifts")),
        several_orders: form.has(&name("several_orders")),
        below_floor: form.has(&name("below_floor")),
    })
}

/// `POST /shops/{id}/audits`
pub async fn change_shop(visitor: Visitor, id: Path<ShopId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let currency = crate::db::shops::find(tx, id)?.settings()?.currency;
            let audits = AuditSettings {
                customer: read_rule(&form, AuditKind::Customer, &currency)?,
                finance: read_rule(&form, AuditKind::Finance, &currency)?,
            };
            let mut settings = Map::new();
            let audits: Json = serde_json::to_value(audits).map_err(anyhow::Error::from)?;
            settings.insert("audits".to_owned(), audits);
            let shop = shops::change(tx, id, &ShopChange { settings, ..ShopChange::default() })?;
            Ok(then("/shops", house::SHOP_SAVED.with(view.lang, &[&shop.name])))
        })
        .await
}
