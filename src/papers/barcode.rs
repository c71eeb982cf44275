//! Code 128 and QR as modules on the dot grid.
//!
//! A module is a whole number of dots of a 203-dpi head, three where the box allows it and
//! never less than two; the quiet zone is part of the box. A code that does not fit is refused:
//! a shrunk one prints and does not scan.
//!
//! Code 128 follows ISO/IEC 15417 with the sets B and C, which carry everything a waybill
//! number contains.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::papers::display::{DOT_MM, Modules, Rect, joined};

/// Blank modules on each side of a Code 128.
const CODE128_QUIET: usize = 10;
/// Blank modules around a QR code.
const QR_QUIET: usize = 4;
const WANTED_DOTS: usize = 3;
const MIN_DOTS: usize = 2;

/// Why a code cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    /// Nothing to encode.
    #[error("{value:?} is empty; a barcode needs at least one character")]
    Empty { value: String },
    /// Code 128 in its sets B and C has printable ASCII only.
    #[error("{value:?} has {found:?}, and Code 128 carries letters, digits and signs of ASCII; correct it")]
    Character { value: String, found: char },
    /// Two dots per module and the quiet zones do not fit the box.
    #[error(
        "{value:?} needs {needed_tenths} tenths of a millimetre at two dots per module, and the sheet has \
         {has_tenths}; choose a wider label"
    )]
    TooSmall { value: String, needed_tenths: u32, has_tenths: u32 },
    /// More than the largest QR code carries.
    #[error("{value:?} is too long for a QR code of medium protection; shorten it")]
    TooLong { value: String },
}

/// The bars of a Code 128, centred in `area` and on the dot grid.
///
/// # Errors
/// When the value is empty, is not printable ASCII, or needs more than the box has.
pub fn code128(value: &str, area: Rect) -> Result<Modules, BarcodeError> {
    let widths = code128_widths(value)?;
    let modules: usize = widths.iter().map(|&width| usize::from(width)).sum();
    let dots = dots_per_module(value, modules + 2 * CODE128_QUIET, area.width)?;
    let top = on_grid(area.y);
    let height = on_grid(area.height);
    let mut x = on_grid(area.x + (area.width - (modules * dots) as f32 * DOT_MM) / 2.0);
    let mut bars = Vec::with_capacity(widths.len() / 2 + 1);
    for (index, &width) in widths.iter().enumerate() {
        let width_mm = (usize::from(width) * dots) as f32 * DOT_MM;
        if index % 2 == 0 {
            bars.push(Rect::new(x, top, width_mm, height));
        }
        x += width_mm;
    }
    Ok(Modules { module_mm: dots as f32 * DOT_MM, is_square: false, bars })
}

/// The modules of a QR code, centred in `area` and on the dot grid; neighbours in a row are joined, and equal
/// rows of them.
///
/// Medium error correction: a scratched label still reads.
///
/// # Errors
/// When the value is too long, or needs more than the box has.
pub fn qr(value: &str, area: Rect) -> Result<Modules, BarcodeError> {
    if value.is_empty() {
        return Err(BarcodeError::Empty { value: value.to_owned() });
    }
    let code = QrCode::encode_text(value, QrCodeEcc::Medium)
        .map_err(|_| BarcodeError::TooLong { value: value.to_owned() })?;
    let modules = code.size();
    let side = area.width.min(area.height);
    let count = usize::try_from(modules).expect("a QR code has 21 to 177 modules");
    let dots = dots_per_module(value, count + 2 * QR_QUIET, side)?;
    let step = dots as f32 * DOT_MM;
    let left = on_grid(area.x + (area.width - count as f32 * step) / 2.0);
    let top = on_grid(area.y + (area.height - count as f32 * step) / 2.0);
    let bars = joined((modules, modules), |x, y| code.get_module(x, y), (left, top), step);
    Ok(Modules { module_mm: step, is_square: true, bars })
}

fn dots_per_module(value: &str, modules: usize, has_mm: f32) -> Result<usize, BarcodeError> {
    let fits = (has_mm / DOT_MM / modules as f32) as usize;
    if fits < MIN_DOTS {
        let needed_mm = (modules * MIN_DOTS) as f32 * DOT_MM;
        let tenths = |mm: f32| (mm * 10.0).max(0.0) as u32;
        let (needed_tenths, has_tenths) = (tenths(needed_mm), tenths(has_mm));
        return Err(BarcodeError::TooSmall { value: value.to_owned(), needed_tenths, has_tenths });
    }
    Ok(fits.min(WANTED_DOTS))
}

fn on_grid(mm: f32) -> f32 {
    (mm / DOT_MM).round() * DOT_MM
}

/// Widths of bars and spaces in modules, a bar first.
fn code128_widths(value: &str) -> Result<Vec<u8>, BarcodeError> {
    let codes = code128_codes(value)?;
    Ok(codes.iter().flat_map(|&code| PATTERNS[usize::from(code)].bytes().map(|digit| digit - b'0')).collect())
}

const CODE_C: u8 = 99;
const CODE_B: u8 = 100;
const START_B: u8 = 104;
const START_C: u8 = 105;
const STOP: u8 = 106;

/// Start, data, check and stop codes.
///
/// Set C packs two digits into one symbol. Changing sets costs a symbol, so inside a text
/// it pays from six digits on, at either end from four (ISO/IEC 15417, annex E).
fn code128_codes(value: &str) -> Result<Vec<u8>, BarcodeError> {
    if value.is_empty() {
        return Err(BarcodeError::Empty { value: value.to_owned() });
    }
    if let Some(found) = value.chars().find(|&found| !(' '..='~').contains(&found)) {
        return Err(BarcodeError::Character { value: value.to_owned(), found });
    }
    let bytes = value.as_bytes();
    let digits_from = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let start_in_c = digits_from(0) >= 4 || (bytes.len() == 2 && digits_from(0) == 2);
    let mut codes = vec![if start_in_c { START_C } else { START_B }];
    let mut in_c = start_in_c;
    let mut at = 0;
    while at < bytes.len() {
        let digits = digits_from(at);
        if in_c && digits >= 2 {
            codes.push((bytes[at] - b'0') * 10 + bytes[at + 1] - b'0');
            at += 2;
            continue;
        }
        if in_c {
            codes.push(CODE_B);
            in_c = false;
        } else if digits % 2 == 0 && (digits >= 6 || (digits >= 4 && at + digits == bytes.len())) {
            codes.push(CODE_C);
            in_c = true;
            continue;
        }
        codes.push(bytes[at] - b' ');
        at += 1;
    }
    let weighted: u32 = codes.iter().enumerate().map(|(at, &code)| at.max(1) as u32 * u32::from(code)).sum();
    codes.push((weighted % 103) as u8);
    codes.push(STOP);
    Ok(codes)
}

/// Bar and space widths of the symbols 0 to 106 (ISO/IEC 15417, table 1).
#[rustfmt::skip]
const PATTERNS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213",
    "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132",
    "221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211",
    "212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331",
    "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214",
    "112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141",
    "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use rxing::BarcodeFormat;
    use rxing::helpers::detect_in_luma;

    use super::*;

    /// Draws modules as a one-bit print head does and reads them back.
    fn read_back(modules: &[Rect], width_mm: f32, height_mm: f32, format: BarcodeFormat) -> Option<String> {
        let dots = |mm: f32| (mm / DOT_MM).round() as usize;
        let (width, height) = (dots(width_mm), dots(height_mm));
        let mut pixels = vec![255_u8; width * height];
        for bar in modules {
            for y in dots(bar.y)..dots(bar.bottom()) {
                pixels[y * width + dots(bar.x)..y * width + dots(bar.right())].fill(0);
            }
        }
        let read = detect_in_luma(pixels, width as u32, height as u32, Some(format));
        read.ok().map(|found| found.getText().to_owned())
    }

    #[test]
    fn every_number_reads_back_from_a_one_bit_raster() {
        let numbers = [
            "YT6235613180197",
            "JDVA00123456789-1-1-",
            "SF1234567890123",
            "7730001234566",
            "12",
            "1",
            "A",
            "1Z999AA10123456784",
            "a~b !",
            "9876543210987654321",
            "12345A",
            "AB123456",
            "1234567",
        ];
        for number in numbers {
            for width in [71.0, 94.0] {
                let bars = code128(number, Rect::new(0.0, 1.0, width, 15.0)).unwrap();
                let read = read_back(&bars.bars, width, 17.0, BarcodeFormat::CODE_128);
                assert_eq!(read.as_deref(), Some(number), "in {width} mm");
            }
        }
    }

    #[test]
    fn qr_codes_read_back_from_a_one_bit_raster() {
        for value in ["PKG-20261120-03-012", "https://example.cn/t/汇单?n=12"] {
            let modules = qr(value, Rect::new(0.0, 0.0, 20.0, 20.0)).unwrap();
            let read = read_back(&modules.bars, 20.0, 20.0, BarcodeFormat::QR_CODE);
            assert_eq!(read.as_deref(), Some(value));
        }
    }

    #[test]
    fn digits_are_packed_in_pairs() {
        let modules =
            |value| code128_widths(value).unwrap().iter().map(|&width| u32::from(width)).sum::<u32>();
        assert_eq!(modules("YT6235613180197"), 145);
        assert_eq!(modules("JDVA00123456789-1-1-"), 222);
    }

    #[test]
    fn modules_are_three_dots_where_they_fit_then_two_then_refused() {
        let number = "YT6235613180197"; // 145 modules and 20 of quiet zone
        let width_of = |area| code128(number, Rect::new(0.0, 0.0, area, 10.0)).map(|code| code.bars[0].width);
        assert_eq!(width_of(62.0), Ok(0.75)); // the first bar of a start code is two modules wide
        assert_eq!(width_of(61.0), Ok(0.5));
        assert!(matches!(width_of(41.0), Err(BarcodeError::TooSmall { .. })));
        assert!(matches!(qr(number, Rect::new(0.0, 0.0, 7.0, 20.0)), Err(BarcodeError::TooSmall { .. })));
    }

    #[test]
    fn values_no_scanner_could_read_are_refused() {
        let area = Rect::new(0.0, 0.0, 94.0, 10.0);
        assert!(matches!(code128("", area), Err(BarcodeError::Empty { .. })));
        let refused = code128("YT1２3", area).unwrap_err();
        assert!(matches!(refused, BarcodeError::Character { found: '２', .. }));
        assert!(refused.to_string().contains("YT1２3"));
    }
}
