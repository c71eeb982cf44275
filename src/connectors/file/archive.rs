//! Looking into a ZIP file before anything of it is unpacked.
//!
//! An XLSX file is a ZIP archive, and 1 MB of it can unpack to a gigabyte. The archive's
//! directory declares every unpacked size, and the unpacker stops an entry at its declared
//! size, so checking the declarations bounds the memory. An archive whose directory is not
//! plainly where it belongs is refused, so that nobody else can find another one in it.

use std::io::{self, Read, Seek, SeekFrom};

use crate::connectors::Refusal;

/// Unpacked size of everything together.
const MAX_TOTAL: u64 = 1 << 30;
/// Unpacked size of what is held in memory at once: shared texts, styles and the like.
const MAX_HELD: u64 = 256 << 20;
/// Unpacked size from which the ratio is looked at; small entries compress freely.
const RATIO_FROM: u64 = 32 << 20;
/// Unpacked to packed. Real sheets reach 50, deflate can reach 1032.
const MAX_RATIO: u64 = 250;
/// Entries of an archive; a workbook has some dozens.
const MAX_ENTRIES: u64 = 10_000;

const END_BYTES: usize = 22;
const DIRECTORY_BYTES: u64 = 16 << 20;

/// Checks that the archive is a workbook that may be unpacked.
///
/// # Errors
/// `zip_bomb`, `not_a_workbook` or `file_damaged`.
pub(super) fn check(source: &mut (impl Read + Seek)) -> Result<(), Refusal> {
    let directory = read_directory(source).ok().flatten().ok_or_else(damaged)?;
    let entries = entries(&directory).ok_or_else(damaged)?;
    if entries.len() as u64 > MAX_ENTRIES {
        return Err(bomb(format!("{} entries", entries.len()), format!("{MAX_ENTRIES} entries")));
    }
    let mut total = 0u64;
    for entry in &entries {
        total = total.saturating_add(entry.unpacked);
        if entry.unpacked > RATIO_FROM && entry.unpacked / entry.packed.max(1) > MAX_RATIO {
            let found = format!("{} unpacks {} bytes to {}", entry.name, entry.packed, entry.unpacked);
            return Err(bomb(found, format!("a ratio of {MAX_RATIO}")));
        }
        let is_streamed = entry.name.starts_with("xl/worksheets/") || entry.name.starts_with("xl/media/");
        if !is_streamed && entry.unpacked > MAX_HELD {
            let found = format!("{} unpacks to {} bytes", entry.name, entry.unpacked);
            return Err(bomb(found, format!("{MAX_HELD} bytes for one such part")));
        }
    }
    if total > MAX_TOTAL {
        return Err(bomb(format!("it unpacks to {total} bytes"), format!("{MAX_TOTAL} bytes")));
    }
    if !entries.iter().any(|entry| entry.name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(Refusal::new(
            "not_a_workbook",
            "The file is a ZIP archive but no XLSX workbook.",
            "Unpack it and import the CSV or XLSX file inside.",
        ));
    }
    Ok(())
}

fn bomb(found: String, limit: String) -> Refusal {
    Refusal::new(
        "zip_bomb",
        format!("The workbook is packed beyond the limit: {found}; the limit is {limit}."),
        "Save the sheet as CSV, or split it into several files.",
    )
}

fn damaged() -> Refusal {
    Refusal::new(
        "file_damaged",
        "The workbook cannot be unpacked; its end is missing or broken.",
        "Export or download it again, or save it once more in a spreadsheet program.",
    )
}

struct Entry {
    name: String,
    packed: u64,
    unpacked: u64,
}

/// The archive's central directory (APPNOTE 4.3.12 to 4.3.16), `None` when it is not where it belongs.
fn read_directory(source: &mut (impl Read + Seek)) -> io::Result<Option<Vec<u8>>> {
    let length = source.seek(SeekFrom::End(0))?;
    let tail_at = length.saturating_sub(END_BYTES as u64 + u64::from(u16::MAX));
    source.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    source.take(length - tail_at).read_to_end(&mut tail)?;
    // The last signature counts, as it does for the unpacker.
    let Some(end) = tail.windows(4).rposition(|window| window == b"PK\x05\x06") else { return Ok(None) };
    let record = &tail[end..];
    if record.len() < END_BYTES || record.len() - END_BYTES != usize::from(short(record, 20)) {
        return Ok(None);
    }
    // A second, 64-bit end record could tell another story; files within our limit need none.
    if end >= 20 && tail[end - 20..].starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let (size, offset) = (u64::from(long(record, 12)), u64::from(long(record, 16)));
    if size > DIRECTORY_BYTES || offset + size != tail_at + end as u64 {
        return Ok(None);
    }
    let mut directory = Vec::new();
    source.seek(SeekFrom::Start(offset))?;
    source.take(size).read_to_end(&mut directory)?;
    Ok(Some(directory))
}

fn entries(mut directory: &[u8]) -> Option<Vec<Entry>> {
    const FIXED: usize = 46;
    let mut entries = Vec::new();
    while !directory.is_empty() {
        if directory.len() < FIXED || !directory.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (packed, unpacked) = (long(directory, 20), long(directory, 24));
        // 64-bit sizes: more than we take in any case.
        if packed == u32::MAX || unpacked == u32::MAX {
            return Some(vec![Entry { name: "an entry".to_owned(), packed: 1, unpacked: u64::MAX }]);
        }
        let name_end = FIXED + usize::from(short(directory, 28));
        let end = name_end + usize::from(short(directory, 30)) + usize::from(short(directory, 32));
        let name = String::from_utf8_lossy(directory.get(FIXED..name_end)?).into_owned();
        entries.push(Entry { name, packed: packed.into(), unpacked: unpacked.into() });
        directory = directory.get(end..)?;
    }
    Some(entries)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
