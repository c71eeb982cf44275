//! Lines that mean no SKU: each one click from its mend.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::db::sku_codes::{Said, UnmappedAfter};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShopId, SkuPatternId};
use crate::domain::sku::{Likeness, SkuFields};
use crate::operations::orders;
use crate::operations::skus::{self as operations, Mapped, NewCode, NewSku, PatternView, Proposal, Unmapped};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::parts::lists;
use crate::web::reply;
use crate::web::session::{Notice, Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, skus as t};
use crate::web::view::View;

/// Rows of one page.
const ROWS: usize = 50;
/// Refusals of a batch that are told at once.
const TOLD: usize = 30;

/// A code as a form carries it when there are several.
#[derive(Serialize, Deserialize)]
struct Item {
    shop: ShopId,
    code: String,
    title: String,
    variant: String,
    sku: String,
}

/// Where a page begins, as its address carries it.
#[derive(Serialize, Deserialize)]
struct Place(i64, ShopId, String, String, String);

impl From<UnmappedAfter> for Place {
    fn from(after: UnmappedAfter) -> Self {
        Self(after.orders, after.shop, after.said.code, after.said.title, after.said.variant)
    }
}

impl From<Place> for UnmappedAfter {
    fn from(Place(orders, shop, code, title, variant): Place) -> Self {
        Self { orders, shop, said: Said { code, title, variant } }
    }
}

/// `GET /skus/unmapped`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let query = Form::parse(request.query_string());
    let order: Option<OrderId> = query.get("order").parse().ok();
    let after: Option<Place> = serde_json::from_str(query.exactly("after")).ok();
    visitor.page(Right::See, move |db, view| page(db, view, order, after.map(Into::into))).await
}

fn page(
    db: &mut Db,
    view: &View,
    order: Option<OrderId>,
    after: Option<UnmappedAfter>,
) -> Result<Page, Error> {
    let (rows, more) = operations::unmapped(db, None, order, after.as_ref(), ROWS)?;
    let of_order = order.map(|order| orders::order(db, order, view.now)).transpose()?;
    let patterns = operations::patterns(db)?;
    let next = rows.last().filter(|_| more).map(|row| {
        let place = serde_json::to_string(&Place::from(row.place())).expect("a place is plain data");
        let order = order.map(|order| format!("order={order}&")).unwrap_or_default();
        format!("/skus/unmapped?{order}after={}", reply::escape(&place))
    });
    let may = view.may(Right::Audit);
    let body = html! {
        div.page {
            nav { a href="/skus" { (view.t(t::TO_LIST)) } }
            header.page-head { h1 { (view.t(t::UNMAPPED)) } small { (view.t(t::UNMAPPED_LEAD)) } }
            @if let Some(order) = &of_order {
                p { (t::OF_ORDER.with(view.lang, &[&order.number])) " " a href="/skus/unmapped" { (view.t(t::SHOW_ALL)) } }
            }
            @if rows.is_empty() { (lists::empty(view, t::UNMAPPED_EMPTY)) } @else {
                @if may { (accept_all(view, &rows)) }
                (table(view, &rows, may))
            }
            @if let Some(next) = next { nav.pager { a.button rel="next" href=(next) { (view.t(common::MORE)) (icon("right")) } } }
            (patterns_panel(view, &patterns, may))
        }
    };
    Ok(Page::new(view.t(t::UNMAPPED), "skus", body))
}

/// One act for all proposals that are shown.
fn accept_all(view: &View, rows: &[Unmapped]) -> Markup {
    let item = |row: &Unmapped, proposal: &Proposal| {
        let item = Item {
            shop: row.shop,
            code: row.code.clone(),
            title: row.title.clone(),
            variant: row.variant.clone(),
            sku: proposal.sku_code.clone(),
        };
        serde_json::to_string(&item).expect("an item is plain data")
    };
    let items: Vec<String> = rows.iter().filter_map(|row| Some(item(row, row.proposal.as_ref()?))).collect();
    html! {
        @if items.len() > 1 {
            form method="post" action="/skus/codes/proposed" {
                (csrf(view))
                input type="hidden" name="back" value=(view.here);
                @for item in &items { input type="hidden" name="item" value=(item); }
                button.primary type="submit" { (icon("tick")) (t::ACCEPT_ALL.with(view.lang, &[&items.len()])) }
            }
        }
    }
}

fn table(view: &View, rows: &[Unmapped], may: bool) -> Markup {
    html! {
        div.list data-trouble-here { table {
            thead { tr {
                th scope="col" { (view.t(t::SHOP)) } th scope="col" { (view.t(t::SHOP_CODE)) } th scope="col" { (view.t(t::SHOP_TITLE)) }
                th.num scope="col" { (view.t(t::ORDERS)) } th.num scope="col" { (view.t(t::PIECES)) }
                @if may { th scope="col" { (view.t(t::MAP)) } }
            } }
            tbody { @for row in rows { tr {
                td { (row.shop_name) }
                td { @if row.code.is_empty() { small { (view.t(t::NO_CODE)) } } @else { code { (row.code) } } }
                td { (row.title) " " small { (row.variant) } }
                td.num { (row.orders) } td.num { (row.pieces) }
                @if may { td { div.mend { (mend(view, row)) } } }
            } } }
        } }
    }
}

/// What is said of the row, hidden.
fn hidden(view: &View, row: &Unmapped) -> Markup {
    html! {
        (csrf(view))
        input type="hidden" name="shop" value=(row.shop);
        input type="hidden" name="code" value=(row.code);
        input type="hidden" name="title" value=(row.title);
        input type="hidden" name="variant" value=(row.variant);
        input type="hidden" name="back" value=(view.here);
    }
}

/// The proposal as one click; any other SKU by its code; or a new one.
fn mend(view: &View, row: &Unmapped) -> Markup {
    let why = |why: Likeness| -> Text {
        match why {
            Likeness::Pattern => t::BY_PATTERN,
            Likeness::Code => t::BY_CODE,
            Likeness::Title => t::BY_TITLE,
        }
    };
    html! {
        @if let Some(proposal) = &row.proposal {
            form.row-form method="post" action="/skus/codes" {
                (hidden(view, row))
                input type="hidden" name="sku" value=(proposal.sku_code);
                button.primary type="submit" title=(proposal.title) { (icon("tick")) (t::IT_IS.with(view.lang, &[&proposal.sku_code])) }
                small { (view.t(why(proposal.why))) }
            }
        }
        form.row-form method="post" action="/skus/codes" {
            (hidden(view, row))
            input name="sku" maxlength="128" required autocomplete="off" placeholder=(view.t(t::CODE)) aria-label=(view.t(t::CODE));
            button type="submit" { (view.t(t::MAP)) }
            button type="submit" name="every" value="1" { (view.t(t::MAP_ALL)) }
            button type="submit" formaction="/skus/codes/new" formnovalidate { (icon("plus")) (view.t(t::MAKE)) }
        }
    }
}

fn patterns_panel(view: &View, patterns: &[PatternView], may: bool) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(t::PATTERNS)) } p.hint { (view.t(t::PATTERNS_HINT)) }
            @if !patterns.is_empty() { div.list { table { tbody { @for pattern in patterns { tr {
                td { code { (pattern.pattern) } } td { a href={ "/skus/" (pattern.sku) } { code { (pattern.sku_code) } } }
                @if may { td { form method="post" action={ "/skus/patterns/" (pattern.id) "/remove" } { (csrf(view)) button type="submit" { (view.t(common::REMOVE)) } } } }
            } } } } } }
            @if may {
                form.row-form method="post" action="/skus/patterns" data-trouble-here {
                    (csrf(view))
                    label { span { (view.t(t::PATTERN)) } input name="pattern" maxlength="200" required; }
                    label { span { (view.t(t::CODE)) } input name="sku" maxlength="128" required autocomplete="off"; }
                    button type="submit" { (icon("plus")) (view.t(common::SAVE)) }
                }
            }
        }
    }
}

/// What a form says of one code. A form of a SKU's own page names the shop by choice.
fn typed(form: &Form) -> Result<NewCode, Error> {
    let shop = match form.get("shop") {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::invalid("shop", "id", format!("{text:?} is no id")))?),
    };
    Ok(NewCode {
        shop: shop.filter(|_| !form.has("every")),
        code: form.get("code").to_owned(),
        // Exactly as the shop writes it: a title stands for a code.
        title: form.exactly("title").to_owned(),
        variant: form.exactly("variant").to_owned(),
        sku: form.get("sku").to_owned(),
    })
}

/// A single code, mapped or refused in the words of its reason.
fn mapped_one(form: &Form, mapped: &Mapped, view: &View) -> Result<Onward, Error> {
    if let Some(why) = mapped.left_out.first().and_then(|left| left.reasons.first()) {
        return Err(Error::unprocessable(why.code, why.message.clone(), why.next.clone()));
    }
    let name = match form.get("code") {
        "" => form.get("title"),
        code => code,
    };
    Ok(then(back(form), t::MAPPED.with(view.lang, &[&name, &mapped.judged_anew])))
}

fn back(form: &Form) -> &str {
    match form.get("back") {
        "" => "/skus/unmapped",
        back => back,
    }
}

/// `POST /skus/codes`
pub async fn map(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let mapped = operations::map(tx, &[typed(&form)?])?;
            mapped_one(&form, &mapped, view)
        })
        .await
}

/// `POST /skus/codes/new`: a SKU of the shop's own code and title. Without a code it is called as was typed,
/// else by its title.
pub async fn make(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let said = typed(&form)?;
            let code = [said.sku.trim(), said.code.trim(), said.title.trim()];
            let code = code.into_iter().find(|code| !code.is_empty()).unwrap_or_default();
            let name = format!("{} {}", said.title.trim(), said.variant.trim());
            let fields = SkuFields {
                code: code.chars().take(crate::domain::sku::CODE_MAX).collect(),
                title: name.trim().chars().take(crate::domain::sku::TITLE_MAX).collect(),
                weight_g: None,
                size_mm: None,
                category: String::new(),
                warehouse: String::new(),
                floor_price: None,
                shelf: String::new(),
                barcode: String::new(),
            };
            let sku = operations::create(tx, NewSku { fields, parts: Vec::new() })?;
            if sku.code == said.code {
                return Ok(then(back(&form), t::ADDED.with(view.lang, &[&sku.code])));
            }
            let mapped = operations::map(tx, &[NewCode { sku: sku.code, ..said }])?;
            mapped_one(&form, &mapped, view)
        })
        .await
}

/// `POST /skus/codes/proposed`: all proposals of a page, as they were shown.
pub async fn accept(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let mut codes = Vec::new();
            for (_, text) in form.pairs().filter(|(name, _)| *name == "item") {
                let item: Item = serde_json::from_str(text).map_err(|_| {
                    Error::invalid("item", "json", "The form was changed; load the page again")
                })?;
                let Item { shop, code, title, variant, sku } = item;
                codes.push(NewCode { shop: Some(shop), code, title, variant, sku });
            }
            let mapped = operations::map(tx, &codes)?;
            let line = |left: &operations::CodeLeftOut| {
                let why = left.reasons.first().map_or("", |why| why.message.as_str());
                format!("{} {}: {why}", left.code, left.title)
            };
            let counts: [&dyn std::fmt::Display; 3] =
                [&mapped.done.len(), &mapped.left_out.len(), &mapped.judged_anew];
            let notice = Notice {
                text: t::MAPPED_MANY.with(view.lang, &counts),
                lines: mapped.left_out.iter().take(TOLD).map(line).collect(),
                ..Notice::default()
            };
            Ok(Onward { to: back(&form).to_owned(), notice })
        })
        .await
}

/// `POST /skus/patterns`
pub async fn save_pattern(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            operations::save_pattern(tx, form.get("pattern"), form.get("sku"))?;
            Ok(then("/skus/unmapped", view.t(t::PATTERN_SAVED)))
        })
        .await
}

/// `POST /skus/patterns/{id}/remove`
pub async fn remove_pattern(visitor: Visitor, id: Path<SkuPatternId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            operations::remove_pattern(tx, id)?;
            Ok(then("/skus/unmapped", view.t(t::PATTERN_REMOVED)))
        })
        .await
}
