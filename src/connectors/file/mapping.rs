//! Which column of a generic file means what.
//!
//! A person matches the columns once per shop. The mapping is remembered with the header's
//! [`fingerprint`], so the next file of the same shape needs no questions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::text_enum;

text_enum! {
    /// A field of an order that a column can hold.
    pub enum Field("order field") {
        Number = "number",
        State = "state",
        CreatedAt = "created_at",
        PaidAt = "paid_at",
        UpdatedAt = "updated_at",
        ShipBy = "ship_by",
        BuyerNick = "buyer_nick",
        BuyerMessage = "buyer_message",
        SellerMemo = "seller_memo",
        Flag = "flag",
        Total = "total",
        ShippingFee = "shipping_fee",
        Currency = "currency",
        Name = "name",
        Phone = "phone",
        Country = "country",
        Province = "province",
        City = "city",
        District = "district",
        Town = "town",
        /// Street and house.
        Detail = "detail",
        /// Everything from province to house in one text.
        Address = "address",
        Postcode = "postcode",
        AddressKey = "address_key",
        LineNumber = "line_number",
        Sku = "sku",
        Title = "title",
        Variant = "variant",
        Quantity = "quantity",
        Price = "price",
    }
}

/// The column of each field, by the name in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<Field, String>);

impl Mapping {
    /// The column of a field; empty when it has none.
    pub fn column(&self, field: Field) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// Proposes a mapping from the common Chinese and English names.
    pub fn propose(header: &[String]) -> Self {
        let plain: Vec<String> = header.iter().map(|name| simplify(name)).collect();
        let mut columns = BTreeMap::new();
        for (field, names) in COMMON_NAMES {
            let place = names.iter().find_map(|name| plain.iter().position(|column| column == name));
            if let Some(place) = place {
                columns.insert(*field, header[place].clone());
            }
        }
        Self(columns)
    }

    /// What is still missing for reading orders, each as the field, or the fields to choose from.
    pub fn missing(&self) -> Vec<&'static str> {
        let has = |field| self.0.contains_key(&field);
        let needs = [
            ("number", has(Field::Number)),
            ("name", has(Field::Name)),
            ("address or detail", has(Field::Address) || has(Field::Detail)),
            ("title or sku", has(Field::Title) || has(Field::Sku)),
        ];
        needs.into_iter().filter(|(_, has)| !has).map(|(name, _)| name).collect()
    }

    /// Mapped columns that the header does not have.
    pub fn absent<'a>(&'a self, header: &[String]) -> Vec<&'a str> {
        self.0.values().filter(|column| !header.contains(column)).map(String::as_str).collect()
    }
}

/// A header's fingerprint: equal for files with the same columns in the same order.
pub fn fingerprint(header: &[String]) -> String {
    let digest = Sha256::digest(header.join("\u{1F}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A column name without case, blanks, joining signs, and notes in brackets.
fn simplify(name: &str) -> String {
    let name = name.split(['(', '（', '[', '【']).next().unwrap_or_default();
    name.chars()
        .filter(|c| !c.is_whitespace() && !"_-*.:：/#".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Names seen in exports of shops, plugins and other order tools, the most telling first.
const COMMON_NAMES: &[(Field, &[&str])] = &[
    (
        Field::Number,
        &[
            "订单编号",
            "订单号",
            "平台订单号",
            "原始单号",
            "交易编号",
            "主订单编号",
            "ordernumber",
            "orderno",
            "orderid",
            "order",
            "ordername",
        ],
    ),
    (Field::State, &["订单状态", "状态", "orderstatus", "status", "state"]),
    (
        Field::CreatedAt,
        &[
            "订单创建时间",
            "下单时间",
            "创建时间",
            "订单时间",
            "下单日期",
            "orderdate",
            "createdat",
            "datecreated",
            "created",
            "date",
        ],
    ),
    (
        Field::PaidAt,
        &["订单付款时间", "付款时间", "支付时间", "paidat", "paiddate", "datepaid", "paymentdate"],
    ),
    (Field::UpdatedAt, &["更新时间", "修改时间", "updatedat", "modified", "datemodified", "lastmodified"]),
    (Field::ShipBy, &["最晚发货时间", "承诺发货时间", "应发货时间", "shipby", "latestshipdate"]),
    (
        Field::BuyerNick,
        &[
            "买家会员名",
            "买家昵称",
            "买家账号",
            "会员名",
            "买家",
            "buyer",
            "buyernick",
            "customer",
            "customername",
            "username",
            "email",
            "customeremail",
        ],
    ),
    (
        Field::BuyerMessage,
        &[
            "买家留言",
            "客户留言",
            "买家备注",
            "留言",
            "customernote",
            "buyermessage",
            "customermessage",
            "notes",
            "note",
        ],
    ),
    (
        Field::SellerMemo,
        &["卖家备注", "商家备注", "订单备注", "客服备注", "备注", "sellermemo", "memo", "ordernotes"],
    ),
    (Field::Flag, &["旗帜", "标旗", "flag"]),
    (
        Field::Total,
        &[
            "订单金额",
            "总金额",
            "实付金额",
            "订单总额",
            "应付金额",
            "ordertotal",
            "total",
            "amount",
            "totalamount",
        ],
    ),
    (
        Field::ShippingFee,
        &["运费", "邮费", "快递费", "shippingfee", "shippingtotal", "shippingcost", "shipping"],
    ),
    (Field::Currency, &["币种", "货币", "currency", "ordercurrency", "currencycode"]),
    (
        Field::Name,
        &[
            "收货人姓名",
            "收货人",
            "收件人",
            "收件人姓名",
            "姓名",
            "shippingname",
            "recipient",
            "recipientname",
            "shiptoname",
            "fullname",
            "shippingfullname",
            "name",
        ],
    ),
    (
        Field::Phone,
        &[
            "联系手机",
            "收货人手机",
            "收件人手机",
            "手机",
            "手机号",
            "收件人电话",
            "收货人电话",
            "联系电话",
            "电话",
            "联系方式",
            "shippingphone",
            "recipientphone",
            "phone",
            "mobile",
            "telephone",
            "billingphone",
        ],
    ),
    (
        Field::Country,
        &["国家", "国家代码", "shippingcountry", "shippingcountrycode", "country", "countrycode"],
    ),
    (
        Field::Province,
        &["省", "省份", "收货省份", "收件人省", "shippingprovince", "shippingstate", "province", "state"],
    ),
    (Field::City, &["市", "城市", "收货城市", "收件人市", "shippingcity", "city"]),
    (Field::District, &["区", "区县", "县", "收货地区", "收件人区", "district", "county"]),
    (Field::Town, &["街道", "乡镇", "镇", "town"]),
    (
        Field::Detail,
        &[
            "详细地址",
            "街道地址",
            "shippingaddress1",
            "address1",
            "addressline1",
            "street",
            "shippingaddress12",
        ],
    ),
    (
        Field::Address,
        &[
            "收货地址",
            "收件地址",
            "收件人地址",
            "收货人地址",
            "完整地址",
            "地址",
            "shippingaddress",
            "address",
            "fulladdress",
        ],
    ),
    (
        Field::Postcode,
        &["邮编", "邮政编码", "shippingzip", "shippingpostcode", "postcode", "zip", "zipcode", "postalcode"],
    ),
    (Field::AddressKey, &["oaid", "openaddressid", "addresskey"]),
    (
        Field::LineNumber,
        &["子订单编号", "子订单号", "子单号", "linenumber", "lineid", "itemid", "lineitemid"],
    ),
    (
        Field::Sku,
        &[
            "商家编码",
            "sku编码",
            "规格编码",
            "商品编码",
            "货号",
            "sku",
            "itemsku",
            "productsku",
            "lineitemsku",
        ],
    ),
    (
        Field::Title,
        &[
            "商品名称",
            "商品标题",
            "宝贝标题",
            "标题",
            "品名",
            "商品",
            "productname",
            "itemname",
            "product",
            "item",
            "title",
            "lineitemname",
        ],
    ),
    (
        Field::Variant,
        &["商品规格", "规格", "规格名称", "商品属性", "颜色尺码", "variant", "variation", "options"],
    ),
    (
        Field::Quantity,
        &["购买数量", "商品数量", "数量", "件数", "quantity", "qty", "itemquantity", "lineitemquantity"],
    ),
    (
        Field::Price,
        &["单价", "商品单价", "价格", "price", "unitprice", "itemprice", "itemcost", "lineitemprice"],
    ),
];

#[cfg(test)]
mod tests {
    use super::{Mapping, fingerprint};

    #[test]
    fn common_names_are_proposed() {
        let header =
            ["订单号", "收货人", "手机号", "详细地址", "商品名称", "数量(件)", "其他"].map(str::to_owned);
        let mapping = Mapping::propose(&header);
        assert_eq!(
            serde_json::to_string(&mapping).expect("texts"),
            r#"{"number":"订单号","name":"收货人","phone":"手机号","detail":"详细地址","title":"商品名称","quantity":"数量(件)"}"#
        );
        assert_eq!(mapping.missing(), Vec::<&str>::new());
        let back: Mapping = serde_json::from_str(r#"{"number":"No"}"#).expect("a mapping");
        assert_eq!(
            (back.missing(), back.absent(&header)),
            (vec!["name", "address or detail", "title or sku"], vec!["No"])
        );
    }

    #[test]
    fn a_fingerprint_changes_with_the_columns() {
        let of =
            |names: &[&str]| fingerprint(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
    }
}
