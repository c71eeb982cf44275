//! Dots to the languages of thermal printers: ZPL and TSPL.
//!
//! Pages travel as pictures, never as text of the printer's: any Chinese character prints, whatever
//! fonts the printer has, and a buyer's address that contains commands is only ink.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

use crate::papers::raster::Dots;

/// The language of a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Zebra and most others; the picture compressed (`:Z64:`).
    Zpl,
    /// ZPL for printers that know no `:Z64:`: hexadecimal with letters for runs.
    ZplRuns,
    /// TSC and many Chinese printers; raw bytes, to be sent unchanged.
    Tspl,
}

/// Appends a page in this language, to be printed once.
pub fn append(out: &mut Vec<u8>, dots: &Dots, size_mm: (f32, f32), language: Language) {
    match language {
        Language::Zpl => zpl(out, dots, &z64(&dots.bits)),
        Language::ZplRuns => zpl(out, dots, &runs(dots)),
        Language::Tspl => tspl(out, dots, size_mm),
    }
}

fn zpl(out: &mut Vec<u8>, dots: &Dots, picture: &str) {
    let (total, row) = (dots.bits.len(), dots.bytes_per_row);
    let (width, height) = (dots.width, dots.height);
    // The printer is left as it was found: no darkness, no speed, no media are set.
    let page = format!(
        "^XA\n^PW{width}\n^LL{height}\n^LH0,0\n^FO0,0^GFA,{total},{total},{row},{picture}^FS\n^PQ1,0,1,Y\n^XZ\n"
    );
    out.extend_from_slice(page.as_bytes());
}

/// zlib, base64, and the checksum Zebra asks for: CRC-16 (0x1021, from 0) of the base64 text.
fn z64(bits: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    let packed =
        encoder.write_all(bits).and_then(|()| encoder.finish()).expect("memory takes what is written");
    let text = STANDARD.encode(packed);
    let crc = text.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    });
    format!(":Z64:{text}:{crc:04X}")
}

/// Hexadecimal by rows: `,` ends a row in white, `!` in black, `:` repeats the row above; G to Y are runs of 1
/// to 19 equal digits, g to z of 20 to 400.
fn runs(dots: &Dots) -> String {
    let mut out = String::new();
    let mut above: &[u8] = &[];
    for row in dots.rows() {
        if row == above {
            out.push(':');
            continue;
        }
        above = row;
        let digits: Vec<u8> = row.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
        let last = *digits.last().expect("a row has at least one byte");
        let tail = digits.iter().rev().take_while(|digit| **digit == last).count();
        let ends_early = matches!(last, 0 | 15);
        let shown = if ends_early { &digits[..digits.len() - tail] } else { &digits[..] };
        let mut at = 0;
        while at < shown.len() {
            let count = shown[at..].iter().take_while(|digit| **digit == shown[at]).count();
            run(&mut out, count);
            out.push(char::from_digit(u32::from(shown[at]), 16).expect("four bits").to_ascii_uppercase());
            at += count;
        }
        if ends_early {
            out.push(if last == 0 { ',' } else { '!' });
        }
    }
    out
}

fn run(out: &mut String, mut count: usize) {
    if count == 1 {
        return;
    }
    while count >= 20 {
        let twenties = (count / 20).min(20);
        out.push(char::from(b'g' + (twenties - 1) as u8));
        count -= twenties * 20;
    }
    if count > 0 {
        out.push(char::from(b'G' + (count - 1) as u8));
    }
}

/// Only bands of rows with ink travel. In a `BITMAP` a 0 is black.
fn tspl(out: &mut Vec<u8>, dots: &Dots, (width_mm, height_mm): (f32, f32)) {
    let head = format!("SIZE {width_mm} mm,{height_mm} mm\r\nDIRECTION 1\r\nREFERENCE 0,0\r\nCLS\r\n");
    out.extend_from_slice(head.as_bytes());
    let rows: Vec<&[u8]> = dots.rows().collect();
    let has_ink = |row: &&[u8]| row.iter().any(|byte| *byte != 0);
    let mut top = 0;
    while top < rows.len() {
        if !has_ink(&rows[top]) {
            top += 1;
            continue;
        }
        let height = rows[top..].iter().take_while(|row| has_ink(row)).count();
        let band = &rows[top..top + height];
        let first = |row: &&[u8]| row.iter().position(|byte| *byte != 0).unwrap_or(0);
        let last = |row: &&[u8]| row.iter().rposition(|byte| *byte != 0).unwrap_or(0);
        let from = band.iter().map(first).min().unwrap_or(0);
        let to = band.iter().map(last).max().unwrap_or(0) + 1;
        out.extend_from_slice(format!("BITMAP {},{top},{},{height},0,", from * 8, to - from).as_bytes());
        out.extend(band.iter().flat_map(|row| row[from..to].iter().map(|byte| !byte)));
        out.extend_from_slice(b"\r\n");
        top += height;
    }
    out.extend_from_slice(b"PRINT 1,1\r\n");
}
