//! Why two recipients are the same, alike or different, in words for people and a code for programs.

use super::difference::LineDifference;
use super::name::NameDifference;

/// The field to show side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Phone,
    Name,
    Region,
    Detail,
    Postcode,
    AddressKey,
}

impl Field {
    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Name => "name",
            Self::Region => "region",
            Self::Detail => "detail",
            Self::Postcode => "postcode",
            Self::AddressKey => "address_key",
        }
    }
}

/// Declares the reasons: code, field, English, Chinese.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $field:expr, $english:literal, $chinese:literal;)*) => {
        /// The reason of a verdict.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Why { $($(#[$doc])* $variant,)* }

        impl Why {
            /// Every reason, for the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The field that decides, when one does.
            pub fn field(self) -> Option<Field> {
                match self { $(Self::$variant => $field,)* }
            }

            /// What to tell a person, in English.
            pub fn english(self) -> &'static str {
                match self { $(Self::$variant => $english,)* }
            }

            /// What to tell a person, in Chinese.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese,)* }
            }
        }
    };
}

reasons! {
    AllEqual = "all_equal", None, "Name, phone and address are equal.", "姓名、电话、地址都一致。";
    KeyEqual = "address_key_equal", Some(Field::AddressKey), "The platform gives both the same address key.", "平台给出的地址标识相同。";
    PlatformSame = "platform_same", Some(Field::AddressKey), "The platform says they may be merged.", "平台确认可以合并。";
    PlatformOther = "platform_other", Some(Field::AddressKey), "The platform says they may not be merged.", "平台确认不能合并。";
    /// The platform's interface has not been asked about these two yet.
    NotAsked = "platform_not_asked", Some(Field::AddressKey),
        "The address keys differ and the platform has not been asked; shop, buyer and masks agree.",
        "地址标识不同且尚未询问平台；店铺、买家和脱敏信息一致。";
    KeyOther = "address_key_other", Some(Field::AddressKey), "The platform gives them different address keys.", "平台给出的地址标识不同。";
    MasksAgree = "masks_agree", None, "Same shop, same buyer, and the masked texts agree.", "同店铺同买家，脱敏信息一致。";
    /// A mask fits many people, so it is never compared with plain text.
    MaskUndecided = "mask_undecided", None, "One side is masked, and a mask fits many people.", "有一方信息已脱敏，无法判断是否同一人。";
    PhoneMissing = "phone_missing", Some(Field::Phone), "The phone is missing on one side.", "有一方缺少电话。";
    PhoneExtension = "phone_extension", Some(Field::Phone), "The phone extension differs.", "电话分机号不同。";
    PhoneAreaCode = "phone_area_code", Some(Field::Phone), "The area code is missing on one side.", "有一方电话缺少区号。";
    PhoneKind = "phone_kind", Some(Field::Phone), "One side gives a landline, the other a mobile phone.", "一方是座机，一方是手机。";
    PhonePrivacy = "phone_privacy", Some(Field::Phone), "A privacy number differs; it changes from order to order.", "隐私号码不同（每单都会变）。";
    PhoneDigits = "phone_digits", Some(Field::Phone), "The phones differ in one or two digits.", "电话有一两位数字不同。";
    PhoneOther = "phone_other", Some(Field::Phone), "The phones differ; name and address are equal.", "电话不同，姓名和地址一致。";
    NameMissing = "name_missing", Some(Field::Name), "The name is missing on one side.", "有一方缺少姓名。";
    NameShort = "name_short", Some(Field::Name), "One side gives only a surname or an initial.", "有一方姓名只写了姓或缩写。";
    NameScript = "name_script", Some(Field::Name), "The names are in different scripts.", "姓名的文字不同（如拼音与汉字）。";
    NameAddition = "name_addition", Some(Field::Name), "One name carries an addition.", "有一方姓名带有附加内容。";
    NameSpelling = "name_spelling", Some(Field::Name), "The names differ in spelling.", "姓名写法有一字之差。";
    NameOther = "name_other", Some(Field::Name), "The names differ; phone and address are equal.", "姓名不同，电话和地址一致。";
    Generation = "name_generation", Some(Field::Name), "One is senior, the other junior.", "姓名一为长辈（Sr）一为晚辈（Jr）。";
    DistrictMissing = "district_missing", Some(Field::Region), "The district is missing on one side.", "有一方缺少区县。";
    DistrictRedrawn = "district_redrawn", Some(Field::Region), "One side names a district that was cut up.", "有一方写的是已拆分的旧区划。";
    DistrictOther = "district_other", Some(Field::Region), "The districts differ; all else is equal.", "区不同，其余一致。";
    StateMissing = "state_missing", Some(Field::Region), "The state is missing on one side.", "有一方缺少州或省。";
    RegionOther = "region_other", Some(Field::Region), "The regions differ.", "地区不同。";
    PostcodeOther = "postcode_other", Some(Field::Postcode), "The postcodes differ; all else is equal.", "邮编不同，其余一致。";
    DetailMissing = "detail_missing", Some(Field::Detail), "The street address is missing.", "缺少详细地址。";
    DetailNumber = "detail_number", Some(Field::Detail), "A number in the address differs.", "地址中的门牌、楼栋或房号不同。";
    DetailSide = "detail_side", Some(Field::Detail), "A direction in the address differs.", "地址中的方位字不同。";
    DetailPart = "detail_part", Some(Field::Detail), "A part of the address is on one side only.", "地址有一部分只有一方写了。";
    TownMissing = "town_missing", Some(Field::Detail), "The town or street office is on one side only.", "乡镇或街道只有一方写了。";
    DetailHint = "detail_hint", Some(Field::Detail), "One address ends with a hint.", "有一方地址末尾带有附言。";
    DetailUnitWord = "detail_unit_word", Some(Field::Detail), "The addresses use different words for building, unit or floor.", "地址的楼栋、单元或楼层用词不同。";
    DetailSlip = "detail_slip", Some(Field::Detail), "The addresses differ in one word, perhaps a slip.", "地址有一字之差，可能是笔误。";
    DetailShort = "detail_short", Some(Field::Detail), "One address shortens a name.", "有一方地址用了简称。";
    DetailNumeral = "detail_numeral", Some(Field::Detail), "A name in the address is written with digits on one side.", "地址中的地名一方写汉字数字，一方写阿拉伯数字。";
    DetailFloor = "detail_floor", Some(Field::Detail), "One side gives the floor, the other the unit.", "一方写楼层，一方写房号。";
    DetailOther = "detail_other", Some(Field::Detail), "The addresses differ.", "地址不同。";
    PrivacyCode = "privacy_code", Some(Field::Detail), "Only the privacy code in brackets differs.", "仅括号中的隐私码不同。";
    CollectivePhone = "collective_phone", Some(Field::Phone), "Many people share this address, and the phones differ.", "该地址多人共用，且电话不同。";
    CollectiveName = "collective_name", Some(Field::Name), "Many people share this address, and the names differ.", "该地址多人共用，且姓名不同。";
    CustomerCode = "customer_code", Some(Field::Name), "The forwarder's customer codes differ.", "集运（转运）客户编号不同。";
    SeveralDiffer = "several_differ", None, "More than one of name, phone and address differ.", "姓名、电话、地址中不止一项不同。";
}

impl From<NameDifference> for Why {
    fn from(difference: NameDifference) -> Self {
        match difference {
            NameDifference::Missing => Self::NameMissing,
            NameDifference::Shortened => Self::NameShort,
            NameDifference::Script => Self::NameScript,
            NameDifference::Addition => Self::NameAddition,
            NameDifference::Spelling => Self::NameSpelling,
            NameDifference::Generation => Self::Generation,
            NameDifference::Other => Self::NameOther,
        }
    }
}

impl From<LineDifference> for Why {
    fn from(difference: LineDifference) -> Self {
        match difference {
            LineDifference::Number => Self::DetailNumber,
            LineDifference::Side => Self::DetailSide,
            LineDifference::PartMissing => Self::DetailPart,
            LineDifference::TownMissing => Self::TownMissing,
            LineDifference::Hint => Self::DetailHint,
            LineDifference::UnitWord => Self::DetailUnitWord,
            LineDifference::Slip => Self::DetailSlip,
            LineDifference::ShortForm => Self::DetailShort,
            LineDifference::NumeralInName => Self::DetailNumeral,
            LineDifference::FloorForUnit => Self::DetailFloor,
            LineDifference::Missing => Self::DetailMissing,
            LineDifference::Other => Self::DetailOther,
        }
    }
}
