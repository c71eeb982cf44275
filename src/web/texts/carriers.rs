//! Texts of carriers, their prices and regions, of warehouses, and of the plans that come of them.

use crate::domain::carrier_service::DeliveryKind;
use crate::domain::freight::{PriceKind, StepKind, WeightBasis};
use crate::domain::plan::{OtherCarrier, PlanPolicy, PlanWhy};
use crate::domain::region_rule::RegionEffect;
use crate::web::lang::{Text, texts};

texts! {
    TITLE = "Carriers" "快递";
    LEAD = "Services, prices, closed regions, accounts" "服务、运价、停发地区、账号";
    SERVICES_EMPTY = "Write down by which services parcels can go; then each waiting parcel shows its way and its cost." "登记可用的快递服务后，待发包裹会显示计划快递与预估运费。";
    ADD_SERVICE = "Add a service" "新增服务";
    ACCOUNTS = "Accounts" "账号";
    ADD_ACCOUNT = "Add an account" "新增账号";
    ACCOUNT = "Account" "账号";
    ACCOUNT_NUMBER = "Account number" "月结账号";
    ACCOUNT_HINT = "Kept sealed; only its end is shown again." "加密保存，之后仅显示末四位。";
    NO_ACCOUNT = "none" "无";
    CODE = "Code" "编码";
    CODE_HINT = "What rules and shops name it by" "规则与店铺以此引用";
    NAME = "Name" "名称";
    KIND = "Delivery" "配送方式";
    BY_CARRIER = "by a carrier" "快递";
    OWN_FLEET = "own fleet" "商家自送";
    SELF_PICKUP = "self-pickup" "到店自提";
    CARRIER = "Carrier" "快递公司";
    IS_ON = "In use" "启用";
    OFF = "off" "停用";
    MAX_WEIGHT = "Heaviest parcel, g" "最大重量(克)";
    MAX_SIDE = "Longest side, mm" "最长边(毫米)";
    MAX_GIRTH = "Girth, mm" "围长(毫米)";
    TAKES_COD = "Cash on delivery" "货到付款";
    MAX_COD = "Most to collect" "代收上限";
    MAX_VALUE = "Most value" "货值上限";
    DAYS = "Usual days" "时效(天)";
    CURRENCY = "Currency" "币种";
    LIMITS = "Limits" "限制";
    NO_PRICES = "no prices" "无运价";
    ADDED = "{} is written down; waiting parcels are planned anew." "已保存 {}，待发包裹已重新计划。";
    CHANGED = "{} is changed; waiting parcels are planned anew." "已修改 {}，待发包裹已重新计划。";
    REMOVED = "{} is removed." "已删除 {}。";
    EDIT = "Change" "修改";
    REMOVE_ASK = "Remove {}?" "删除 {}?";
    PRICE_TABLES = "Price tables" "运价表";
    PRICES_HINT = "A header and rows: region, first_price, step_price, and if they are not one kilogram first_kg, step_kg; surcharge. Several regions may stand in a cell; all means everywhere. Chinese names are read too." "首行为表头：省份、首重价格、续重价格，非 1 公斤时加 首重(kg)、续重(kg)；可有附加费。一格可写多个地区，「全国」表示其余地区。";
    PASTE = "Paste a table" "粘贴表格";
    OR_FILE = "or a file, CSV or XLSX" "或选择文件(CSV、XLSX)";
    VALID_FROM = "First day" "生效日";
    VALID_UNTIL = "Last day" "截止日";
    DIVISOR = "Volumetric divisor" "抛重系数";
    PRICE_KIND = "Paid by" "计费方式";
    BY_PARCEL = "each parcel's weight" "按件重量";
    BY_AVERAGE = "the month's average weight" "按月均重";
    AVERAGE = "Average weight, g" "均重(克)";
    NOTE = "Note" "备注";
    PREVIEW = "Only look" "仅预览";
    KEEP = "Take in" "导入";
    PREVIEWED = "Nothing is kept yet. {} rows are understood, {} refused." "尚未保存：可识别 {} 行，不能识别 {} 行。";
    IMPORTED = "{} rows are taken in, {} refused." "已导入 {} 行，未能导入 {} 行。";
    MORE_ROWS = "and {} more" "另有 {} 行";
    PASSED_OVER = "Columns passed over: {}" "未使用的列：{}";
    COUNTS = "counts today" "当前生效";
    FIRST = "First" "首重";
    FURTHER = "Further" "续重";
    SURCHARGE = "Surcharge" "附加费";
    BY_NOTICE = "By notice" "临时加价";
    EVERYWHERE = "everywhere" "全国";
    REGION = "Region" "地区";
    REGIONS = "Closed, dearer, slower regions" "停发、加价、延误地区";
    REGIONS_EMPTY = "No notice counts." "暂无地区规则。";
    ADD_REGION = "Write a notice down" "新增地区规则";
    REGION_HINT = "Digits: 65 is Xinjiang, 3301 Hangzhou; empty for everywhere" "行政区划代码：65 为新疆，3301 为杭州；空为全国";
    NOTICE_HINT = "A header and rows: region, carrier, effect (closed, surcharge, slow), valid_from, valid_until, amount, days, note. Chinese names are read too." "首行为表头：停发区域、快递公司、类型(停发、加价、延误)、开始日期、结束日期、附加费、天数、备注。";
    ALL_CARRIERS = "every carrier" "所有快递";
    EFFECT = "What" "类型";
    CLOSED = "closed" "停发";
    DEARER = "surcharge" "加价";
    SLOWER = "slower" "延误";
    AMOUNT = "Surcharge per parcel" "每件加价";
    MORE_DAYS = "More days" "延误天数";
    DAYS_MORE = "+{} days" "延误 {} 天";
    NOTED = "The notice is kept; parcels to its region are looked at anew." "已保存，相关地区包裹已重新判断。";
    NOTICE_GONE = "The notice is removed." "已删除该规则。";
    WAREHOUSES = "Warehouses" "仓库";
    WAREHOUSES_LEAD = "Where parcels leave from, and where returns go" "发货仓与退货地址";
    WAREHOUSES_EMPTY = "Parcels leave from one place. With several, write them down and each parcel shows its own." "单仓无需设置；多仓登记后，每个包裹显示发货仓。";
    WAREHOUSE = "Warehouse" "仓库";
    BRANCH = "Branch (own fleet, pickup)" "网点(自送/自提)";
    WORKER = "Worker" "配送员";
    BRINGER_HINT = "On the delivery note; a dash takes it back." "印在发货单上；填 - 清除。";
    ADD_WAREHOUSE = "Add a warehouse" "新增仓库";
    RETURN_NAME = "Returns to" "退货收件人";
    RETURN_PHONE = "Phone" "电话";
    RETURN_ADDRESS = "Address" "地址";
    CUT_OFF = "Orders until" "截单时间";
    PICKUP = "Drivers come at" "揽收时间";
    IS_DEFAULT = "Default" "默认";
    PLAN = "Plan" "计划";
    SERVICE = "Service" "服务";
    COST = "Cost" "运费";
    NO_COST = "cost not known" "运费未知";
    EXPECTED = "{} days" "约 {} 天";
    WHY_HAND = "by hand" "手工";
    WHY_RULE = "by rule" "规则";
    WHY_SHOP = "shop's default" "店铺默认";
    WHY_CHEAPEST = "cheapest" "最便宜";
    WHY_FASTEST = "fastest" "最快";
    WHY_GOODS = "where the goods lie" "商品所在仓";
    WHY_DEFAULT = "default" "默认";
    NOT_PLANNED = "no carrier planned" "未计划快递";
    OTHERS = "Other services" "其他服务";
    ONLY_NOT_CHOSEN = "possible" "可用";
    CHOOSE = "Choose by hand" "手工选择";
    AUTOMATIC = "by rule and policy" "按规则与策略";
    UNCHANGED = "as it is" "不变";
    CHOSEN = "{} planned by hand." "已手工计划 {} 个包裹。";
    ACT_PLAN = "Carrier, warehouse" "选快递/仓库";
    POLICY = "Where nobody has said so" "未指定时";
    OTHER_CARRIER = "Numbering for another carrier than planned" "与计划快递不同的单号";
    OTHER_LEAVE_OUT = "leaves the parcel out" "不录入该包裹";
    OTHER_WARN = "numbers it and says so" "录入并提示";
    ASSUMED_WEIGHT = "Grams while the weight is not known (optional)" "重量未知时按克数(可选)";
    SHOP_DEFAULTS = "Each shop" "各店铺";
    SHOP_DEFAULTS_HINT = "A shop's default is what its orders go by where neither a person, a rule nor the policy has chosen." "人工、规则、策略均未选择时，按店铺默认。";
    POLICY_OF_SHOP = "Chosen by" "选择方式";
    AS_SELLER = "as for all" "同全局";
    NO_DEFAULT = "none" "无";
    POLICY_SHOP = "the shop's default" "店铺默认";
    POLICY_CHEAPEST = "the cheapest" "最便宜";
    POLICY_FASTEST = "the fastest" "最快";
    SHIP_WITHOUT = "It has left" "已送出";
    ACTUAL = "{} g" "{} 克";
    VOLUMETRIC = "{} g by volume" "{} 克(体积重)";
    AVERAGED = "{} g on average" "{} 克(均重)";
}

/// How a parcel reaches its buyer.
pub fn kind(kind: DeliveryKind) -> Text {
    match kind {
        DeliveryKind::Carrier => BY_CARRIER,
        DeliveryKind::OwnFleet => OWN_FLEET,
        DeliveryKind::SelfPickup => SELF_PICKUP,
    }
}

/// What a notice says.
pub fn effect(effect: RegionEffect) -> Text {
    match effect {
        RegionEffect::Closed => CLOSED,
        RegionEffect::Surcharge => DEARER,
        RegionEffect::Slow => SLOWER,
    }
}

/// Why a plan is as it is.
pub fn why(why: PlanWhy) -> Text {
    match why {
        PlanWhy::Hand => WHY_HAND,
        PlanWhy::Rule => WHY_RULE,
        PlanWhy::Shop => WHY_SHOP,
        PlanWhy::Cheapest => WHY_CHEAPEST,
        PlanWhy::Fastest => WHY_FASTEST,
        PlanWhy::Goods => WHY_GOODS,
        PlanWhy::Default => WHY_DEFAULT,
    }
}

/// How a service is chosen.
pub fn policy(policy: PlanPolicy) -> Text {
    match policy {
        PlanPolicy::Shop => POLICY_SHOP,
        PlanPolicy::Cheapest => POLICY_CHEAPEST,
        PlanPolicy::Fastest => POLICY_FASTEST,
    }
}

/// Which weight is paid for.
pub fn price_kind(kind: PriceKind) -> Text {
    match kind {
        PriceKind::Parcel => BY_PARCEL,
        PriceKind::Average => BY_AVERAGE,
    }
}

/// A part of a cost.
pub fn step(step: StepKind) -> Text {
    match step {
        StepKind::First => FIRST,
        StepKind::Further => FURTHER,
        StepKind::Surcharge => SURCHARGE,
        StepKind::Notice => BY_NOTICE,
    }
}

/// The weight that is paid for.
pub fn basis(basis: WeightBasis) -> Text {
    match basis {
        WeightBasis::Actual => ACTUAL,
        WeightBasis::Volumetric => VOLUMETRIC,
        WeightBasis::Average => AVERAGED,
    }
}

/// What a number run does with parcels planned for another carrier.
pub fn other_carrier(other: OtherCarrier) -> Text {
    match other {
        OtherCarrier::LeaveOut => OTHER_LEAVE_OUT,
        OtherCarrier::Warn => OTHER_WARN,
    }
}
