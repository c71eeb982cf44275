//! Words that tell a name from an address, a company or a wish.

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '〇')
}

/// The commonest surnames; enough to tell a name that is glued to a room from a building.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝司马上官诸葛东方皇甫尉迟慕容令狐赖";

/// Endings of streets, estates, buildings and rooms.
const ADDRESS_ENDINGS: &[&str] = &[
    "路",
    "街",
    "道",
    "巷",
    "弄",
    "胡同",
    "号",
    "栋",
    "幢",
    "楼",
    "层",
    "室",
    "座",
    "单元",
    "村",
    "组",
    "镇",
    "乡",
    "区",
    "苑",
    "园",
    "城",
    "厦",
    "广场",
    "中心",
    "公寓",
    "宿舍",
    "大学",
    "学院",
    "学校",
    "中学",
    "小学",
    "医院",
    "酒店",
    "宾馆",
    "小区",
    "社区",
    "花园",
    "驿站",
    "超市",
    "街道",
    "工业园",
    "门",
    "院",
    "屯",
    "庄",
    "里",
    "期",
    "库",
    "仓",
    "菜鸟",
    "柜",
    "市场",
    "商场",
    "大队",
    "团",
    "连",
    "场",
    "站",
    "湾",
    "府",
    "墅",
    "邸",
    "旗",
    "苏木",
    "楼下",
    "旁",
    "旁边",
    "对面",
    "附近",
    "处",
    "房",
];

/// Endings of organisations that stand before the person.
const COMPANY_ENDINGS: &[&str] = &[
    "公司",
    "事务所",
    "集团",
    "工作室",
    "有限责任公司",
    "经营部",
    "商行",
    "研究所",
    "研究院",
    "银行",
    "幼儿园",
    "门诊部",
    "诊所",
    "厂",
    "合作社",
    "旗舰店",
    "专卖店",
    "店",
    "协会",
    "委员会",
    "分公司",
    "办事处",
];

/// Posts that receive parcels without a person's name.
const POSTS: &[&str] = &[
    "前台",
    "门卫",
    "保安",
    "收发室",
    "传达室",
    "财务",
    "行政",
    "仓库",
    "客服",
    "采购",
    "人事",
    "快递柜",
    "驿站",
    "物业",
    "店长",
    "老板",
];

/// Words of talk: requests to the seller, greetings, thanks.
const TALK: &[&str] = &[
    "谢谢",
    "麻烦",
    "不要",
    "尽快",
    "快递",
    "发货",
    "到付",
    "顺丰",
    "包邮",
    "请",
    "您好",
    "你好",
    "亲",
    "辛苦",
    "拜托",
    "务必",
    "备注",
    "圆通",
    "中通",
    "韵达",
    "申通",
    "极兔",
    "邮政EMS",
    "加急",
    "今天发",
    "明天发",
    "寄到",
    "发到",
    "送货",
    "打电话",
    "易碎",
    "轻放",
    "赠品",
    "送礼",
    "订单",
    "编号",
    "付款",
    "感谢",
    "收到",
    "地址如下",
    "这个地址",
    "急用",
    "哦",
    "谢了",
    "多谢",
    "别发",
    "再发",
    "放门口",
    "放丰巢",
    "送上楼",
    "提前联系",
    "周末",
    "工作日",
    "下班",
    "晚上送",
    "小心",
    "帮我",
    "发票",
    "快乐",
    "送人",
    "要用",
    "祝您",
    "祝你",
];

/// Words of a form's buttons, copied along with the address.
const BUTTONS: &[&str] = &[
    "复制",
    "复制地址",
    "编辑",
    "修改",
    "修改地址",
    "默认",
    "默认地址",
    "查看",
    "展开",
    "收起",
    "家",
    "公司",
    "学校",
];

/// How a request begins, whatever place it ends with: 不要放快递柜.
const REQUESTS: &[&str] =
    &["不要", "不放", "别放", "勿", "请", "麻烦", "帮忙", "帮我", "放在", "务必", "送到后"];

/// How a customer calls the seller.
const GREETINGS: &[&str] =
    &["老板", "老板娘", "店家", "掌柜", "掌柜的", "卖家", "客服", "美女", "帅哥", "宝", "亲爱的"];

/// Words beside a second number.
const PHONE_WORDS: &[&str] =
    &["备用", "备用电话", "备用号码", "备用手机", "或", "或者", "另", "另一个", "家里", "本人", "打不通打"];

const TITLES: &[&str] = &["先生", "女士", "小姐", "老师", "师傅", "经理", "阿姨", "同学", "医生", "总"];

const MEASURES: &[char] = &[
    '件', '个', '套', '双', '条', '盒', '箱', '瓶', '包', '份', '斤', '支', '袋', '罐', '只', '把', '张',
    '本', '提', '对',
];

const RECEIVE_MARKS: &[&str] =
    &["（收）", "(收)", "亲收", "亲启", "签收", "查收", "收件", "收货", "[收]", "敬收", "收启", "收"];

/// The name without 收, （收）, 亲启 at its end, and whether there was one.
pub(super) fn without_receive_mark(name: &str) -> (&str, bool) {
    for mark in RECEIVE_MARKS {
        if let Some(rest) = name.strip_suffix(mark).map(str::trim_end).filter(|rest| !rest.is_empty()) {
            return (rest, true);
        }
    }
    (name, false)
}

/// The name before a remark in brackets: 孙丽（晚上送）. `None` without brackets, or when what stands before
/// them is no name.
pub(super) fn without_remark(text: &str) -> Option<&str> {
    let at = text.find(['（', '('])?;
    let name = text[..at].trim_end();
    let closed = text.ends_with(['）', ')']);
    (closed && !name.is_empty() && is_name_like(name) && !is_address(name)).then_some(name)
}

/// Whether the text begins with a surname.
pub(super) fn has_surname(text: &str) -> bool {
    text.chars().next().is_some_and(|c| SURNAMES.contains(c))
}

/// 张先生, 李女士, 王老师.
pub(super) fn has_title(text: &str) -> bool {
    TITLES.iter().any(|title| text.strip_suffix(title).is_some_and(|name| !name.is_empty()))
}

/// 女士 alone: it belongs to the name before it.
pub(super) fn is_title(text: &str) -> bool {
    TITLES.contains(&text)
}

/// 收 or （收） alone.
pub(super) fn is_receive_mark(text: &str) -> bool {
    RECEIVE_MARKS.contains(&text)
}

pub(super) fn is_button(text: &str) -> bool {
    BUTTONS.contains(&text)
}

pub(super) fn is_greeting(text: &str) -> bool {
    GREETINGS.contains(&text)
}

pub(super) fn is_phone_word(text: &str) -> bool {
    PHONE_WORDS.contains(&text.trim_matches(['(', '（', ')', '）', '电', '话', '机', '号', '手']))
        || PHONE_WORDS.contains(&text.trim_matches(['(', '（', ')', '）']))
}

/// Whether nothing but a place can be meant: it ends in a place word or a number, and holds no request,
/// no goods and no date. Whatever else stands behind the street is worth a look.
pub(super) fn is_certainly_address(text: &str) -> bool {
    let last_counts = text.chars().last().is_some_and(|c| c.is_ascii_alphanumeric());
    let digit = text.chars().any(|c| c.is_ascii_digit());
    let place = ADDRESS_ENDINGS.iter().any(|ending| text.ends_with(ending)) || is_company(text);
    (place || digit && last_counts) && !speaks(text) && !is_goods(text) && !has_date(text)
}

/// Holds a request somewhere, digits or not. The couriers' own lockers and stations are places.
pub(super) fn speaks(text: &str) -> bool {
    let station =
        ["柜", "站", "点", "驿站", "超市", "网点", "大厦", "部"].iter().any(|end| text.ends_with(end));
    !station && TALK.iter().any(|word| word.chars().count() > 1 && text.contains(word))
}

/// 3月20日, 20号前, 周五: a time, which no address has.
pub(super) fn has_date(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(3).any(|three| {
        let [before, sign, after] = three else { return false };
        before.is_ascii_digit()
            && (*sign == '月' && after.is_ascii_digit()
                || matches!(sign, '.' | '-')
                    && after.is_ascii_digit()
                    && ["前", "后", "之前", "之后", "前要", "再"].iter().any(|time| text.contains(time))
                || *sign == '点' && matches!(after, '前' | '后' | '以' | '之' | '半')
                || matches!(sign, '号' | '日')
                    && matches!(after, '前' | '后' | '以' | '之' | '发' | '送' | '到'))
    })
}

pub(super) fn is_post(text: &str) -> bool {
    POSTS.contains(&text)
}

pub(super) fn is_company(text: &str) -> bool {
    text.chars().count() >= 4 && COMPANY_ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// Streets, buildings, rooms: a number beside Chinese, or the ending of a place.
pub(super) fn is_address(text: &str) -> bool {
    let han = text.chars().filter(|c| is_han(*c)).count();
    let digit = text.chars().any(|c| c.is_ascii_digit());
    // 3F, A座, 1201, 5-2-301 continue an address too.
    if digit && (han > 0 || text.chars().all(|c| c.is_ascii_alphanumeric() || "-#/.".contains(c))) {
        return true;
    }
    // Short ones are also surnames with a given name (高路), so they need company of digits.
    han >= 4 && ADDRESS_ENDINGS.iter().any(|ending| text.ends_with(ending))
}

pub(super) fn is_talk(text: &str) -> bool {
    !text.chars().any(|c| c.is_ascii_digit()) && TALK.iter().any(|word| text.contains(word))
}

pub(super) fn is_request(text: &str) -> bool {
    !text.chars().any(|c| c.is_ascii_digit()) && REQUESTS.iter().any(|word| text.starts_with(word))
}

/// 2件, 红色XL, 黑色 42码: what was bought, not where it goes.
pub(super) fn is_goods(text: &str) -> bool {
    let trimmed = text.trim_start_matches(['*', 'x', 'X', '×', '共', '要']);
    let number =
        trimmed.chars().take_while(|c| c.is_ascii_digit() || "一二两三四五六七八九十".contains(*c)).count();
    let after: Vec<char> = trimmed.chars().skip(number).collect();
    if number > 0 && after.len() == 1 && MEASURES.contains(&after[0]) {
        return true;
    }
    if is_counted_thing(text) {
        return true;
    }
    let size =
        ["S", "M", "L", "XL", "XXL", "2XL", "3XL", "XXXL", "4XL", "均码", "码", "大号", "小号", "中号"];
    let colour =
        ["红", "黑", "白", "蓝", "绿", "黄", "灰", "粉", "紫", "棕", "米", "杏", "咖啡", "藏青", "卡其"];
    let coloured = colour.iter().any(|c| text.contains(&format!("{c}色")));
    coloured && text.chars().count() <= 8
        || size[..9].contains(&text)
        || number > 0 && after.iter().collect::<String>() == "码"
        || coloured && size.iter().any(|size| text.ends_with(size))
}

/// 龙井2盒, 2盒龙井, 红茶x3: a number with a measure at one end, and a thing.
fn is_counted_thing(text: &str) -> bool {
    let chars: Vec<char> = text.trim_start_matches(['要', '共', '买', '订']).chars().collect();
    let number = |c: &char| c.is_ascii_digit() || "一二两三四五六七八九十半".contains(*c);
    let units = "号栋幢楼层室座元路街弄巷组村期门院区";
    if chars.len() > 16 || chars.iter().any(|c| units.contains(*c)) {
        return false;
    }
    let at_end = match chars.as_slice() {
        [.., before, measure] => number(before) && MEASURES.contains(measure),
        _ => false,
    };
    let digits = chars.iter().take_while(|c| number(c)).count();
    let at_start = digits > 0 && chars.get(digits).is_some_and(|c| MEASURES.contains(c));
    let trailing = chars.iter().rev().take_while(|c| c.is_ascii_digit()).count();
    let times = trailing > 0
        && trailing < chars.len()
        && matches!(chars[chars.len() - trailing - 1], 'x' | 'X' | '×' | '*')
        && is_han(chars[0]);
    at_end || at_start || times
}

/// Whether a piece could be a person: 1–4 Chinese characters, a minority name with dots, a nickname, a
/// western name.
pub(super) fn is_name_like(text: &str) -> bool {
    let (text, _) = without_receive_mark(text);
    let count = text.chars().count();
    let dotted = text.contains(['·', '•', '・', '.']);
    let has_letter = text.chars().any(char::is_alphabetic);
    let limit = if dotted || text.is_ascii() { 40 } else { 8 };
    has_letter && count <= limit && text.chars().filter(char::is_ascii_digit).count() <= count / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_apart() {
        for (text, address, talk, goods) in [
            ("张伟", false, false, false),
            ("高路", false, false, false),
            ("文三路478号", true, false, false),
            ("1201", true, false, false),
            ("阳光花园", true, false, false),
            ("谢谢", false, true, false),
            ("不要发顺丰", false, true, false),
            ("2件", true, false, true),
            ("红色XL", false, false, true),
        ] {
            assert_eq!((is_address(text), is_talk(text), is_goods(text)), (address, talk, goods), "{text}");
        }
        assert_eq!(without_receive_mark("唐娜明收"), ("唐娜明", true));
        assert_eq!(without_receive_mark("收"), ("收", false));
    }
}
