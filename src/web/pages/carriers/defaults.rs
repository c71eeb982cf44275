//! How parcels go where nobody and no rule says otherwise: the seller's policy, and what each shop has instead.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::{Markup, html};
use serde_json::{Map, Value as Json, json};

use super::HOME;
use crate::db::shops::{self as shop_rows, ShopRow};
use crate::db::{Db, sellers as seller_record};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::plan::{OtherCarrier, PlanPolicy, PlanSettings, ShopPlan};
use crate::domain::waybill::carriers::code_of;
use crate::operations::carriers::ServiceView;
use crate::operations::sellers;
use crate::operations::shops::{self, ShopChange};
use crate::operations::warehouses::{self, Warehouse};
use crate::web::form::Form;
use crate::web::pages::workbench::chips::carriers;
use crate::web::session::{Visitor, then};
use crate::web::shell::csrf;
use crate::web::texts::{carriers as t, common, house};
use crate::web::view::View;

/// What the forms choose from.
pub struct Defaults {
    plans: PlanSettings,
    shops: Vec<(ShopRow, ShopPlan)>,
    warehouses: Vec<Warehouse>,
}

impl Defaults {
    /// Reads the settings of the seller and of all shops.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db) -> Result<Self, Error> {
        let plans = seller_record::settings(db)?.plans;
        let rows = shop_rows::all(db)?.into_iter();
        let shops = rows.map(|row| Ok((row.settings()?.plan, row))).collect::<Result<Vec<_>, Error>>()?;
        let shops = shops.into_iter().map(|(plan, row)| (row, plan)).collect();
        Ok(Self { plans, shops, warehouses: warehouses::list(db)? })
    }
}

/// The seller's policy, and below it a row for each shop.
pub fn forms(view: &View, defaults: &Defaults, services: &[ServiceView]) -> Markup {
    html! {
        section.panel #policy {
            (policy_form(view, &defaults.plans))
            @if !defaults.shops.is_empty() {
                details.fold open[defaults.shops.iter().any(|(_, plan)| *plan != ShopPlan::default())] {
                    summary { (view.t(t::SHOP_DEFAULTS)) }
                    p.hint { (view.t(t::SHOP_DEFAULTS_HINT)) }
                    @for (shop, plan) in &defaults.shops { (shop_form(view, shop, plan, services, &defaults.warehouses)) }
                }
            }
        }
    }
}

fn policy_form(view: &View, plans: &PlanSettings) -> Markup {
    html! {
        form.row-form method="post" action="/carriers/policy" data-trouble-here {
            (csrf(view))
            label { span { (view.t(t::POLICY)) }
                select name="policy" {
                    @for one in PlanPolicy::ALL { option value=(one) selected[*one == plans.policy] { (view.t(t::policy(*one))) } }
                } }
            label { span { (view.t(t::OTHER_CARRIER)) }
                select name="other_carrier" {
                    @for one in OtherCarrier::ALL { option value=(one) selected[*one == plans.other_carrier] { (view.t(t::other_carrier(*one))) } }
                } }
            label { span { (view.t(t::ASSUMED_WEIGHT)) } input type="number" name="assumed_weight_g" min="1" max="200000" value=[plans.assumed_weight_g]; }
            button type="submit" { (view.t(common::SAVE)) }
        }
    }
}

fn shop_form(
    view: &View,
    shop: &ShopRow,
    plan: &ShopPlan,
    services: &[ServiceView],
    warehouses: &[Warehouse],
) -> Markup {
    let known = carriers(view);
    html! {
        form.row-form method="post" action={ "/carriers/shops/" (shop.id) } data-trouble-here {
            (csrf(view))
            b.whole { (shop.name) }
            label { span { (view.t(t::POLICY_OF_SHOP)) }
                select name="policy" {
                    option value="" { (view.t(t::AS_SELLER)) }
                    @for one in PlanPolicy::ALL { option value=(one) selected[plan.policy == Some(*one)] { (view.t(t::policy(*one))) } }
                } }
            label { span { (view.t(t::SERVICE)) }
                select name="service" {
                    option value="" { (view.t(t::NO_DEFAULT)) }
                    @for one in services { option value=(one.code) selected[plan.service == one.code] { (one.name) } }
                } }
            label { span { (view.t(t::CARRIER)) }
                select name="carrier" {
                    option value="" { (view.t(t::NO_DEFAULT)) }
                    @if !plan.carrier.is_empty() && !known.iter().any(|(code, _)| *code == plan.carrier) { option value=(plan.carrier) selected { (plan.carrier) } }
                    @for (code, name) in &known { option value=(code) selected[plan.carrier == *code] { (name) } }
                } }
            label { span { (view.t(t::WAREHOUSE)) }
                select name="warehouse" {
                    option value="" { (view.t(t::AS_SELLER)) }
                    @for one in warehouses { option value=(one.code) selected[plan.warehouse == one.code] { (one.name) } }
                } }
            button type="submit" { (view.t(common::SAVE)) }
        }
    }
}

/// `POST /carriers/policy`: what the form names; what it does not stays.
pub async fn set_policy(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let policy = PlanPolicy::parse(form.get("policy"))
                .map_err(|detail| Error::invalid("policy", "word", detail))?;
            let mut plans = json!({ "policy": policy });
            if form.has("other_carrier") {
                plans["other_carrier"] = json!(form.get("other_carrier"));
                let weight = match form.get("assumed_weight_g") {
                    "" => None,
                    _ => Some(form.number("assumed_weight_g")?),
                };
                plans["assumed_weight_g"] = json!(weight);
            }
            let change = Map::from_iter([("plans".to_owned(), plans)]);
            sellers::change_settings(tx, &change)?;
            Ok(then(HOME, t::CHANGED.with(view.lang, &[&view.t(t::policy(policy))])))
        })
        .await
}

/// `POST /carriers/shops/{id}`
pub async fn set_shop(visitor: Visitor, id: Path<ShopId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let policy = match form.get("policy") {
                "" => None,
                word => {
                    Some(PlanPolicy::parse(word).map_err(|detail| Error::invalid("policy", "word", detail))?)
                }
            };
            let text = |name: &str| form.get(name).to_owned();
            let plan = ShopPlan {
                policy,
                carrier: code_of(form.get("carrier")),
                service: text("service"),
                warehouse: text("warehouse"),
            };
            let plan: Json = serde_json::to_value(plan).map_err(anyhow::Error::from)?;
            let settings = Map::from_iter([("plan".to_owned(), plan)]);
            let shop = shops::change(tx, id, &ShopChange { settings, ..ShopChange::default() })?;
            Ok(then(HOME, house::SHOP_SAVED.with(view.lang, &[&shop.name])))
        })
        .await
}
