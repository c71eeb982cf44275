//! What a file is, told by its bytes and its header, never by its extension.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Format;
use super::split::Cells;
use crate::connectors::Refusal;

/// Bytes from the start that show what a file is.
const SAMPLE_BYTES: usize = 64 * 1024;

/// What the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Content {
    Workbook,
    Text(TextForm),
}

/// How a text file is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextForm {
    pub(super) encoding: &'static Encoding,
    pub(super) delimiter: u8,
    pub(super) line_end: char,
}

/// Looks at a file's bytes. Reads it once from start to end, in chunks, to tell UTF-8 from GB18030.
///
/// # Errors
/// `file_empty`, `file_too_large`, `old_workbook`, `file_binary`, `file_unreadable`.
pub(super) fn content(source: &mut (impl Read + Seek), max_bytes: u64) -> Result<Content, Refusal> {
    let length = source.seek(SeekFrom::End(0)).map_err(|error| unreadable(&error))?;
    if length == 0 {
        return Err(empty("0 bytes"));
    }
    if length > max_bytes {
        return Err(Refusal::new(
            "file_too_large",
            format!("The file has {length} bytes; the limit is {max_bytes} bytes."),
            "Export a shorter span of time, or split the file.",
        ));
    }
    let mut sample = Vec::new();
    source.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
    source.take(SAMPLE_BYTES as u64).read_to_end(&mut sample).map_err(|error| unreadable(&error))?;
    if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        return Ok(Content::Workbook);
    }
    if sample.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Refusal::new(
            "old_workbook",
            "The file is a workbook of the old kind (.xls) or is protected by a password.",
            "Open it, save it as XLSX or CSV without a password, and import that.",
        ));
    }
    let encoding = encoding(source, &sample).map_err(|error| unreadable(&error))?;
    let (text, _) = encoding.decode_with_bom_removal(&sample);
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\0').is_empty() && length <= SAMPLE_BYTES as u64
    {
        return Err(empty("nothing but blanks"));
    }
    if is_binary(&text) {
        return Err(Refusal::new(
            "file_binary",
            "The file is neither text nor an XLSX workbook.",
            "Import the CSV or XLSX file that the platform exports.",
        ));
    }
    let line_end = if text.contains('\n') || !text.contains('\r') { '\n' } else { '\r' };
    let delimiter = delimiter(text.split(line_end).find(|line| !line.trim().is_empty()).unwrap_or_default());
    Ok(Content::Text(TextForm { encoding, delimiter, line_end }))
}

/// The refusal of a file without rows.
pub(super) fn empty(found: &str) -> Refusal {
    Refusal::new("file_empty", format!("The file holds {found}."), "Export it again and import the new file.")
}

/// The refusal of a file the machine cannot read.
pub(super) fn unreadable(error: &io::Error) -> Refusal {
    Refusal::new("file_unreadable", format!("The file cannot be read: {error}."), "Upload it again.")
}

fn encoding(source: &mut (impl Read + Seek), sample: &[u8]) -> io::Result<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return Ok(encoding);
    }
    // Without a byte order mark UTF-16 shows by the zero half of its ASCII characters.
    let pairs = sample.len() / 2;
    let zeros = |half: usize| sample.iter().skip(half).step_by(2).filter(|byte| **byte == 0).count();
    if pairs > 4 && zeros(1) * 4 > pairs && zeros(0) * 20 < pairs {
        return Ok(UTF_16LE);
    }
    if pairs > 4 && zeros(0) * 4 > pairs && zeros(1) * 20 < pairs {
        return Ok(UTF_16BE);
    }
    source.seek(SeekFrom::Start(0))?;
    let (characters, faults) = count_utf8(source)?;
    // One damaged byte does not make a Chinese UTF-8 file GB18030; a GB18030 file read as
    // UTF-8 has about as many faults as characters.
    if faults * 50 <= characters {
        return Ok(UTF_8);
    }
    source.seek(SeekFrom::Start(0))?;
    Ok(if is_western(source)? { WINDOWS_1252 } else { GB18030 })
}

/// How many characters beyond ASCII, and how many faults, the source has when read as UTF-8.
fn count_utf8(source: &mut impl Read) -> io::Result<(usize, usize)> {
    let (mut characters, mut faults) = (0, 0);
    let mut chunk = vec![0; SAMPLE_BYTES];
    let mut kept = 0;
    loop {
        let count = source.read(&mut chunk[kept..])?;
        let end = kept + count;
        let mut rest = &chunk[..end];
        kept = 0;
        loop {
            let (valid, fault) = match std::str::from_utf8(rest) {
                Ok(_) => (rest.len(), None),
                Err(error) => (error.valid_up_to(), Some(error.error_len())),
            };
            characters += rest[..valid].iter().filter(|byte| **byte >= 0xC0).count();
            rest = &rest[valid..];
            match fault {
                None => break,
                Some(Some(length)) => {
                    faults += 1;
                    rest = &rest[length..];
                }
                // A character goes on in the next chunk; at the end of the file it was cut.
                Some(None) => {
                    kept = rest.len();
                    break;
                }
            }
        }
        if count == 0 {
            return Ok((characters, faults));
        }
        chunk.copy_within(end - kept..end, 0);
    }
}

/// Accented letters stand alone between ASCII letters; the two bytes of a Chinese character are
/// nearly always both above ASCII. GB18030 would read `grün;` as a Chinese character as well.
fn is_western(source: &mut impl Read) -> io::Result<bool> {
    let (mut alone, mut together, mut run) = (0usize, 0usize, 0usize);
    let mut chunk = vec![0; SAMPLE_BYTES];
    loop {
        let count = source.read(&mut chunk)?;
        for byte in &chunk[..count] {
            if *byte >= 0x80 {
                run += 1;
                continue;
            }
            match run {
                0 => {}
                1 => alone += 1,
                _ => together += 1,
            }
            run = 0;
        }
        if count == 0 {
            return Ok(alone > together);
        }
    }
}

/// Text has next to no control characters, and GB18030 finds a meaning in nearly any bytes.
fn is_binary(text: &str) -> bool {
    let odd = |c: &char| {
        matches!(c, '\u{FFFD}' | '\u{E000}'..='\u{F8FF}') || (c.is_control() && !c.is_whitespace())
    };
    let count = text.chars().filter(odd).count();
    count > 3 && count * 50 > text.chars().count()
}

fn delimiter(header: &str) -> u8 {
    let count = |delimiter: u8| {
        let mut quoted = false;
        header
            .bytes()
            .filter(|byte| {
                quoted ^= *byte == b'"';
                !quoted && *byte == delimiter
            })
            .count()
    };
    // Of equal counts the comma wins, being the last of the list.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Which export the header belongs to.
pub(super) fn format(header: &Cells) -> Format {
    let has = |name: &str| header.iter().any(|cell| super::cells::clean(cell) == name);
    let has_all = |names: &[&str]| names.iter().all(|name| has(name));
    if has_all(&["订单编号", "标题", "购买数量"]) {
        Format::TaobaoLines
    } else if has_all(&["订单编号", "买家会员名", "订单状态"])
        || has_all(&["订单编号", "收货人姓名", "收货地址", "订单创建时间"])
    {
        Format::TaobaoOrders
    } else if has_all(&["Name", "Lineitem quantity", "Lineitem name"]) {
        Format::Shopify
    } else {
        Format::Generic
    }
}
