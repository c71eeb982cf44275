//! Plans: which way a parcel is to go, what that costs, why; and the form that says so by hand.

use maud::{Markup, html};

use crate::db::Db;
use crate::domain::error::Error;
use crate::domain::plan::Plan;
use crate::operations::{carriers, warehouses};
use crate::web::icons::icon;
use crate::web::pages::shipment::parts::money;
use crate::web::pages::workbench::chips::carrier_name;
use crate::web::texts::carriers as t;
use crate::web::view::View;

/// What can be chosen by hand: codes with their names.
#[derive(Default)]
pub struct Choices {
    services: Vec<(String, String)>,
    warehouses: Vec<(String, String)>,
    /// Some service is of the own fleet or for pickup.
    is_brought: bool,
}

impl Choices {
    /// Reads the services and warehouses in use.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db) -> Result<Self, Error> {
        let services: Vec<_> = carriers::list(db)?.into_iter().filter(|service| service.is_on).collect();
        let is_brought = services.iter().any(|service| !service.kind.has_number());
        let warehouses = warehouses::list(db)?.into_iter().filter(|one| one.is_on);
        Ok(Self {
            is_brought,
            services: services.into_iter().map(|service| (service.code, service.name)).collect(),
            warehouses: warehouses.map(|one| (one.code, one.name)).collect(),
        })
    }

    /// Nothing can be chosen.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty() && self.warehouses.is_empty()
    }

    /// The name of a warehouse; its code when it is not in use any more.
    pub fn warehouse<'a>(&'a self, code: &'a str) -> &'a str {
        self.warehouses.iter().find(|(known, _)| known == code).map_or(code, |(_, name)| name)
    }
}

/// Who carries it, in words.
fn way(view: &View, plan: &Plan) -> String {
    match (plan.kind.has_number(), plan.service_name.as_str()) {
        (false, _) => {
            let kind = view.t(t::kind(plan.kind));
            let all = [kind, &plan.service_name, &plan.branch, &plan.worker].into_iter();
            all.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
        }
        (true, "") => carrier_name(view, &plan.carrier),
        (true, service) => format!("{} · {service}", carrier_name(view, &plan.carrier)),
    }
}

/// One line for a list.
pub fn short(view: &View, plan: Option<&Plan>) -> Markup {
    let Some(plan) = plan.filter(|plan| !plan.carrier.is_empty() || !plan.warehouse.is_empty()) else {
        return html! { span.none { "–" } };
    };
    html! {
        @if !plan.carrier.is_empty() {
            span.carrier title=[plan.why.map(|why| view.t(t::why(why)))] { (way(view, plan)) }
        }
        small {
            @if let Some(cost) = &plan.cost { (money(cost.amount, &cost.currency)) }
            @if !plan.warehouse.is_empty() { " " (plan.warehouse) }
        }
    }
}

/// Everything about a plan, for a page of one shipment.
pub fn facts(view: &View, plan: &Plan, choices: &Choices) -> Markup {
    html! {
        dl.facts {
            dt { (view.t(t::SERVICE)) }
            dd {
                @if plan.carrier.is_empty() { (view.t(t::NOT_PLANNED)) } @else { (way(view, plan)) }
                @if let Some(why) = plan.why { " " small { (view.t(t::why(why))) @if !plan.said_by.is_empty() { " · " (plan.said_by) } } }
                @for bar in &plan.bars { " " span.reason { (view.lang.pick(bar.words().0, bar.words().1)) } }
            }
            @if let Some(days) = plan.days { dt { (view.t(t::DAYS)) } dd { (t::EXPECTED.with(view.lang, &[&days])) } }
            dt { (view.t(t::COST)) }
            dd { @match &plan.cost {
                None => { (view.t(t::NO_COST)) }
                Some(cost) => {
                    b { (money(cost.amount, &cost.currency)) } " "
                    small {
                        (t::basis(cost.basis).with(view.lang, &[&cost.charged_g]))
                        @for step in &cost.steps {
                            " · " (view.t(t::step(step.kind))) " "
                            @if step.count > 1 { (step.count) "× " }
                            (money(step.amount, &cost.currency))
                        }
                    }
                }
            } }
            @if !plan.warehouse.is_empty() {
                dt { (view.t(t::WAREHOUSE)) }
                dd { (choices.warehouse(&plan.warehouse)) @if let Some(why) = plan.warehouse_why { " " small { (view.t(t::why(why))) } } }
            }
        }
        @if !plan.others.is_empty() {
            details.fold { summary { (view.t(t::OTHERS)) }
                ul { @for other in &plan.others { li {
                    (other.service_name) " "
                    @if let Some(amount) = other.amount { (money(amount, plan.cost.as_ref().map_or("CNY", |cost| &cost.currency))) " " }
                    small { @if other.bars.is_empty() { (view.t(t::ONLY_NOT_CHOSEN)) }
                        @for bar in &other.bars { (view.lang.pick(bar.words().0, bar.words().1)) " " } }
                } } }
            }
        }
    }
}

/// The fields that choose by hand; nothing is changed by what stays as it is.
pub fn fields(view: &View, choices: &Choices) -> Markup {
    let select = |name: &str, text, all: &[(String, String)]| {
        html! {
            @if !all.is_empty() {
                label { span { (view.t(text)) }
                    select name=(name) {
                        option value="" selected { (view.t(t::UNCHANGED)) }
                        option value=(AUTOMATIC) { (view.t(t::AUTOMATIC)) }
                        @for (code, name) in all { option value=(code) { (name) } }
                    } }
            }
        }
    };
    html! {
        (select("plan_service", t::SERVICE, &choices.services))
        (select("plan_warehouse", t::WAREHOUSE, &choices.warehouses))
        @if choices.is_brought {
            label { span { (view.t(t::BRANCH)) } input name="plan_branch" maxlength="40" autocomplete="off"; }
            label { span { (view.t(t::WORKER)) } input name="plan_worker" maxlength="40" autocomplete="off"; small { (view.t(t::BRINGER_HINT)) } }
        }
    }
}

/// Goes back to rules and policy; no code of a service or warehouse has a blank.
const AUTOMATIC: &str = "by itself";

/// What was typed in [`fields`]: nothing for what stays, an empty text for a dash, which takes it back.
pub fn typed(value: &str) -> Option<String> {
    match value {
        "" => None,
        "-" | "－" | "–" => Some(String::new()),
        text => Some(text.to_owned()),
    }
}

/// What was chosen in [`fields`]: nothing for what stays, an empty text for what goes back to rules and policy.
pub fn chosen(value: &str) -> Option<String> {
    match value {
        "" => None,
        AUTOMATIC => Some(String::new()),
        code => Some(code.to_owned()),
    }
}

/// The menu in the bar of acts; nothing where there is nothing to choose.
pub fn menu(view: &View, choices: &Choices) -> Markup {
    html! {
        @if !choices.is_empty() {
            details.menu.up {
                summary.button { (icon("shipped")) (view.t(t::ACT_PLAN)) }
                div.menu-body.stack {
                    (fields(view, choices))
                    button.primary type="submit" formaction="/workbench/plan" data-act="plan" { (view.t(t::CHOOSE)) }
                }
            }
        }
    }
}
