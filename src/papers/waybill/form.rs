//! Sizes of the parts of a label, per kind of stock.

use crate::papers::flow::Frame;
use crate::papers::values::PaperSize;

/// Sizes of one kind of label stock, in millimetres and points.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) frame: Frame,
    pub(super) header_mm: f32,
    pub(super) sort_code_mm: f32,
    pub(super) bars_mm: f32,
    pub(super) carrier_pt: f32,
    pub(super) position_pt: f32,
    pub(super) sort_code_pt: f32,
    pub(super) number_pt: f32,
    pub(super) name_pt: f32,
    pub(super) address_pt: f32,
    pub(super) qr_mm: f32,
}

/// Smallest sizes a packer reads at arm's length, in points.
pub(super) const MIN_POSITION_PT: f32 = 16.0;
pub(super) const MIN_NAME_PT: f32 = 12.0;
pub(super) const MIN_ADDRESS_PT: f32 = 11.0;
pub(super) const MAX_ADDRESS_LINES: f32 = 7.0;

impl Form {
    /// The comfortable sizes of a stock.
    pub(super) fn of(size: PaperSize) -> Self {
        let size_mm = size.size_mm();
        if size_mm.0 < 90.0 {
            Self {
                frame: Frame { size_mm, left_mm: 2.5, right_mm: 2.5, bottom_mm: 14.5 },
                header_mm: 9.5,
                sort_code_mm: 10.0,
                bars_mm: 13.0,
                carrier_pt: 13.0,
                position_pt: 22.0,
                sort_code_pt: 24.0,
                number_pt: 14.0,
                name_pt: 13.0,
                address_pt: 12.0,
                qr_mm: 12.5,
            }
        } else {
            Self {
                frame: Frame { size_mm, left_mm: 3.0, right_mm: 3.0, bottom_mm: 15.0 },
                header_mm: 10.5,
                sort_code_mm: 12.0,
                bars_mm: 15.0,
                carrier_pt: 17.0,
                position_pt: 28.0,
                sort_code_pt: 32.0,
                number_pt: 17.0,
                name_pt: 16.0,
                address_pt: 13.0,
                qr_mm: 13.0,
            }
        }
    }

    /// The same stock with everything as small as it may get, for long addresses and many remarks.
    pub(super) fn tight(self) -> Self {
        Self {
            header_mm: 8.5,
            sort_code_mm: 8.0,
            bars_mm: 11.0,
            position_pt: 22.0,
            sort_code_pt: 20.0,
            number_pt: 13.0,
            name_pt: MIN_NAME_PT,
            address_pt: MIN_ADDRESS_PT,
            ..self
        }
    }
}
