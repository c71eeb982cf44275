//! The seller's own settings.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post};
use maud::html;
use serde_json::json;

use super::deadlines::settings::seller_form;
use crate::db::sellers as record;
use crate::domain::actor::Right;
use crate::domain::recipient::permission::MergePolicy;
use crate::operations::sellers;
use crate::web::form::Form;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, house as t};

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/settings", [get().to(show), post().to(change)]));
}

fn policy(policy: MergePolicy) -> Text {
    match policy {
        MergePolicy::Off => t::POLICY_OFF,
        MergePolicy::SameShop => t::POLICY_SHOP,
        MergePolicy::SamePlatform => t::POLICY_PLATFORM,
        MergePolicy::AllShops => t::POLICY_ALL,
    }
}

/// `GET /settings`
pub async fn show(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::Manage, |db, view| {
            let settings = record::settings(db)?;
            let body = html! {
                div.page.narrow {
                    h1 { (view.t(t::SETTINGS_TITLE)) }
                    form.stack.panel method="post" action="/settings" {
                        (csrf(view))
                        h2 { (view.t(t::MERGING)) }
                        label { span { (view.t(t::MERGE_POLICY)) }
                            select name="merge_policy" {
                                @for one in MergePolicy::ALL { option value=(one) selected[*one == settings.merge_policy] { (view.t(policy(*one))) } }
                            } }
                        label { span { (view.t(t::WAIT)) } input type="number" name="merge_wait_minutes" min="0" max="1440" value=(settings.merge_wait_minutes) required; }
                        h2 { (view.t(t::SKUS)) }
                        label.tick { input type="checkbox" name="skus_must_be_mapped" value="1" checked[settings.skus_must_be_mapped]; span { (view.t(t::SKUS_MUST)) } }
                        h2 { (view.t(t::REMARKS)) }
                        label.tick { input type="checkbox" name="remarks_must_be_read" value="1" checked[settings.remarks_must_be_read]; span { (view.t(t::REMARKS_MUST)) } }
                        label { span { (view.t(t::KEYWORDS)) } textarea name="remark_keywords" rows="3" placeholder="加急" { (settings.remark_keywords.join("\n")) } }
                        h2 { (view.t(t::WEIGHT)) }
                        label { span { (view.t(t::WEIGHT_DIFFERENCE)) } input type="number" name="weight_difference_percent" min="1" max="100" value=[settings.weight_difference_percent]; }
                        h2 { (view.t(t::PRINTING)) }
                        label.tick { input type="checkbox" name="retype_numbers" value="1" checked[settings.retype_numbers]; span { (view.t(t::RETYPE)) } }
                        h2 { (view.t(t::SENDER)) }
                        label { span { (view.t(t::SENDER_NAME)) } input name="sender_name" maxlength="120" value=(settings.sender.name); }
                        label { span { (view.t(t::SENDER_PHONE)) } input name="sender_phone" maxlength="120" value=(settings.sender.phone); }
                        label { span { (view.t(t::SENDER_ADDRESS)) } input name="sender_address" maxlength="120" value=(settings.sender.address); }
                        button.primary type="submit" { (view.t(common::SAVE)) }
                    }
                    (seller_form(view, &settings))
                }
            };
            Ok(Page::new(view.t(t::SETTINGS_TITLE), "settings", body))
        })
        .await
}

/// Words, one a line or between commas.
fn words(text: &str) -> Vec<&str> {
    text.split(['\n', ',', '，', '、']).map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// `POST /settings`
pub async fn change(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let percent = match form.get("weight_difference_percent") {
                "" => None,
                _ => Some(form.number("weight_difference_percent")?),
            };
            let wish = json!({
                "weight_difference_percent": percent,
                "merge_policy": form.get("merge_policy"),
                "merge_wait_minutes": form.number("merge_wait_minutes")?,
                "skus_must_be_mapped": form.has("skus_must_be_mapped"),
                "remarks_must_be_read": form.has("remarks_must_be_read"),
                "retype_numbers": form.has("retype_numbers"),
                "remark_keywords": words(form.get("remark_keywords")),
                "sender": {
                    "name": form.get("sender_name"),
                    "phone": form.get("sender_phone"),
                    "address": form.get("sender_address"),
                },
            });
            sellers::change_settings(tx, wish.as_object().expect("it was written as an object"))?;
            Ok(then("/settings", view.t(t::SAVED)))
        })
        .await
}
