//! The audit desk: one parcel after the other, with everything an auditor looks at, decided without the mouse.
//!
//! The queue is the workbench's filter for audits in its usual order; a place in it is a parcel, so that it holds while
//! others decide as well. Nothing is kept here: what was passed by is still in the queue.

mod parts;

use actix_web::web::{ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::workbench::query::Words;
use crate::db::order_audits::Waiting;
use crate::db::shipment_list::{After, ShipmentFilter, ShipmentSort};
use crate::db::{Db, shipments as record};
use crate::domain::actor::Right;
use crate::domain::audit::{AuditKind, AuditState};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId};
use crate::operations::orders::{self, BuyerHistory, OrderView};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::list;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::pages::workbench::rail::counted;
use crate::web::parts::events::People;
use crate::web::session::Visitor;
use crate::web::shell::Page;
use crate::web::texts::audits as t;
use crate::web::view::View;

/// Other orders of the buyer that are listed.
const OTHERS_SHOWN: usize = 6;

/// The desk's address.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/audits", [get().to(show)]));
}

/// `GET /audits`: the parcel at `at`, or the next one of the queue, `after` one or `before` one.
pub async fn show(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let form = Form::parse(request.query_string());
    visitor
        .page(Right::See, move |db, view| {
            let queue = match form.get("audit") {
                "" => own_queue(view),
                word => word,
            };
            let body = desk(db, view, &form, queue)?;
            Ok(Page::new(view.t(t::DESK), "audits", body))
        })
        .await
}

/// What a reader decides is what they see first.
fn own_queue(view: &View) -> &'static str {
    match (view.may(AuditKind::Customer.right()), view.may(AuditKind::Finance.right())) {
        (true, false) => AuditKind::Customer.as_str(),
        (false, true) => AuditKind::Finance.as_str(),
        _ => "any",
    }
}

/// The desk with a place in the queue and a decision that may be taken back.
fn to(queue: &str, place: &str, shipment: ShipmentId) -> String {
    format!("/audits?audit={queue}&{place}={shipment}")
}

/// What is on the desk.
struct Desk {
    queue: String,
    item: ShipmentItem,
    orders: Vec<OrderView>,
    /// The one that is to be decided, and in which audit; of what others decide the first one is shown.
    at: usize,
    next: Option<AuditKind>,
    others: BuyerHistory,
    people: People,
}

impl Desk {
    fn load(db: &mut Db, view: &View, queue: &str, id: ShipmentId) -> Result<Self, Error> {
        let item = list::one(db, id)?;
        let ids: Vec<OrderId> = item.orders.iter().map(|order| order.id).collect();
        let orders = orders::these(db, &ids, view.now)?;
        let open = |order: &OrderView| {
            let next = order.audits.iter().find(|one| one.state != AuditState::Passed)?.kind;
            (AuditKind::parse(queue).map_or(true, |kind| kind == next)).then_some(next)
        };
        let waits = orders.iter().enumerate().find_map(|(at, order)| Some((at, open(order)?)));
        let at = waits.map_or(0, |(at, _)| at);
        let next = waits.map(|(_, kind)| kind);
        let order = orders.get(at).ok_or_else(|| Error::missing("shipment", id))?.id;
        let others = orders::buyer_history(db, order, OTHERS_SHOWN)?;
        Ok(Self { queue: queue.to_owned(), item, orders, at, next, others, people: People::load(db)? })
    }

    fn order(&self) -> &OrderView {
        &self.orders[self.at]
    }

    /// Back to this parcel, with what may be taken back from there on.
    fn here(&self) -> String {
        to(&self.queue, "at", self.item.id)
    }
}

/// Which parcel of the queue is meant.
fn find(db: &mut Db, filter: &ShipmentFilter, form: &Form) -> Result<Option<ShipmentId>, Error> {
    let from = |db: &mut Db, sort, after| -> Result<Option<ShipmentId>, Error> {
        let page = list::page(db, filter, None, sort, after, 1)?;
        Ok(page.items.first().map(|item| item.id))
    };
    for (name, sort) in [
        ("at", ShipmentSort::ShipBy),
        ("after", ShipmentSort::ShipBy),
        ("before", ShipmentSort::ShipByDescending),
    ] {
        if !form.has(name) {
            continue;
        }
        let id = ShipmentId(form.number(name)?);
        let Some(row) = record::find(db, &[id])?.pop() else { continue };
        let alone = ShipmentFilter { ids: Some(vec![id]), ..filter.clone() };
        if name == "at" && list::count(db, &alone, None)? > 0 {
            return Ok(Some(id));
        }
        let found = from(db, sort, Some(After { due_at: row.due_at, id }))?;
        // Before the first one is the first one.
        return if found.is_none() && name == "before" {
            from(db, ShipmentSort::ShipBy, None)
        } else {
            Ok(found)
        };
    }
    from(db, ShipmentSort::ShipBy, None)
}

fn desk(db: &mut Db, view: &View, form: &Form, queue: &str) -> Result<Markup, Error> {
    let wish = Words::default().with("audit", queue).read(db)?;
    let waiting = orders::waiting(db)?;
    let undo = taken_back(db, view, form)?;
    let found = find(db, &wish.filter, form)?;
    let desk = found.map(|id| Desk::load(db, view, queue, id)).transpose()?;
    Ok(html! {
        div.page #audit-desk {
            (tabs(view, queue, waiting))
            @match &desk {
                Some(desk) => { (parts::parcel(view, desk, undo.as_ref())) }
                None => { (through(view, queue, of_queue(queue, waiting), undo.as_ref())) }
            }
        }
    })
}

/// A decision that was made just now: its order, the audit, and how it stands.
struct Decided {
    order: OrderView,
    kind: AuditKind,
    state: AuditState,
}

/// The decision of `undo=<order>.<audit>` while it stands and the reader may take it back.
fn taken_back(db: &mut Db, view: &View, form: &Form) -> Result<Option<Decided>, Error> {
    let Some((order, kind)) = form.get("undo").split_once('.') else { return Ok(None) };
    let (Ok(order), Ok(kind)) = (order.parse().map(OrderId), AuditKind::parse(kind)) else { return Ok(None) };
    if !view.may(kind.right()) {
        return Ok(None);
    }
    let order = orders::these(db, &[order], view.now)?.pop();
    Ok(order.and_then(|order| {
        let state = order.audits.iter().find(|one| one.kind == kind)?.state;
        (state != AuditState::Open).then_some(Decided { order, kind, state })
    }))
}

fn of_queue(queue: &str, waiting: Waiting) -> i64 {
    match queue {
        "customer" => waiting.customer,
        "finance" => waiting.finance,
        "left_over" => waiting.left_over,
        _ => waiting.either,
    }
}

fn tabs(view: &View, queue: &str, waiting: Waiting) -> Markup {
    let each =
        [("any", t::ANY), ("customer", t::CUSTOMER), ("finance", t::FINANCE), ("left_over", t::LEFT_OVER)];
    html! {
        nav.tabs aria-label=(view.t(t::QUEUE)) {
            @for (word, text) in each {
                a href={ "/audits?audit=" (word) } aria-current=[(word == queue).then_some("page")] {
                    (view.t(text)) " " b.count { (counted(of_queue(word, waiting))) }
                }
            }
        }
    }
}

/// The end of the queue.
fn through(view: &View, queue: &str, waiting: i64, undo: Option<&Decided>) -> Markup {
    html! {
        div.empty {
            (icon("tick"))
            h1 tabindex="-1" { (view.t(t::THROUGH_TITLE)) }
            p { @if waiting > 0 { (t::THROUGH.with(view.lang, &[&counted(waiting)])) } @else { (view.t(t::NOTHING_WAITS)) } }
            div.buttons {
                @if waiting > 0 {
                    a.button.primary href={ "/audits?audit=" (queue) } data-key="j" aria-keyshortcuts="j" { (view.t(t::FROM_TOP)) " " kbd { "j" } }
                }
                (parts::undo(view, queue, undo))
            }
        }
    }
}
