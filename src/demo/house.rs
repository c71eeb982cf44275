//! What the demo's seller has set up: goods, warehouses, carriers with prices, notices, rules.
//!
//! Written as the API takes it, so that it reads like what a newcomer would send, and goes through the same checks.

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::orders::Kind;
use crate::db::{Tx, sellers, skus as record};
use crate::domain::audit::{AuditMode, AuditRule, AuditSettings};
use crate::domain::error::Error;
use crate::domain::money::Money;
use crate::domain::plan::{OtherCarrier, PlanPolicy, PlanSettings, ShopPlan};
use crate::domain::rule::text;
use crate::domain::shop::ShopSettings;
use crate::domain::sku::SkuFields;
use crate::operations::carriers::{NewPriceTable, NewService, create as create_service, create_prices};
use crate::operations::region_rules::{self, NewRegionRule};
use crate::operations::rules;
use crate::operations::skus::{self, NewCode, NewSku};
use crate::operations::warehouses::{self, NewWarehouse};

/// Code, title, grams, category, warehouse, shelf, lowest price in fen.
type Good = (&'static str, &'static str, i64, &'static str, &'static str, &'static str, Option<i64>);

const GOODS: [Good; 10] = [
    ("TEA-LJ-250", "明前龙井 250g 礼盒", 420, "茶叶", "", "A-01", Some(19_900)),
    ("TEA-TGY-100", "铁观音 100g 罐装", 180, "茶叶", "", "A-02", Some(4_900)),
    ("TEA-PU-357", "普洱熟茶饼 357g", 430, "茶叶", "", "A-03", Some(12_900)),
    ("TEA-JAS-50", "茉莉花茶 50g 袋装", 80, "茶叶", "", "A-04", None),
    ("CUP-WHITE", "白瓷盖碗 150ml", 350, "茶具", "jdz", "B-01", None),
    ("CUP-CELADON", "龙泉青瓷杯一对", 520, "茶具", "jdz", "B-02", None),
    ("POT-YIXING", "紫砂壶 200ml", 650, "茶具", "jdz", "B-03", None),
    ("TRAY-BAMBOO", "竹制茶盘小号", 1_200, "茶具", "jdz", "B-04", None),
    ("SPOON-BAMBOO", "竹茶匙", 40, "赠品", "", "C-01", None),
    ("BAG-RED", "红色礼品袋", 30, "赠品", "", "C-02", None),
];

/// How the demo's parcels are planned. Numbers are given to what is ticked whatever the plan says: a newcomer looks on.
pub fn plans() -> PlanSettings {
    PlanSettings {
        policy: PlanPolicy::Cheapest,
        assumed_weight_g: Some(500),
        other_carrier: OtherCarrier::Warn,
    }
}

/// What is special about a shop: the Taobao shop has dear orders released by finance, and what is sold too cheaply looked at.
pub fn shop_settings(kind: Kind) -> ShopSettings {
    let is_audited = kind == Kind::Taobao;
    let mode = if is_audited { AuditMode::Auto } else { AuditMode::Off };
    let audits = AuditSettings {
        customer: AuditRule { mode, below_floor: is_audited, ..AuditRule::default() },
        finance: AuditRule { mode, total_from: is_audited.then_some(100_000), ..AuditRule::default() },
    };
    let plan = match kind {
        Kind::Shopify => {
            ShopPlan { policy: Some(PlanPolicy::Shop), service: "zto-std".to_owned(), ..ShopPlan::default() }
        }
        Kind::Taobao | Kind::Own => ShopPlan::default(),
    };
    let currency = kind.currency().to_owned();
    ShopSettings { simulated: true, currency, audits, plan, ..ShopSettings::default() }
}

/// Sets the house up, once.
///
/// # Errors
/// When the record cannot be written.
pub fn furnish(tx: &mut Tx) -> Result<(), Error> {
    if record::count(tx)? > 0 {
        return Ok(());
    }
    for house in [
        json!({ "code": "hz", "name": "杭州总仓", "is_default": true, "order_cut_off": "16:00", "pickup_at": "18:00" }),
        json!({ "code": "jdz", "name": "景德镇茶具仓", "order_cut_off": "15:00", "pickup_at": "17:00" }),
    ] {
        warehouses::create(tx, of::<NewWarehouse>(house)?)?;
    }
    goods(tx)?;
    carriers(tx)?;
    notices(tx)?;
    let set = text::parse(&rules_text()).map_err(Error::Invalid)?;
    rules::replace(tx, None, set).map(drop)
}

fn goods(tx: &mut Tx) -> Result<(), Error> {
    for (code, title, weight_g, category, warehouse, shelf, floor) in GOODS {
        let fields = SkuFields {
            code: code.to_owned(),
            title: title.to_owned(),
            weight_g: Some(weight_g),
            size_mm: None,
            category: category.to_owned(),
            warehouse: warehouse.to_owned(),
            floor_price: floor.map(|amount| Money::new(amount, "CNY")),
            shelf: shelf.to_owned(),
            barcode: String::new(),
        };
        skus::create(tx, NewSku { fields, parts: Vec::new() })?;
    }
    // The shops call the red bag otherwise.
    let code = NewCode {
        shop: None,
        code: "GIFT-BAG".to_owned(),
        title: String::new(),
        variant: String::new(),
        sku: "BAG-RED".to_owned(),
    };
    skus::map(tx, &[code]).map(drop)
}

fn carriers(tx: &mut Tx) -> Result<(), Error> {
    let everywhere = |first_price: i64, step_price: i64| json!({ "first_g": 1000, "first_price": first_price, "step_g": 1000, "step_price": step_price });
    let far = |region: &str, first_price: i64, step_price: i64| {
        let mut rate = everywhere(first_price, step_price);
        rate["region"] = json!(region);
        rate
    };
    for (service, prices) in [
        (
            json!({ "code": "zto-std", "name": "中通标快", "carrier": "zto", "days": 3, "max_weight_g": 30_000 }),
            json!({ "volumetric_divisor": 6000, "rates": [everywhere(320, 100), far("65", 1500, 1200), far("54", 1600, 1300)] }),
        ),
        (
            json!({ "code": "yto-year", "name": "圆通全国均重", "carrier": "yto", "days": 3, "max_weight_g": 5_000 }),
            json!({ "kind": "average", "average_g": 900, "rates": [everywhere(350, 120)] }),
        ),
        (
            json!({ "code": "sf-std", "name": "顺丰标快", "carrier": "sf", "days": 2, "takes_cod": true, "max_cod": 500_000 }),
            json!({ "volumetric_divisor": 6000, "rates": [everywhere(1200, 200), far("65", 2200, 1400), far("54", 2400, 1600)] }),
        ),
        (
            json!({ "code": "ems-std", "name": "邮政快递包裹", "carrier": "ems", "days": 5 }),
            json!({ "rates": [everywhere(600, 150), far("65", 1200, 600), far("54", 1200, 600)] }),
        ),
        (
            json!({ "code": "ups-world", "name": "UPS Worldwide", "carrier": "ups", "days": 6, "currency": "USD" }),
            json!({ "currency": "USD", "rates": [everywhere(1800, 900)] }),
        ),
        (json!({ "code": "pickup", "name": "到店自提", "kind": "self_pickup", "days": 0 }), Json::Null),
    ] {
        let made = create_service(tx, of::<NewService>(service)?)?;
        if !prices.is_null() {
            create_prices(tx, made.id, &of::<NewPriceTable>(prices)?)?;
        }
    }
    Ok(())
}

fn notices(tx: &mut Tx) -> Result<(), Error> {
    let zone = sellers::settings(tx)?.time_zone;
    let day = |days: i64| zone.day_of(tx.now.plus(chrono::Duration::days(days))).to_string();
    let (from, until) = (day(-2), day(20));
    let notices = json!([
        { "carrier": "zto", "region": "54", "effect": "closed", "valid_from": from, "valid_until": until, "note": "大雪停发(模拟)" },
        { "carrier": "sf", "region": "65", "effect": "surcharge", "amount": 500, "valid_from": from, "valid_until": until, "note": "旺季附加费(模拟)" },
        { "carrier": "yto", "region": "15", "effect": "slow", "days": 2, "valid_from": from, "valid_until": until, "note": "寒潮延误(模拟)" },
    ]);
    region_rules::create(tx, &of::<Vec<NewRegionRule>>(notices)?).map(drop)
}

fn rules_text() -> String {
    json!({ "rules": [
        { "key": "abroad", "name": "海外走 UPS", "when": { "not": { "country": ["CN"] } },
          "then": { "service": "ups-world", "tags": ["海外"] } },
        { "key": "remote", "name": "偏远地区走邮政", "when": { "region": ["65", "54"] },
          "then": { "service": "ems-std", "tags": ["偏远"] } },
        { "key": "fragile", "name": "紫砂壶走顺丰", "when": { "sku": ["POT-YIXING"] },
          "then": { "service": "sf-std", "tags": ["易碎"] } },
        { "key": "spoon", "name": "满 300 送竹茶匙", "when": { "amount": { "at_least": 30_000 } },
          "then": { "gifts": [{ "sku": "SPOON-BAMBOO", "per": 30_000, "at_most": 2 }] } },
        { "key": "card", "name": "要贺卡的插黄旗", "when": { "remark": { "any_of": ["贺卡"] } },
          "then": { "flag": "yellow", "tags": ["贺卡"] } },
        { "key": "houses", "name": "茶叶茶具分仓发(停用)", "on": false, "then": { "split": { "by": "warehouse" } } },
    ] })
    .to_string()
}

/// What the API would read.
fn of<T: DeserializeOwned>(body: Json) -> Result<T, Error> {
    Ok(serde_json::from_value(body).map_err(anyhow::Error::from)?)
}
