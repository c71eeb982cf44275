//! The carriers that have a format of their own.

/// Who carries, with a short stable code.
#[derive(Debug, PartialEq, Eq)]
pub struct Carrier {
    /// Stable code: lower case letters, stored with every waybill.
    pub code: &'static str,
    /// English name.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
}

macro_rules! carriers {
    ($($id:ident = $code:literal $name:literal $name_zh:literal;)*) => {
        $(pub(super) const $id: &Carrier = &Carrier { code: $code, name: $name, name_zh: $name_zh };)*

        impl Carrier {
            /// Every carrier that has a format.
            pub const ALL: &'static [&'static Carrier] = &[$($id,)*];
        }
    };
}

carriers! {
    SF = "sf" "SF Express" "顺丰速运";
    EMS = "ems" "EMS / China Post" "中国邮政EMS";
    YTO = "yto" "YTO Express" "圆通速递";
    ZTO = "zto" "ZTO Express" "中通快递";
    STO = "sto" "STO Express" "申通快递";
    YUNDA = "yunda" "Yunda Express" "韵达快递";
    TTK = "ttk" "TTK Express" "天天快递";
    BEST = "best" "Best Express" "百世快递";
    ZJS = "zjs" "ZJS Express" "宅急送";
    UC = "uc" "UC Express" "优速快递";
    DEPPON = "deppon" "Deppon Express" "德邦快递";
    CRE = "cre" "China Railway Express" "中铁快运";
    JT = "jt" "J&T Express" "极兔速递";
    JD = "jd" "JD Logistics" "京东物流";
    UPU = "post" "Postal operators (UPU)" "各国邮政";
    UPS = "ups" "UPS" "联合包裹";
    FEDEX = "fedex" "FedEx" "联邦快递";
    USPS = "usps" "USPS" "美国邮政";
    DHL = "dhl" "DHL" "敦豪";
    DHL_PAKET = "dhlpaket" "DHL Paket (Germany)" "德国敦豪包裹";
    DPD = "dpd" "DPD" "DPD包裹";
    TNT = "tnt" "TNT" "天地快运";
    CANADA_POST = "canadapost" "Canada Post" "加拿大邮政";
    CANPAR = "canpar" "Canpar" "Canpar快递";
    PUROLATOR = "purolator" "Purolator" "Purolator快递";
    ONTRAC = "ontrac" "OnTrac" "OnTrac快递";
    LASERSHIP = "lasership" "LaserShip" "LaserShip快递";
    LANDMARK = "landmark" "Landmark Global" "Landmark Global物流";
    OLD_DOMINION = "odfl" "Old Dominion" "Old Dominion货运";
    SPEEDEE = "speedee" "Spee-Dee Delivery" "Spee-Dee快递";
    AMAZON = "amazon" "Amazon Logistics" "亚马逊物流";
    GOFO = "gofo" "GOFO Express" "GOFO快递";
    YODEL = "yodel" "Yodel" "Yodel快递";
    YUNEXPRESS = "yunexpress" "YunExpress" "云途物流";
    IATA = "iata" "Air cargo (IATA)" "航空货运";
    GS1 = "gs1" "Any carrier with GS1 labels" "使用GS1标签的承运商";
    OTHER = "other" "Other carrier" "其他快递";
}

/// The code of a carrier that a person or program names: `sf` for `SF`, `SF Express` or `顺丰`.
/// A name that is not known here stays as it is, without blanks around it.
pub fn code_of(named: &str) -> String {
    let wanted = folded(named);
    let is_it = |carrier: &&&Carrier| {
        [carrier.code, carrier.name, carrier.name_zh].iter().any(|name| folded(name) == wanted)
    };
    match Carrier::ALL.iter().find(is_it) {
        Some(carrier) if !wanted.is_empty() => carrier.code.to_owned(),
        _ => named.trim().to_owned(),
    }
}

/// A name without case, blanks and the words that every carrier's name has.
fn folded(name: &str) -> String {
    let mut text: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    for word in ["express", "快递", "速运", "快运", "速递", "物流"] {
        if let Some(stem) = text.strip_suffix(word).filter(|stem| !stem.is_empty()) {
            text = stem.to_owned();
        }
    }
    text
}

/// For fields that name a carrier: `#[serde(deserialize_with = "named")]`.
///
/// # Errors
/// When the field holds no text.
pub fn named<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = <std::borrow::Cow<str> as serde::Deserialize>::deserialize(from)?;
    Ok(code_of(&text))
}

#[cfg(test)]
mod naming {
    use super::code_of;

    #[test]
    fn carriers_are_known_by_code_and_by_both_names() {
        for (named, code) in [
            ("sf", "sf"),
            ("SF", "sf"),
            (" SF Express ", "sf"),
            ("顺丰", "sf"),
            ("顺丰速运", "sf"),
            ("中通快递", "zto"),
            ("EMS", "ems"),
            ("Own Fleet", "Own Fleet"),
            ("", ""),
        ] {
            assert_eq!(code_of(named), code, "{named:?}");
        }
    }
}
