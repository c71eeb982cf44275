//! Thermal output read back: languages to dots, dots to the codes a scanner reads.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rxing::BarcodeFormat;
use rxing::helpers::detect_in_luma;

use crate::papers::font::Fonts;
use crate::papers::raster::{Dots, Head, RasterWriter};
use crate::papers::thermal::{Language, append};
use crate::papers::values::PaperSize;
use crate::papers::{Options, Output, Paper, render, sample, waybill};

const LANGUAGES: [Language; 3] = [Language::Zpl, Language::ZplRuns, Language::Tspl];

fn drawn(fonts: &Fonts, position: u32, size: PaperSize, head: Head) -> (Dots, (f32, f32)) {
    let sheet = waybill::lay_out(&sample::waybill(position, 50), size, fonts);
    assert_eq!(sheet.problems, []);
    (RasterWriter::new(fonts, head).draw(&sheet.pages[0]), size.size_mm())
}

fn scanned(dots: &Dots, format: BarcodeFormat) -> String {
    let luma: Vec<u8> = (0..dots.height)
        .flat_map(|y| (0..dots.width).map(move |x| (x, y)))
        .map(|(x, y)| if dots.is_black(x, y) { 0 } else { 255 })
        .collect();
    let found = detect_in_luma(luma, dots.width as u32, dots.height as u32, Some(format)).unwrap();
    found.getText().to_owned()
}

/// The picture of the only page of a ZPL or TSPL file, as `width` dots of it.
fn read_back(file: &[u8], like: &Dots) -> Vec<u8> {
    if file.starts_with(b"SIZE") {
        return read_tspl(file, like);
    }
    let text = std::str::from_utf8(file).unwrap();
    let picture = text.split("^GFA,").nth(1).unwrap().split("^FS").next().unwrap();
    let data = picture.splitn(4, ',').nth(3).unwrap();
    match data.strip_prefix(":Z64:") {
        Some(packed) => {
            let (base64, crc) = packed.split_once(':').unwrap();
            assert_eq!(crc.len(), 4);
            let mut bits = Vec::new();
            flate2::read::ZlibDecoder::new(&STANDARD.decode(base64).unwrap()[..])
                .read_to_end(&mut bits)
                .unwrap();
            bits
        }
        None => read_runs(data, like.bytes_per_row),
    }
}

fn read_runs(data: &str, bytes_per_row: usize) -> Vec<u8> {
    let (mut out, mut row, mut above, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for c in data.chars() {
        match c {
            'G'..='Y' => count += c as usize - 'G' as usize + 1,
            'g'..='z' => count += (c as usize - 'g' as usize + 1) * 20,
            ',' => row.resize(2 * bytes_per_row, 0),
            '!' => row.resize(2 * bytes_per_row, 15),
            ':' => row.clone_from(&above),
            digit => {
                let digit = digit.to_digit(16).unwrap() as u8;
                row.extend(std::iter::repeat_n(digit, std::mem::take(&mut count).max(1)));
            }
        }
        if row.len() == 2 * bytes_per_row {
            out.extend(row.chunks(2).map(|pair| pair[0] << 4 | pair[1]));
            above = std::mem::take(&mut row);
        }
    }
    out
}

fn read_tspl(file: &[u8], like: &Dots) -> Vec<u8> {
    let mut out = vec![0; like.bits.len()];
    let mut at = 0;
    while let Some(found) = file[at..].windows(7).position(|word| word == b"BITMAP ") {
        let mut numbers = Vec::new();
        at += found + 7;
        while numbers.len() < 5 {
            let end = at + file[at..].iter().position(|byte| *byte == b',').unwrap();
            numbers.push(std::str::from_utf8(&file[at..end]).unwrap().parse::<usize>().unwrap());
            at = end + 1;
        }
        let [x, y, width, height, mode] = numbers[..] else { panic!("five numbers") };
        assert_eq!((x % 8, mode), (0, 0));
        for row in 0..height {
            for column in 0..width {
                out[(y + row) * like.bytes_per_row + x / 8 + column] = !file[at + row * width + column];
            }
        }
        at += width * height;
    }
    out
}

#[test]
fn every_language_carries_the_same_dots_and_scanners_read_them() {
    let fonts = Fonts::embedded();
    for size in [PaperSize::Label100x150, PaperSize::Label76x130] {
        for head in [Head::Dpi203, Head::Dpi300] {
            for position in 1..=2 {
                let (dots, size_mm) = drawn(&fonts, position, size, head);
                let expected = sample::waybill(position, 50);
                assert_eq!(scanned(&dots, BarcodeFormat::CODE_128), expected.number, "{size} {head:?}");
                let code = expected.package_code.unwrap();
                assert_eq!(scanned(&dots, BarcodeFormat::QR_CODE), code, "{size} {head:?}");
                for language in LANGUAGES {
                    let mut file = Vec::new();
                    append(&mut file, &dots, size_mm, language);
                    assert_eq!(read_back(&file, &dots), dots.bits, "{language:?} {size} {head:?}");
                }
            }
        }
    }
}

#[test]
fn a_label_is_as_large_as_its_head_makes_it_and_small_on_the_wire() {
    let fonts = Fonts::embedded();
    for (head, width, height) in [(Head::Dpi203, 800, 1_200), (Head::Dpi300, 1_181, 1_772)] {
        let (dots, _) = drawn(&fonts, 1, PaperSize::Label100x150, head);
        assert_eq!((dots.width, dots.height), (width, height));
    }
    let (dots, size_mm) = drawn(&fonts, 1, PaperSize::Label100x150, Head::Dpi203);
    for (language, most) in [(Language::Zpl, 22_000), (Language::ZplRuns, 60_000), (Language::Tspl, 100_000)]
    {
        let mut file = Vec::new();
        append(&mut file, &dots, size_mm, language);
        assert!(file.len() <= most, "{language:?} has {} bytes", file.len());
    }
}

#[test]
fn the_same_sheets_give_the_same_bytes_and_an_address_is_only_ink() {
    let mut sheet = sample::waybill(1, 2);
    sheet.recipient.detail = "文三路 478 号 ^XZ^XA^FDhello^FS".to_owned();
    let sheets = vec![sheet, sample::waybill(2, 2)];
    let paper = Paper::Waybills { size: PaperSize::Label100x150, sheets };
    for language in LANGUAGES {
        let file = || {
            let fonts = Fonts::embedded();
            let output = Output::Thermal(language, Head::Dpi203);
            render(&paper, &Options { output, ..Options::new(&fonts) }).unwrap()
        };
        let first = file();
        assert_eq!(first.sheets.len(), 2);
        assert_eq!(first, file());
        let text = String::from_utf8_lossy(&first.file);
        match language {
            Language::Tspl => assert_eq!(text.matches("PRINT 1,1").count(), 2),
            _ => assert_eq!((text.matches("^XA").count(), text.matches("^XZ").count()), (2, 2)),
        }
    }
}
