//! The API document, made from the handlers and their views.

use actix_web::HttpResponse;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi as Document, Ref, RefOr, Required, ResponseBuilder, Type,
};
use utoipa::{Modify, OpenApi};

use crate::domain::rule::{Amount, PaidAt, PiecesOf, Range, Remark};

use super::problem::{self, ProblemView, Reply};
use super::{
    audits, carriers, deadlines, evening, events, hand_overs, imports, jobs, later, memos, number_runs,
    orders, packing, platforms, print_jobs, queues, recipients, region_rules, rules, saved_filters, settings,
    shipments, shipping, shops, sku_codes, skus, stations, templates, tokens, warehouses, waybill_formats,
    weights, why,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "huidan",
        description = "One shipping queue for the orders of every shop a seller runs. Conventions: docs/api.md."
    ),
    paths(
        shops::create, shops::list, shops::show, shops::change, shops::pull, shops::check_gaps, shops::attempt, platforms::list,
        imports::create, imports::list, imports::show,
        orders::push, orders::list, orders::show, orders::hold, orders::release, orders::mark_read,
        orders::write_note, orders::tag_buyer, memos::list, memos::retry, memos::settle, audits::pass, audits::reject,
        audits::undo,
        shipments::list, shipments::counts, shipments::show, shipments::merge, shipments::unmerge,
        shipments::split, shipments::reveal, shipments::suggested, shipments::accept, shipments::decline,
        deadlines::board, deadlines::give, deadlines::list, deadlines::undo,
        number_runs::create, number_runs::list, number_runs::show, number_runs::spoil, number_runs::undo,
        number_runs::correct, number_runs::give_back,
        print_jobs::create, print_jobs::list, print_jobs::show, print_jobs::events, print_jobs::document, print_jobs::acknowledge,
        print_jobs::resume, print_jobs::decide, print_jobs::place, print_jobs::pause, print_jobs::go_on,
        templates::create, templates::list, templates::fields, templates::show, templates::save, templates::retire,
        templates::versions, templates::take_back, templates::set_default, templates::attempt, templates::test_sheet,
        stations::list, stations::approve, stations::refuse, stations::pause, stations::go_on, stations::set_offset, stations::session,
        stations::claim, stations::doubts, stations::report,
        shipping::ship, shipping::list, shipping::show, shipping::retry, shipping::settle, shipping::settle_many,
        shipping::file,
        evening::show, evening::not_sent,
        packing::show, packing::scan, packing::start_again,
        weights::weigh, weights::show,
        hand_overs::close, hand_overs::list, hand_overs::waiting, hand_overs::show, hand_overs::print, hand_overs::undo,
        carriers::accounts, carriers::create_account, carriers::replace_account, carriers::remove_account,
        carriers::list, carriers::create, carriers::show, carriers::replace, carriers::remove, carriers::prices,
        carriers::create_prices, carriers::import_prices, carriers::show_prices, carriers::remove_prices,
        carriers::estimate,
        region_rules::list, region_rules::create, region_rules::import, region_rules::remove,
        warehouses::list, warehouses::create, warehouses::show, warehouses::replace, warehouses::remove,
        warehouses::plan,
        saved_filters::list, saved_filters::save, saved_filters::remove,
        skus::list, skus::create, skus::show, skus::replace, skus::remove, skus::import,
        sku_codes::list, sku_codes::map, sku_codes::unmap, sku_codes::unmapped, sku_codes::patterns,
        sku_codes::save_pattern, sku_codes::remove_pattern,
        rules::list, rules::replace, rules::add, rules::change, rules::remove, rules::place, rules::text,
        rules::replace_text, rules::check, rules::dry_run, rules::show_dry_run, rules::run, rules::give, rules::take_back,
        recipients::compare, recipients::parse, why::show,
        settings::show, settings::change,
        tokens::create, tokens::list, tokens::revoke,
        jobs::list, jobs::show, later::answer, jobs::events, jobs::retry, jobs::retry_many, jobs::cancel, jobs::cancel_many,
        queues::list, queues::periodic_jobs, queues::pause, queues::resume,
        events::list,
        waybill_formats::list, waybill_formats::check, waybill_formats::next,
    ),
    components(schemas(
        ProblemView,
        // What only a condition within a condition names is not found by itself.
        Amount, PaidAt, PiecesOf, Range, Remark,
    )),
    modifiers(&Conventions)
)]
struct Api;

/// What holds for every address, so no handler repeats it.
struct Conventions;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Modify for Conventions {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        document.security = Some(vec![SecurityRequirement::new("token", [""; 0])]);
        for (path, item) in &mut document.paths.paths {
            let operations =
                [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
            for (method, operation) in METHODS.iter().zip(operations) {
                if let Some(operation) = operation {
                    complete(path, method, operation);
                }
            }
        }
    }
}

fn complete(path: &str, method: &str, operation: &mut Operation) {
    // Function names repeat from noun to noun; method and path do not.
    let words = path.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace(['/', '-'], "_");
    operation.operation_id = Some(format!("{method}_{words}"));
    let parameters = operation.parameters.get_or_insert_default();
    let text = || ObjectBuilder::new().schema_type(Type::String);
    for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        if !parameters.iter().any(|known| matches!(known, RefOr::T(known) if known.name == name)) {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
            parameters.push(RefOr::T(parameter.required(Required::True).schema(Some(text())).build()));
        }
    }
    if method == "post" {
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("The same key and body get the first answer for 24 hours."))
            .schema(Some(text().max_length(Some(255))));
        parameters.push(RefOr::T(key.build()));
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemView"))).build();
    let refused = ResponseBuilder::new()
        .description("A problem: what is the case, and what to do next")
        .content(problem::MEDIA_TYPE, problem)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(refused));
}

/// The whole document.
pub fn document() -> Document {
    Api::openapi()
}

/// `GET /openapi.json`
pub async fn show() -> Reply {
    Ok(HttpResponse::Ok().json(document()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_what_it_takes_and_answers() {
        let document = serde_json::to_value(document()).expect("a document is JSON");
        let paths = document["paths"].as_object().expect("paths");
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("operations") {
                let name = format!("{method} {path}");
                assert!(operation["summary"].is_string(), "{name} has a summary");
                assert!(operation["responses"]["default"].is_object(), "{name} shows problems");
                let holes = path.matches('{').count();
                let parameters = operation["parameters"].as_array().expect("parameters");
                assert_eq!(parameters.iter().filter(|p| p["in"] == "path").count(), holes, "{name}");
            }
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        fn references<'a>(within: &'a serde_json::Value, found: &mut Vec<&'a str>) {
            match within {
                serde_json::Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(serde_json::Value::as_str));
                    members.values().for_each(|member| references(member, found));
                }
                serde_json::Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let document = serde_json::to_value(document()).expect("a document is JSON");
        let mut found = Vec::new();
        references(&document, &mut found);
        found.retain(|reference| document.pointer(reference.trim_start_matches('#')).is_none());
        assert_eq!(found, [""; 0], "add them to components(schemas(…))");
    }
}
