//! Label words (收货人, 电话, 地址 …): what follows them is certain.

use super::pieces::{CUT, cut};
use super::words::is_han;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Name,
    Phone,
    Address,
    Postcode,
    Company,
    /// Introduces the whole text.
    Heading,
    /// Introduces something that is no part of the address but may speak of it.
    Note,
    /// Introduces what only the order knows: its number, the buyer's nick.
    Aside,
}

/// Longest first among those that begin alike.
const LABELS: &[(&str, Label)] = &[
    ("收货人姓名", Label::Name),
    ("收件人姓名", Label::Name),
    ("收货人电话", Label::Phone),
    ("收件人电话", Label::Phone),
    ("收货人手机", Label::Phone),
    ("收件人手机", Label::Phone),
    ("收货人地址", Label::Address),
    ("收件人地址", Label::Address),
    ("收货人信息", Label::Heading),
    ("收件人信息", Label::Heading),
    ("收货人", Label::Name),
    ("收件人", Label::Name),
    ("联系人", Label::Name),
    ("客户姓名", Label::Name),
    ("姓名", Label::Name),
    ("名字", Label::Name),
    ("寄给", Label::Name),
    ("发给", Label::Name),
    ("收貨人", Label::Name),
    ("聯絡人", Label::Name),
    ("收", Label::Name),
    ("手机号码", Label::Phone),
    ("电话号码", Label::Phone),
    ("联系电话", Label::Phone),
    ("联系方式", Label::Phone),
    ("联系手机", Label::Phone),
    ("收货电话", Label::Phone),
    ("手机号", Label::Phone),
    ("手机", Label::Phone),
    ("电话", Label::Phone),
    ("固话", Label::Phone),
    ("座机", Label::Phone),
    ("電話號碼", Label::Phone),
    ("聯絡電話", Label::Phone),
    ("手機號碼", Label::Phone),
    ("手機", Label::Phone),
    ("電話", Label::Phone),
    ("备用电话", Label::Phone),
    ("备用手机", Label::Phone),
    ("备用", Label::Phone),
    ("电", Label::Phone),
    ("tel", Label::Phone),
    ("Tel", Label::Phone),
    ("TEL", Label::Phone),
    ("所在地区", Label::Address),
    ("所在区域", Label::Address),
    ("所在城市", Label::Address),
    ("省市区", Label::Address),
    ("收货地址", Label::Address),
    ("收件地址", Label::Address),
    ("详细地址", Label::Address),
    ("联系地址", Label::Address),
    ("快递地址", Label::Address),
    ("邮寄地址", Label::Address),
    ("街道地址", Label::Address),
    ("街道", Label::Address),
    ("地区", Label::Address),
    ("地址", Label::Address),
    ("收貨地址", Label::Address),
    ("詳細地址", Label::Address),
    ("住址", Label::Address),
    ("址", Label::Address),
    ("邮政编码", Label::Postcode),
    ("邮编", Label::Postcode),
    ("郵遞區號", Label::Postcode),
    ("郵編", Label::Postcode),
    ("公司名称", Label::Company),
    ("单位名称", Label::Company),
    ("公司", Label::Company),
    ("单位", Label::Company),
    ("收货信息", Label::Heading),
    ("收件信息", Label::Heading),
    ("地址信息", Label::Heading),
    ("买家留言", Label::Note),
    ("买家备注", Label::Note),
    ("卖家备注", Label::Note),
    ("订单备注", Label::Note),
    ("订单编号", Label::Aside),
    ("订单号", Label::Aside),
    ("单号", Label::Aside),
    ("买家昵称", Label::Aside),
    ("买家旺旺", Label::Aside),
    ("买家账号", Label::Aside),
    ("买家", Label::Aside),
    ("旺旺名", Label::Aside),
    ("旺旺号", Label::Aside),
    ("旺旺", Label::Aside),
    ("会员名", Label::Aside),
    ("昵称", Label::Aside),
    ("微信昵称", Label::Aside),
    ("微信名", Label::Aside),
    ("淘宝昵称", Label::Aside),
    ("淘宝ID", Label::Aside),
    ("微信号", Label::Aside),
    ("微信", Label::Aside),
    ("店铺名称", Label::Aside),
    ("店铺", Label::Aside),
    ("下单时间", Label::Aside),
    ("付款时间", Label::Aside),
    ("快递公司", Label::Aside),
    ("快递", Label::Aside),
    ("数量", Label::Aside),
    ("实付款", Label::Aside),
    ("实付", Label::Aside),
    ("金额", Label::Aside),
    ("商品名称", Label::Note),
    ("要求", Label::Note),
    ("规格", Label::Note),
    ("产品", Label::Note),
    ("货品", Label::Note),
    ("备注", Label::Note),
    ("留言", Label::Note),
    ("商品", Label::Note),
];

/// What the labels said; label words are cut out of the text, and so are the labelled values except phones
/// and addresses, which other rules read.
#[derive(Debug, Default)]
pub(super) struct Labelled {
    pub name: String,
    pub company: String,
    pub postcode: String,
    /// A note was cut out.
    pub note: bool,
}

pub(super) fn take(text: &mut [char]) -> Labelled {
    let mut found = Labelled::default();
    let mut at = 0;
    while at < text.len() {
        let Some((label, end)) = label_at(text, at) else {
            at += 1;
            continue;
        };
        cut(text, at, end, CUT);
        at = end;
        let value_end = match label {
            Label::Aside => aside_end(text, end),
            _ => value_end(text, end),
        };
        let value: String = text[end..value_end].iter().collect::<String>().trim().to_owned();
        match label {
            Label::Name if found.name.is_empty() && !value.is_empty() => found.name = value,
            Label::Company if !value.is_empty() => found.company = value,
            Label::Postcode
                if matches!(value.len(), 3 | 5 | 6) && value.bytes().all(|b| b.is_ascii_digit()) =>
            {
                found.postcode = value
            }
            Label::Note => found.note = true,
            Label::Aside => {}
            _ => continue,
        }
        cut(text, end, value_end, CUT);
        at = value_end;
    }
    drop_introductions(text);
    found
}

fn label_at(text: &[char], at: usize) -> Option<(Label, usize)> {
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    let open = before.is_none_or(|c| !c.is_alphanumeric() || c.is_ascii_digit());
    if !open {
        return None;
    }
    LABELS.iter().find_map(|(word, label)| {
        let length = word.chars().count();
        if !text[at..].iter().take(length).copied().eq(word.chars()) {
            return None;
        }
        let mut end = at + length;
        // 电话1：… 电话2：…
        let counted = text.get(end).is_some_and(char::is_ascii_digit)
            && matches!(text.get(end + 1), Some(':' | '：'))
            && *label == Label::Phone;
        end += usize::from(counted);
        while text.get(end) == Some(&' ') {
            end += 1;
        }
        match text.get(end) {
            Some(':' | '：' | '=' | '】' | ']') => return Some((*label, end + 1)),
            Some('是' | '为') if length >= 2 => return Some((*label, end + 1)),
            // 收件人写 莫愁
            Some('写' | '填' | '叫') if *label == Label::Name && length >= 2 => {
                let spaced = text.get(end + 1).is_some_and(|c| !c.is_alphanumeric());
                if spaced {
                    return Some((*label, end + 2));
                }
            }
            _ => {}
        }
        let next = text.get(end)?;
        let glued = match label {
            Label::Phone => next.is_ascii_digit() || matches!(next, '+' | '(' | '（'),
            Label::Postcode | Label::Note | Label::Aside => next.is_ascii_digit(),
            // A blank, or the value at once, but only behind words that begin no other word.
            Label::Name => length >= 3 && is_han(*next),
            Label::Address => length >= 2 && !matches!(*word, "街道" | "地区") && is_han(*next),
            Label::Heading => next.is_whitespace() || text[end - 1] == ' ',
            Label::Company => false,
        };
        glued.then_some((*label, end))
    })
}

/// The order's number or the buyer's nick is one word, digits or not. A second colon starts a new label.
fn aside_end(text: &[char], from: usize) -> usize {
    let start = from + text[from..].iter().take_while(|c| **c == ' ').count();
    let ends = |c: &char| c.is_whitespace() || ",，;；。|【】:：".contains(*c) || *c == CUT;
    start + text[start..].iter().take_while(|c| !ends(c)).count()
}

/// A name ends at the next blank before Chinese, break or digit; a note at the end of its line.
fn value_end(text: &[char], from: usize) -> usize {
    let start = from + text[from..].iter().take_while(|c| **c == ' ').count();
    let length = text[start..]
        .iter()
        .enumerate()
        .take_while(|(place, c)| {
            let after = text.get(start + place + 1);
            let digit_run = c.is_ascii_digit()
                && text[start + place..].iter().take(7).all(|c| c.is_ascii_digit() || *c == '*');
            let long_enough = text[start..].iter().take_while(|c| c.is_ascii_digit()).count() == 6;
            let latin_blank = **c == ' ' && after.is_some_and(char::is_ascii_alphabetic);
            let bracketed_mark = matches!(c, '(' | '（') && after == Some(&'收');
            !(",，;；。|/\n\t【】".contains(**c)
                || matches!(c, '(' | '（' | '[') && !bracketed_mark
                || (**c == ' ' && !latin_blank)
                || (digit_run && !long_enough)
                || **c == CUT)
        })
        .count();
    start + length
}

/// 麻烦发到这个地址：… Everything before `地址：` on its line is talk, unless it holds numbers.
fn drop_introductions(text: &mut [char]) {
    let Some(colon) = text.iter().position(|c| matches!(c, ':' | '：')) else { return };
    let head: String = text[..colon].iter().collect();
    let talk = ["地址", "这里", "这边", "信息", "如下", "收货"].iter().any(|word| head.ends_with(word));
    if talk && !head.contains(|c: char| c.is_ascii_digit() || c == '\n') {
        cut(text, 0, colon + 1, CUT);
    }
}
