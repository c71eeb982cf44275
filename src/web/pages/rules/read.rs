//! A rule as it was typed into its form.

use crate::connectors::file::goods::parts_of;
use crate::domain::audit::AuditKind;
use crate::domain::deadline::DayTime;
use crate::domain::deadline::calendar::WeekDay;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::money::Money;
use crate::domain::order::OrderKind;
use crate::domain::platform::Platform;
use crate::domain::rule::{
    Actions, Amount, Condition, Gift, HoldAction, PaidAt, PiecesOf, Range, Remark, RemarkPlace, Rule, Split,
    SplitBy,
};
use crate::domain::time::UtcTime;
use crate::domain::waybill::carriers::code_of;
use crate::web::form::Form;
use crate::web::view::View;

/// The rule of a form.
///
/// # Errors
/// The field that cannot be read.
pub fn typed(form: &Form, view: &View, key: &str) -> Result<Rule, Error> {
    let when = match form.has("as_text") {
        true => serde_json::from_str(form.exactly("when")).map_err(|error| {
            Error::invalid("when", "json", format!("The conditions cannot be read: {error}"))
        })?,
        false => conditions(form)?,
    };
    Ok(Rule {
        key: key.to_owned(),
        name: form.get("name").to_owned(),
        on: form.has("on"),
        from: time(form, view, "from")?,
        until: time(form, view, "until")?,
        when,
        then: actions(form, view)?,
        stop: form.has("stop"),
    })
}

fn conditions(form: &Form) -> Result<Condition, Error> {
    let mut all = Vec::new();
    let mut add = |condition: Option<Condition>| all.extend(condition);
    add(some(form.ids::<ShopId>("shop")?).map(Condition::Shop));
    add(some(words(form, "platform", Platform::parse)?).map(Condition::Platform));
    add(some(words(form, "kind", OrderKind::parse)?).map(Condition::Kind));
    add(some(list(form, "sku")).map(Condition::Sku));
    add(some(list(form, "category")).map(Condition::Category));
    add(some(list(form, "shop_sku")).map(Condition::ShopSku));
    let pieces = range(form, "pieces_of")?;
    add(some(list(form, "pieces_of")).map(|skus| {
        let Range { at_least, at_most } = pieces.unwrap_or_default();
        Condition::PiecesOf(PiecesOf { skus, at_least, at_most })
    }));
    add(range(form, "pieces")?.map(Condition::Pieces));
    add(range(form, "lines")?.map(Condition::Lines));
    add(range(form, "line_quantity")?.map(Condition::LineQuantity));
    add(range(form, "weight")?.map(Condition::WeightG));
    add(range(form, "orders")?.map(Condition::ShipmentOrders));
    add(amount(form)?);
    add(some(list(form, "region")).map(Condition::Region));
    add(some(list(form, "country")).map(Condition::Country));
    add(remark(form)?);
    add(some(list(form, "flag")).map(Condition::Flag));
    add(some(list(form, "tag")).map(Condition::Tag));
    add(some(list(form, "buyer")).map(Condition::Buyer));
    add(some(list(form, "buyer_tag")).map(Condition::BuyerTag));
    add(match form.get("first_order") {
        "" => None,
        word => Some(Condition::FirstOrder(word == "yes")),
    });
    add(paid(form)?);
    let not = |condition| Condition::Not(Box::new(condition));
    add(some(form.ids::<ShopId>("not_shop")?).map(Condition::Shop).map(not));
    add(some(list(form, "not_sku")).map(Condition::Sku).map(not));
    add(some(list(form, "not_region")).map(Condition::Region).map(not));
    let any_of = |any_of| Condition::Remark(Remark { within: Vec::new(), any_of });
    add(some(list(form, "not_words")).map(any_of).map(not));
    add(some(list(form, "not_flag")).map(Condition::Flag).map(not));
    add(some(list(form, "not_tag")).map(Condition::Tag).map(not));
    Ok(Condition::All(all))
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// Values of a field, parted by commas of either width or lines.
fn list(form: &Form, name: &str) -> Vec<String> {
    let parts = form.exactly(name).split([',', '，', '、', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn words<T>(form: &Form, name: &str, parse: fn(&str) -> Result<T, String>) -> Result<Vec<T>, Error> {
    form.each(name).map(|word| parse(word).map_err(|said| Error::invalid(name, "word", said))).collect()
}

fn number(form: &Form, name: &str) -> Result<Option<i64>, Error> {
    match form.get(name) {
        "" => Ok(None),
        _ => form.number(name).map(Some),
    }
}

fn range(form: &Form, name: &str) -> Result<Option<Range>, Error> {
    let at_least = number(form, &format!("{name}_from"))?;
    let at_most = number(form, &format!("{name}_to"))?;
    Ok((at_least.is_some() || at_most.is_some()).then_some(Range { at_least, at_most }))
}

fn money(form: &Form, name: &str, currency: &str) -> Result<Option<i64>, Error> {
    match form.get(name) {
        "" => Ok(None),
        text => Money::parse(text, currency).map(|money| Some(money.amount)).map_err(|text| {
            Error::invalid(name, "word", format!("{text:?} is no amount; write it like 99 or 99.00"))
        }),
    }
}

fn amount(form: &Form) -> Result<Option<Condition>, Error> {
    let currency = match form.get("currency") {
        "" => "CNY".to_owned(),
        text => text.to_uppercase(),
    };
    let at_least = money(form, "amount_from", &currency)?;
    let at_most = money(form, "amount_to", &currency)?;
    let says = at_least.is_some() || at_most.is_some();
    Ok(says.then_some(Condition::Amount(Amount { currency, at_least, at_most })))
}

fn remark(form: &Form) -> Result<Option<Condition>, Error> {
    let any_of = list(form, "words");
    let within = words(form, "within", RemarkPlace::parse)?;
    let says = !any_of.is_empty() || form.has("any_remark");
    Ok(says.then_some(Condition::Remark(Remark { within, any_of })))
}

fn paid(form: &Form) -> Result<Option<Condition>, Error> {
    let clock = |name: &str| match form.get(name) {
        "" => Ok(None),
        text => DayTime::parse(text).map(Some).map_err(|said| Error::invalid(name, "word", said)),
    };
    let at = PaidAt {
        days: words(form, "day", WeekDay::parse)?,
        from: clock("paid_from")?,
        to: clock("paid_to")?,
    };
    let says = !at.days.is_empty() || at.from.is_some() || at.to.is_some();
    Ok(says.then_some(Condition::Paid(at)))
}

fn time(form: &Form, view: &View, name: &str) -> Result<Option<UtcTime>, Error> {
    match form.get(name) {
        "" => Ok(None),
        text => view.read_local(text).map(Some).ok_or_else(|| {
            Error::invalid(name, "word", format!("{text:?} is no time; write it like 2026-11-20T10:00"))
        }),
    }
}

fn split(form: &Form) -> Result<Option<Split>, Error> {
    let by = match form.get("split") {
        "" => return Ok(None),
        word => SplitBy::parse(word).map_err(|said| Error::invalid("split", "word", said))?,
    };
    Ok(Some(Split { by, skus: list(form, "split_skus"), pieces: number(form, "split_pieces")? }))
}

fn actions(form: &Form, view: &View) -> Result<Actions, Error> {
    let word = |name: &str| Some(form.get(name).to_owned()).filter(|text| !text.is_empty());
    let (until, minutes) = (time(form, view, "hold_until")?, number(form, "hold_minutes")?);
    let (per, at_most) = (money(form, "gift_per", "CNY")?, number(form, "gift_most")?);
    let typed = form.get("gifts");
    let parts = parts_of(typed).ok_or_else(|| {
        let detail = format!("{typed:?} are no gifts; write SKU*PIECES, one a line");
        Error::invalid("gifts", "bad_parts", detail)
    })?;
    let gifts = match form.has("gifts_as_text") {
        true => serde_json::from_str(form.exactly("gifts_as_text"))
            .map_err(|error| Error::invalid("gifts", "json", format!("The gifts cannot be read: {error}")))?,
        false => parts.into_iter().map(|(sku, quantity)| Gift { sku, quantity, per, at_most }).collect(),
    };
    Ok(Actions {
        carrier: word("carrier").map(|carrier| code_of(&carrier)),
        service: word("service"),
        warehouse: word("warehouse"),
        flag: word("give_flag"),
        tags: list(form, "give_tags"),
        hold: word("hold").map(|reason| HoldAction { reason, until, minutes }),
        gifts,
        audits: words(form, "audit", AuditKind::parse)?,
        split: split(form)?,
    })
}
