//! Western phones: to E.164 when the country is known, the extension apart.

pub(super) struct WesternPhone {
    /// With a leading `+` when the text had one (or 00).
    pub digits: String,
    pub ext: String,
}

impl WesternPhone {
    /// `+14155550132`; as typed when no country is known or the country writes none (Hong Kong's eight digits).
    pub fn international(&self, dial: &str) -> String {
        if self.digits.starts_with('+') || dial.is_empty() {
            return self.digits.clone();
        }
        let national = match dial {
            // Italy keeps its zero.
            "39" => self.digits.as_str(),
            "1" => self.digits.strip_prefix('1').unwrap_or(&self.digits),
            _ => self.digits.strip_prefix('0').unwrap_or(&self.digits),
        };
        format!("+{dial}{national}")
    }
}

/// Takes the phone out: the stretch of digits, blanks, hyphens, dots and brackets with the most digits, from
/// 8 to 15, preferring one with a plus. A postcode beside it is left alone.
pub(super) fn take(line: &mut String) -> Option<WesternPhone> {
    let chars: Vec<char> = line.chars().collect();
    let mut best: Option<(usize, usize, String)> = None;
    let mut at = 0;
    while at < chars.len() {
        let opens = chars[at].is_ascii_digit()
            || (matches!(chars[at], '+' | '(') && chars.get(at + 1).is_some_and(|c| c.is_ascii_digit()));
        let free = at == 0 || !chars[at - 1].is_alphanumeric();
        if !opens || !free {
            at += 1;
            continue;
        }
        let (end, digits) = stretch(&chars, at);
        let next_free =
            chars.get(end).is_none_or(|c| !c.is_alphanumeric()) || extension(&chars, end).is_some();
        let plus = digits.starts_with('+');
        let count = digits.trim_start_matches('+').len();
        let better = best
            .as_ref()
            .is_none_or(|(.., known)| plus && !known.starts_with('+') || !known.starts_with('+'));
        if next_free && (8..=15).contains(&count) && better {
            best = Some((at, end, digits));
        }
        at = end.max(at + 1);
    }
    let (start, end, digits) = best?;
    let (ext, end) = extension(&chars, end).unwrap_or((String::new(), end));
    let label = label_before(&chars, start);
    *line = chars[..label].iter().chain(&[',']).chain(&chars[end..]).collect();
    // +44 (0)7700: the zero is for callers inside the country.
    let written: String = chars[start..end].iter().filter(|c| !c.is_whitespace()).collect();
    let digits = match written.split_once("(0)") {
        Some((code, rest)) if code.starts_with(['+', '0']) => {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            format!("+{}{}", digits(code).trim_start_matches('0'), digits(rest))
        }
        _ => digits,
    };
    let digits = digits.strip_prefix("00").map_or(digits.clone(), |rest| format!("+{rest}"));
    Some(WesternPhone { digits, ext })
}

/// Groups joined by one blank, hyphen, dot or bracket. A five-digit group followed by more is a ZIP code
/// (`10036 212-555-0187`), so a stretch of American length starts behind it.
fn stretch(chars: &[char], start: usize) -> (usize, String) {
    let mut digits = String::new();
    let mut groups: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    let mut end = start;
    while let Some(&c) = chars.get(at) {
        if c == '+' && at == start {
            digits.push('+');
        } else if c.is_ascii_digit() {
            if digits.trim_start_matches('+').is_empty() || at == 0 || !chars[at - 1].is_ascii_digit() {
                groups.push((at, 0));
            }
            if let Some(group) = groups.last_mut() {
                group.1 += 1;
            }
            digits.push(c);
            end = at + 1;
        } else if matches!(c, ' ' | '-' | '.' | '(' | ')') {
            let gap = chars[at..].iter().take_while(|c| matches!(c, ' ' | '-' | '.' | '(' | ')')).count();
            if gap > 3 || !chars.get(at + gap).is_some_and(char::is_ascii_digit) {
                break;
            }
            let zip = groups.len() == 1 && groups[0].1 == 5 && c == ' ' && !digits.starts_with(['+', '0']);
            let house = groups.len() == 1
                && groups[0].1 <= 4
                && c == ' '
                && chars[at + gap..].iter().take(5).all(char::is_ascii_digit)
                && chars.get(at + gap + 5).is_none_or(|c| !c.is_ascii_digit());
            if zip || house && !digits.starts_with('+') && !digits.starts_with('0') {
                break;
            }
        } else {
            break;
        }
        at += 1;
    }
    (end, digits)
}

/// x12, ext 12, ext. 12, #12
fn extension(chars: &[char], at: usize) -> Option<(String, usize)> {
    let text: String = chars[at..].iter().take(16).collect();
    let trimmed = text.trim_start_matches([' ', ',']);
    let lower = trimmed.to_lowercase();
    let mark = ["extension", "ext.", "ext", "x", "#"].into_iter().find(|mark| lower.starts_with(mark))?;
    let behind = trimmed.get(mark.len()..)?;
    let value = behind.trim_start_matches([' ', ':', '.']);
    let ext: String = value.chars().take_while(char::is_ascii_digit).collect();
    if ext.is_empty() || value.chars().nth(ext.len()).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let skipped = text.chars().count() - value.chars().count();
    let end = at + skipped + ext.len();
    Some((ext, end))
}

/// Place of a label (`Tel:`, `Phone`, `Mobile:`) before the number.
fn label_before(chars: &[char], start: usize) -> usize {
    let head: String = chars[..start].iter().collect();
    let trimmed = head.trim_end_matches([' ', ':', '.']);
    let lower = trimmed.to_lowercase();
    for label in [
        "telephone",
        "phone number",
        "phone",
        "mobile",
        "mob",
        "tel",
        "ph",
        "cell",
        "whatsapp",
        "t",
        "m",
        "p",
    ] {
        if lower.len() == trimmed.len()
            && let Some(before) = lower.strip_suffix(label)
            && before.chars().next_back().is_none_or(|c| !c.is_alphanumeric())
            && (label.len() > 2 || head.len() > trimmed.len() && head[trimmed.len()..].contains([':', '.']))
        {
            return before.chars().count();
        }
    }
    start
}
