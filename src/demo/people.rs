//! Invented people at invented doors; the divisions and cities are real.

use crate::domain::recipient::Recipient;

const SURNAMES: [&str; 24] = [
    "陈", "王", "李", "张", "刘", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗", "欧阳", "司马", "诸葛", "上官",
];
const GIVEN: [&str; 30] = [
    "静", "伟", "娜", "敏", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "明", "超", "秀英", "霞",
    "平", "刚", "桂英", "子涵", "欣怡", "浩然", "雨桐", "思远", "若曦", "建国", "晓雯", "龑", "喆",
];

/// Province, city, district, road.
const PLACES: [[&str; 4]; 20] = [
    ["浙江省", "杭州市", "西湖区", "文三路"],
    ["上海市", "上海市", "浦东新区", "金杨路"],
    ["北京市", "北京市", "朝阳区", "望京街"],
    ["广东省", "深圳市", "南山区", "科技园南路"],
    ["广东省", "东莞市", "", "东城街道莞太路"],
    ["四川省", "成都市", "武侯区", "人民南路四段"],
    ["湖北省", "武汉市", "洪山区", "珞喻路"],
    ["江苏省", "苏州市", "姑苏区", "平江路"],
    ["陕西省", "西安市", "雁塔区", "长安南路"],
    ["重庆市", "重庆市", "沙坪坝区", "大学城中路"],
    ["新疆维吾尔自治区", "乌鲁木齐市", "天山区", "解放北路"],
    ["内蒙古自治区", "呼和浩特市", "赛罕区", "大学西街"],
    ["海南省", "三亚市", "吉阳区", "迎宾路"],
    ["福建省", "厦门市", "思明区", "湖滨南路"],
    ["湖南省", "长沙市", "岳麓区", "麓山南路"],
    ["山东省", "青岛市", "市南区", "香港中路"],
    ["辽宁省", "大连市", "中山区", "人民路"],
    ["云南省", "昆明市", "五华区", "翠湖北路"],
    ["西藏自治区", "拉萨市", "城关区", "北京中路"],
    ["吉林省", "长春市", "朝阳区", "红旗街"],
];

/// Name, phone of the ranges kept for fiction, street, city, state, postcode.
const ABROAD: [[&str; 6]; 8] = [
    ["Emily Carter", "+1 555 010 0142", "500 Market Street Apt 12", "San Francisco", "CA", "94105"],
    ["James O'Neil", "+1 555 010 0177", "12 Beacon Street", "Boston", "MA", "02108"],
    ["Sofia Ramirez", "+1 555 010 0133", "88 Ocean Drive Unit 5", "Miami", "FL", "33139"],
    ["Noah Schmidt", "+1 555 010 0119", "2100 Elm Street Suite 300", "Dallas", "TX", "75201"],
    ["Olivia Brown", "+1 555 010 0121", "7 Pine Avenue", "Seattle", "WA", "98101"],
    ["Liam Johnson", "+1 555 010 0188", "301 Lake Shore Drive Apt 4B", "Chicago", "IL", "60611"],
    ["Ava Müller", "+1 555 010 0155", "45 Broadway Floor 9", "New York", "NY", "10006"],
    ["Ethan Kim", "+1 555 010 0166", "9 Sunset Boulevard", "Los Angeles", "CA", "90028"],
];

/// The `index`-th invented buyer in China; the same index is always the same person.
pub fn at_home(index: usize) -> Recipient {
    let [province, city, district, road] = PLACES[index % PLACES.len()];
    let (house, block, unit, room) =
        (1 + index * 7 % 480, 1 + index % 9, 1 + index % 3, 101 + index * 13 % 28 * 100);
    Recipient {
        name: format!("{}{}", SURNAMES[index * 5 % SURNAMES.len()], GIVEN[index * 11 % GIVEN.len()]),
        phone: format!("1380000{:04}", index % 10_000),
        country: "CN".to_owned(),
        province: province.to_owned(),
        city: city.to_owned(),
        district: district.to_owned(),
        detail: format!("{road}{house}号{block}栋{unit}单元{room}室"),
        ..Recipient::default()
    }
}

/// The `index`-th invented buyer in the United States.
pub fn abroad(index: usize) -> Recipient {
    let [name, phone, street, city, state, postcode] = ABROAD[index % ABROAD.len()];
    let door = index / ABROAD.len();
    Recipient {
        name: name.to_owned(),
        phone: phone.to_owned(),
        country: "US".to_owned(),
        province: state.to_owned(),
        city: city.to_owned(),
        detail: if door == 0 { street.to_owned() } else { format!("{door}{street}") },
        postcode: postcode.to_owned(),
        ..Recipient::default()
    }
}
