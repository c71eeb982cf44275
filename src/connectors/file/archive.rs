//! Looking into a ZIP file before anything of it is unpacked.
//!
//! An XLSX file is a ZIP archive, and 1 MB of it can unpack to a gigabyte. The archive's
//! directory declares every unpacked size, and the unpacker stops an entry at its declared
//! size, so checking the declarations bounds the memory. An archive whose directory is not
//! plainly where it belongs is refused, so that nobody else can find another one in it.

use std::io::{self, Read, Seek, SeekFrom};

use crate::connectors::Refusal;

/// Unpacked size of everything together.
const MAX_TOTAL: u64 = 512 << 20;
/// Unpacked size of what is held in memory at once: shared texts, styles and the like.
const MAX_HELD: u64 = 128 << 20;
/// Unpacked size from which the ratio is looked at; small entries compress freely.
const RATIO_FROM: u64 = 32 << 20;
/// Unpacked to packed. Real sheets reach 50, deflate can reach 1032.
const MAX_RATIO: u64 = 250;
/// Entries of an archive; a workbook has some dozens.
const MAX_ENTRIES: u64 = 10_000;

const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const WIDE_END_BYTES: u64 = 56;
/// The end record with the longest comment, and the locator before it.
const TAIL_BYTES: u64 = (END_BYTES + LOCATOR_BYTES) as u64 + u16::MAX as u64;
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

/// The archive's central directory, `None` when it is not where it belongs.
///
/// Source: PKWARE's APPNOTE 4.3.12 to 4.3.16. Everything the unpacker would stumble over on its
/// way to this directory is refused, because it would then go and look for another one.
fn read_directory(source: &mut (impl Read + Seek)) -> io::Result<Option<Vec<u8>>> {
    let length = source.seek(SeekFrom::End(0))?;
    let tail_at = length.saturating_sub(TAIL_BYTES);
    let tail = read_at(source, tail_at, length - tail_at)?;
    let Some(end) = tail.windows(4).rposition(|window| window == b"PK\x05\x06") else { return Ok(None) };
    let record = &tail[end..];
    if record.len() < END_BYTES || record.len() - END_BYTES != usize::from(short(record, 20)) {
        return Ok(None);
    }
    let is_one_disk = long(record, 4) == 0 && short(record, 8) == short(record, 10);
    let end_at = tail_at + end as u64;
    let (size, offset, directory_end) = match end.checked_sub(LOCATOR_BYTES).map(|at| &tail[at..end]) {
        // Programs that write sheets as a stream use the 64-bit form whatever the size.
        Some(locator) if locator.starts_with(b"PK\x06\x07") => {
            let wide_at = wide(locator, 8);
            let expected = (end_at - LOCATOR_BYTES as u64).checked_sub(WIDE_END_BYTES);
            if expected != Some(wide_at) || long(locator, 4) != 0 || long(locator, 16) != 1 {
                return Ok(None);
            }
            let record = read_at(source, wide_at, WIDE_END_BYTES)?;
            let is_plain = record.len() as u64 == WIDE_END_BYTES
                && record.starts_with(b"PK\x06\x06")
                && wide(&record, 4) == WIDE_END_BYTES - 12
                && wide(&record, 16) == 0
                && wide(&record, 24) == wide(&record, 32);
            if !is_plain {
                return Ok(None);
            }
            (wide(&record, 40), wide(&record, 48), wide_at)
        }
        _ => (u64::from(long(record, 12)), u64::from(long(record, 16)), end_at),
    };
    if !is_one_disk || size > DIRECTORY_BYTES || offset.checked_add(size) != Some(directory_end) {
        return Ok(None);
    }
    read_at(source, offset, size).map(Some)
}

fn read_at(source: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.seek(SeekFrom::Start(at))?;
    source.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn entries(mut directory: &[u8]) -> Option<Vec<Entry>> {
    const FIXED: usize = 46;
    let mut entries = Vec::new();
    while !directory.is_empty() {
        if directory.len() < FIXED || !directory.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name_end = FIXED + usize::from(short(directory, 28));
        let extra_end = name_end + usize::from(short(directory, 30));
        let name = String::from_utf8_lossy(directory.get(FIXED..name_end)?).into_owned();
        let mut wide_sizes = wide_sizes(directory.get(name_end..extra_end)?);
        let mut size = |at| match long(directory, at) {
            // Without the 64-bit size it stands for the unpacker takes the number as it is.
            u32::MAX => wide_sizes.next().unwrap_or(u32::MAX.into()),
            size => size.into(),
        };
        // The 64-bit sizes stand in this order, each only when its 32-bit twin is full.
        let unpacked = size(24);
        let packed = size(20);
        entries.push(Entry { name, packed, unpacked });
        directory = directory.get(extra_end + usize::from(short(directory, 32))..)?;
    }
    Some(entries)
}

/// The 64-bit sizes among an entry's extra fields (APPNOTE 4.5.3).
fn wide_sizes(mut extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut sizes = Vec::new();
    while extra.len() >= 4 {
        let (kind, length) = (short(extra, 0), usize::from(short(extra, 2)));
        let Some(field) = extra.get(4..4 + length) else { break };
        if kind == 1 {
            sizes.extend(field.chunks_exact(8).map(|chunk| wide(chunk, 0)));
        }
        extra = &extra[4 + length..];
    }
    sizes.into_iter()
}

fn wide(bytes: &[u8], at: usize) -> u64 {
    u64::from(long(bytes, at)) | u64::from(long(bytes, at + 4)) << 32
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
