//! The editor's form as a template, and what its buttons do to it before anything is saved.

use super::columns;
use crate::domain::print::Paper;
use crate::papers::template::{BoxKind, MAX_BOXES, Picture, Side, Template, TemplateBox, tables_of};
use crate::papers::values::PaperSize;
use crate::web::form::Form;

/// What was typed. A measure that is no number stays none, and is found when the template is checked.
pub fn template(form: &Form, paper: Paper, size: PaperSize) -> Template {
    let count = form.get("boxes").parse().unwrap_or(0).min(MAX_BOXES);
    Template {
        paper,
        size,
        fill_only: form.has("fill_only"),
        offset_x_mm: measure(form.get("offset_x_mm")),
        offset_y_mm: measure(form.get("offset_y_mm")),
        boxes: (0..count).map(|index| one(form, paper, index)).collect(),
    }
}

fn one(form: &Form, paper: Paper, index: usize) -> TemplateBox {
    let field = |name: &str| form.get(&format!("b{index}.{name}"));
    let kind = BoxKind::parse(field("kind")).unwrap_or(BoxKind::Text);
    let usual = TemplateBox::new(kind, 0.0, 0.0, 0.0, 0.0);
    // A kind without a text of its own has no fields for it; changed to one that has, it begins with the usual ones.
    let size = |name: &str, usual: f32| {
        if form.has(&format!("b{index}.{name}")) { measure(field(name)) } else { usual }
    };
    let text = field("text").replace("\r\n", "\n");
    TemplateBox {
        kind,
        x_mm: measure(field("x")),
        y_mm: measure(field("y")),
        width_mm: measure(field("w")),
        height_mm: measure(field("h")),
        text: if kind == BoxKind::Flow { columns::typed(form, paper, index, &text) } else { text },
        size_pt: size("size", usual.size_pt),
        min_pt: size("min", usual.min_pt),
        bold: !field("bold").is_empty(),
        side: Side::parse(field("side")).unwrap_or(Side::Left),
        wraps: !field("wraps").is_empty(),
        picture: picture(field("picture")),
    }
}

/// Width, height and bits, parted by blanks; anything else is no picture.
fn picture(text: &str) -> Option<Picture> {
    let mut parts = text.split(' ');
    let (width, height, bits) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Picture { width: width.parse().ok()?, height: height.parse().ok()?, bits: bits.to_owned() })
}

fn measure(text: &str) -> f32 {
    text.replace(',', ".").parse().unwrap_or(f32::NAN)
}

/// Does what a button says, such as `up:3` or `add:text`; answers the box to look at next.
pub fn act(template: &mut Template, act: &str) -> Option<usize> {
    let (verb, what) = act.split_once(':')?;
    let boxes = &mut template.boxes;
    if verb == "add" {
        let kind = BoxKind::parse(what).ok().filter(|_| boxes.len() < MAX_BOXES)?;
        boxes.push(fresh(kind, template.paper, template.size));
        return Some(boxes.len() - 1);
    }
    let at: usize = what.parse().ok().filter(|at| *at < boxes.len())?;
    match verb {
        "up" if at > 0 => {
            boxes.swap(at, at - 1);
            Some(at - 1)
        }
        "down" if at + 1 < boxes.len() => {
            boxes.swap(at, at + 1);
            Some(at + 1)
        }
        "remove" => {
            boxes.remove(at);
            None
        }
        _ => Some(at),
    }
}

/// A new box in the middle of the paper, with something to see in it.
fn fresh(kind: BoxKind, paper: Paper, size: PaperSize) -> TemplateBox {
    let (width, height) = size.size_mm();
    // A list begins with its first table, all columns ticked.
    let table = tables_of(paper).first().filter(|_| paper.is_list()).map(|table| {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        format!("{}: {}", table.word, names.join(" "))
    });
    let (text, w, h) = match kind {
        BoxKind::Flow if table.is_some() => (table.as_deref().unwrap_or_default(), width * 0.9, height * 0.6),
        BoxKind::Text | BoxKind::Barcode | BoxKind::Qr if paper.is_list() => {
            ("{serial}", 40.0, if kind == BoxKind::Text { 6.0 } else { 14.0 })
        }
        BoxKind::Text => ("{shop}", 40.0, 6.0),
        BoxKind::Badge => ("!", 10.0, 6.0),
        BoxKind::Barcode => ("{number}", 66.0, 12.0),
        BoxKind::Qr => ("{package_code}", 14.0, 14.0),
        BoxKind::Line => ("", 40.0, 0.25),
        BoxKind::Frame => ("", 40.0, 20.0),
        BoxKind::Picture => ("", 20.0, 20.0),
        BoxKind::Flow => ("items", 60.0, 30.0),
    };
    let half = |whole: f32, part: f32| ((whole - part) / 2.0).max(0.0).floor();
    TemplateBox { text: text.to_owned(), ..TemplateBox::new(kind, half(width, w), half(height, h), w, h) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_read_as_it_was_typed() {
        let form = Form::parse(
            "boxes=2&fill_only=1&offset_x_mm=1,5&offset_y_mm=-2&b0.kind=text&b0.x=3&b0.y=4.25&b0.w=50&b0.h=x&\
             b0.text=%7Bnumber%7D%0D%0Ax&b0.size=12&b0.min=8&b0.bold=1&b0.side=right&b1.kind=picture&\
             b1.picture=8+1+gA%3D%3D",
        );
        let template = template(&form, Paper::Waybill, PaperSize::Label76x130);
        let first = &template.boxes[0];
        assert_eq!((template.fill_only, template.offset_x_mm, template.offset_y_mm), (true, 1.5, -2.0));
        assert_eq!((first.x_mm, first.y_mm, first.text.as_str()), (3.0, 4.25, "{number}\nx"));
        assert!(first.height_mm.is_nan() && first.bold && !first.wraps && first.side == Side::Right);
        let logo = template.boxes[1].picture.as_ref().map(|one| (one.width, one.height, one.bits.as_str()));
        assert_eq!((template.boxes[1].kind, logo), (BoxKind::Picture, Some((8, 1, "gA=="))));
    }

    #[test]
    fn buttons_move_add_and_remove_boxes() {
        let form = Form::parse("boxes=3&b0.text=a&b1.text=b&b2.text=c");
        for (what, texts, next) in [
            ("up:1", vec!["b", "a", "c"], Some(0)),
            ("down:1", vec!["a", "c", "b"], Some(2)),
            ("up:0", vec!["a", "b", "c"], Some(0)),
            ("remove:1", vec!["a", "c"], None),
            ("add:qr", vec!["a", "b", "c", "{package_code}"], Some(3)),
            ("add:nonsense", vec!["a", "b", "c"], None),
            ("up:9", vec!["a", "b", "c"], None),
            ("", vec!["a", "b", "c"], None),
        ] {
            let mut template = template(&form, Paper::Waybill, PaperSize::Label76x130);
            assert_eq!(act(&mut template, what), next, "{what}");
            assert_eq!(
                template.boxes.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(),
                texts,
                "{what}"
            );
        }
    }
}
