//! What is wrong with a template, said before it is saved and again while it is changed.
//!
//! Mistakes of the template itself refuse it. What only shows with values, a text that overflows or a barcode that got
//! narrow, is a warning: it is tried with the seller's own newest sheet, and another sheet may be longer. Such a sheet
//! is left out and named when it is printed.

use serde::Serialize;

use crate::domain::print::Paper;
use crate::domain::text_enum;
use crate::papers::display::{DOT_MM, Rect};
use crate::papers::font::Fonts;
use crate::papers::problem::{Problem, ProblemCode};

use super::columns::tables_of;
use super::fields::{Values, is_known, names};
use super::flow::{Part, parts, parts_of};
use super::{BoxKind, MAX_BOXES, MAX_OFFSET_MM, MAX_PT, MAX_TEXT, MIN_PT, Template, TemplateBox, lay_out};

text_enum! {
    /// Kind of a [`Finding`].
    pub enum FindingCode("finding") {
        /// The paper has no templates, or not of this size.
        Unsuitable = "unsuitable",
        /// None, or too many.
        Boxes = "boxes",
        /// Lies outside the paper, or has no area.
        OffPaper = "off_paper",
        /// A number that is none, or out of range.
        Measure = "measure",
        /// A field nobody knows.
        UnknownField = "unknown_field",
        /// A part or column of a flow nobody knows.
        UnknownPart = "unknown_part",
        /// A picture that cannot be printed.
        Picture = "picture",
        /// Nothing in it.
        EmptyBox = "empty_box",
        /// Only one box can flow.
        SecondFlow = "second_flow",
        /// The paper is no use, or dangerous, without this field.
        MissingField = "missing_field",
        /// People miss this field when paper jams.
        AdvisedField = "advised_field",
        /// Bars of two dots: they print, and some scanners want more.
        NarrowBarcode = "narrow_barcode",
        /// The number cannot be a barcode here.
        Barcode = "barcode",
        /// A text does not fit its box.
        Overflow = "overflow",
        /// No font has a character.
        MissingCharacter = "missing_character",
        /// A value the paper needs is empty.
        EmptyValue = "empty_value",
    }
}

/// One thing that is wrong, or may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TemplateFinding)]
pub struct Finding {
    pub code: FindingCode,
    /// The template cannot be saved with it.
    pub refuses: bool,
    /// Number of the box, from 1; null when it is about the whole.
    pub box_number: Option<usize>,
    pub message: String,
    pub message_zh: String,
}

fn finding(
    code: FindingCode,
    box_number: Option<usize>,
    message: impl Into<String>,
    message_zh: impl Into<String>,
) -> Finding {
    Finding { code, refuses: true, box_number, message: message.into(), message_zh: message_zh.into() }
}

impl Finding {
    fn warning(self) -> Self {
        Self { refuses: false, ..self }
    }
}

/// Everything that is wrong with a template; `values` are of a sheet to try it with.
pub fn check(template: &Template, values: Option<&Values>, fonts: &Fonts) -> Vec<Finding> {
    let mut found = whole(template);
    if found.is_empty() {
        let size = template.size.size_mm();
        for (one, number) in template.boxes.iter().zip(1..) {
            measures(&mut found, one, number, size);
            contents(&mut found, template.paper, one, number);
        }
        found.extend(second_flow(template));
        found.extend(fields(template));
    }
    // Boxes that are nonsense cannot be tried.
    if let Some(values) = values.filter(|_| !found.iter().any(|one| one.refuses)) {
        found.extend(tried(template, values, fonts));
    }
    found
}

fn whole(template: &Template) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_paper = Template::PAPERS.contains(&template.paper);
    if !is_paper || !super::sizes(template.paper).contains(&template.size) {
        let (paper, size) = (template.paper, template.size);
        found.push(finding(
            FindingCode::Unsuitable,
            None,
            format!("There are no templates for {paper} on {size}. Take another size."),
            format!("{size} 没有 {paper} 的模板，请换一种尺寸。"),
        ));
    }
    let count = template.boxes.len();
    if count == 0 || count > MAX_BOXES {
        found.push(finding(
            FindingCode::Boxes,
            None,
            format!("It has {count} boxes. It needs 1 to {MAX_BOXES}."),
            format!("共有 {count} 个框，应为 1 至 {MAX_BOXES} 个。"),
        ));
    }
    let is_off = |mm: f32| !(-MAX_OFFSET_MM..=MAX_OFFSET_MM).contains(&mm);
    if is_off(template.offset_x_mm) || is_off(template.offset_y_mm) {
        found.push(finding(
            FindingCode::Measure,
            None,
            format!("The offset is more than {MAX_OFFSET_MM} mm. Move the boxes instead."),
            format!("偏移超过 {MAX_OFFSET_MM} 毫米，请直接移动各框。"),
        ));
    }
    found
}

/// Roundings of typed tenths.
const SLACK_MM: f32 = 0.05;

fn measures(found: &mut Vec<Finding>, one: &TemplateBox, number: usize, (width, height): (f32, f32)) {
    let numbers = [one.x_mm, one.y_mm, one.width_mm, one.height_mm, one.size_pt, one.min_pt];
    if numbers.iter().any(|number| !number.is_finite()) {
        let (message, zh) = ("A measure of it is no number.", "有尺寸不是数字。");
        found.push(finding(FindingCode::Measure, Some(number), message, zh));
        return;
    }
    let (right, bottom) = (one.x_mm + one.width_mm, one.y_mm + one.height_mm);
    let is_off = one.x_mm < -SLACK_MM
        || one.y_mm < -SLACK_MM
        || one.width_mm < 0.1
        || one.height_mm < 0.1
        || right > width + SLACK_MM
        || bottom > height + SLACK_MM;
    if is_off {
        found.push(finding(
            FindingCode::OffPaper,
            Some(number),
            format!(
                "It lies from {}, {} to {right}, {bottom} mm, and the paper is {width} × {height} mm.",
                one.x_mm, one.y_mm
            ),
            format!(
                "位于 {}, {} 至 {right}, {bottom} 毫米，而纸张为 {width} × {height} 毫米。",
                one.x_mm, one.y_mm
            ),
        ));
    }
    let has_words = matches!(one.kind, BoxKind::Text | BoxKind::Badge | BoxKind::Flow);
    if has_words && !(MIN_PT <= one.min_pt && one.min_pt <= one.size_pt && one.size_pt <= MAX_PT) {
        found.push(finding(
            FindingCode::Measure,
            Some(number),
            format!(
                "Its text is {} pt and shrinks to {} pt. Write sizes from {MIN_PT} to {MAX_PT}, the smallest last.",
                one.size_pt, one.min_pt
            ),
            format!("字号 {} 磅、最小 {} 磅；应在 {MIN_PT} 至 {MAX_PT} 之间且最小不大于字号。", one.size_pt, one.min_pt),
        ));
    }
}

fn contents(found: &mut Vec<Finding>, paper: Paper, one: &TemplateBox, number: usize) {
    if one.text.chars().count() > MAX_TEXT {
        found.push(finding(
            FindingCode::Measure,
            Some(number),
            format!("Its text is longer than {MAX_TEXT} characters."),
            format!("文字超过 {MAX_TEXT} 个字符。"),
        ));
        return;
    }
    if matches!(one.kind, BoxKind::Line | BoxKind::Frame) {
        return;
    }
    if one.kind == BoxKind::Picture {
        let area = Rect::new(one.x_mm, one.y_mm, one.width_mm, one.height_mm);
        if let Some(Err((message, zh))) = one.picture.as_ref().map(|picture| picture.drawn(area)) {
            found.push(finding(FindingCode::Picture, Some(number), message, zh));
        }
        if one.picture.is_none() {
            let (message, zh) =
                ("It has no picture yet. Choose a file, or take it out.", "还没有图片，请选择文件或删除。");
            found.push(finding(FindingCode::EmptyBox, Some(number), message, zh));
        }
        return;
    }
    if one.text.trim().is_empty() {
        let (message, zh) = ("Nothing is in it. Write a text or take it out.", "框内无内容，请填写或删除。");
        found.push(finding(FindingCode::EmptyBox, Some(number), message, zh));
    }
    if one.kind == BoxKind::Flow {
        for part in parts(paper, &one.text) {
            match part {
                Part::Unknown(word) => {
                    let words = words_of(paper);
                    found.push(finding(
                        FindingCode::UnknownPart,
                        Some(number),
                        format!("{word:?} is no part or column of a flow on this paper. Write {words}, a table with its columns."),
                        format!("{word:?} 不是此单据流动区的内容或列；可写 {words}，表格后加列名。"),
                    ));
                }
                Part::Table(chosen) => {
                    if let Some((message, zh)) = chosen.fault(one.width_mm) {
                        found.push(finding(FindingCode::Measure, Some(number), message, zh));
                    }
                }
                _ => {}
            }
        }
        return;
    }
    for name in names(&one.text).filter(|name| !is_known(paper, name)) {
        found.push(finding(
            FindingCode::UnknownField,
            Some(number),
            format!("There is no field {name:?}. Take one of the list."),
            format!("没有字段 {name:?}，请从列表中选择。"),
        ));
    }
}

/// The words a flow of this paper knows: `remarks, orders, items, table:`.
fn words_of(paper: Paper) -> String {
    let tables = tables_of(paper).iter().map(|table| format!("{}:", table.word));
    let words = parts_of(paper).iter().map(|(word, ..)| (*word).to_owned());
    words.chain(tables).collect::<Vec<_>>().join(", ")
}

fn second_flow(template: &Template) -> Option<Finding> {
    let mut flows = template.boxes.iter().zip(1..).filter(|(one, _)| one.kind == BoxKind::Flow);
    let (first, second) = (flows.next()?, flows.next()?);
    Some(finding(
        FindingCode::SecondFlow,
        Some(second.1),
        format!("Box {} flows already. Write its parts there.", first.1),
        format!("第 {} 框已是流动区，请写在那里。", first.1),
    ))
}

/// Fields that must be somewhere. The mark of a copy is one on every paper: without it a second sheet of a number looks
/// like the first.
fn fields(template: &Template) -> Vec<Finding> {
    let shown = |wanted: &str| template.boxes.iter().any(|one| names(&one.text).any(|name| name == wanted));
    if template.paper.is_list() {
        return no_table(template).into_iter().collect();
    }
    let mut must = vec!["reprint"];
    match template.paper {
        Paper::Waybill => must.extend(["number", "recipient.name", "recipient.phone", "recipient.detail"]),
        Paper::ReturnLabel => must.push("sender.address"),
        _ => {}
    }
    let mut found: Vec<Finding> = must
        .into_iter()
        .filter(|name| !shown(name))
        .map(|name| {
            finding(
                FindingCode::MissingField,
                None,
                format!("No box shows {{{name}}}, and the paper must."),
                format!("没有框显示 {{{name}}}，此单据必须有。"),
            )
        })
        .collect();
    if !shown("position") {
        let message =
            "No box shows {position}. After a jam nobody can say which sheet was the last good one.";
        let zh = "没有框显示 {position}，卡纸后无法说明最后一张是哪张。";
        found.push(finding(FindingCode::AdvisedField, None, message, zh).warning());
    }
    let is_barred =
        |one: &TemplateBox| one.kind == BoxKind::Barcode && names(&one.text).any(|name| name == "number");
    if template.paper == Paper::Waybill && !template.fill_only && !template.boxes.iter().any(is_barred) {
        let message = "No barcode shows {number}, and the carrier scans it.";
        found.push(finding(FindingCode::MissingField, None, message, "没有 {number} 的条码，快递无法扫描。"));
    }
    found
}

/// A list without a table says nothing of its parcels.
fn no_table(template: &Template) -> Option<Finding> {
    let mut flows = template.boxes.iter().filter(|one| one.kind == BoxKind::Flow);
    let has_table =
        flows.any(|one| parts(template.paper, &one.text).any(|part| matches!(part, Part::Table(_))));
    let words = words_of(template.paper);
    (!has_table).then(|| {
        finding(
            FindingCode::MissingField,
            None,
            format!("No flow has a table of the list. Add a flow and write {words} with columns."),
            format!("没有流动区含有清单表格；请添加流动区并填写 {words} 及列名。"),
        )
    })
}

/// With the values of a sheet.
fn tried(template: &Template, values: &Values, fonts: &Fonts) -> Vec<Finding> {
    let flowed = lay_out(template, values, fonts);
    fonts.forget();
    let mut found: Vec<Finding> = flowed.problems.iter().map(of_problem).collect();
    let is_narrow = |module_mm: f32| module_mm < 2.5 * DOT_MM;
    let linear = flowed.pages.iter().flat_map(|page| &page.modules).filter(|modules| !modules.is_square);
    if linear.into_iter().any(|modules| is_narrow(modules.module_mm)) {
        let message =
            "The barcode has bars of 2 dots at 203 dpi (0.25 mm). It prints and scans; a wider box gives 3.";
        let zh = "条码在 203 dpi 下每条仅 2 点(0.25 毫米)；可以扫描，加宽框可得 3 点。";
        found.push(finding(FindingCode::NarrowBarcode, None, message, zh).warning());
    }
    found
}

fn of_problem(problem: &Problem) -> Finding {
    let number = problem
        .field
        .strip_prefix("box ")
        .and_then(|rest| rest.split(',').next().and_then(|number| number.parse().ok()));
    let field = &problem.field;
    let (code, zh) = match problem.code {
        ProblemCode::MissingCharacter => {
            (FindingCode::MissingCharacter, format!("{field} 中有字库没有的字符"))
        }
        ProblemCode::Overflow => (FindingCode::Overflow, format!("{field} 的文字放不下")),
        ProblemCode::Barcode => (FindingCode::Barcode, format!("{field} 无法打成条码，请加宽框")),
        ProblemCode::Empty => (FindingCode::EmptyValue, format!("{field} 为空")),
    };
    finding(code, number, format!("{}.", problem.message), format!("{zh}。")).warning()
}
