//! The columns of a flow's tables, to tick, to number and to measure. The text beside says the same; where both were changed, the
//! text counts.

use maud::{Markup, html};

use crate::domain::print::Paper;
use crate::papers::template::{Chosen, TableColumn, TemplateBox, table_of};
use crate::web::form::Form;
use crate::web::texts::templates as t;
use crate::web::view::View;

/// The tables of a flow, each with all the columns it can have.
pub fn chosen(view: &View, paper: Paper, area: &TemplateBox, index: usize) -> Markup {
    let lines = area.text.lines().map(str::trim);
    let tables = lines.filter_map(|line| Some((line, table_of(paper, line)?.ok()?)));
    html! {
        @for ((line, table), number) in tables.zip(0..) { (one(view, &format!("b{index}.t{number}"), line, &table)) }
    }
}

fn one(view: &View, name: &str, line: &str, chosen: &Chosen) -> Markup {
    let shown = |column: &TableColumn| chosen.columns.iter().any(|(one, _)| one.name == column.name);
    let others = chosen.table.columns.iter().filter(|column| !shown(column)).map(|column| (column, None));
    let all: Vec<(&TableColumn, Option<f32>)> = chosen.columns.iter().copied().chain(others).collect();
    let table = chosen.table;
    html! {
        fieldset.template-columns {
            legend { (view.lang.pick(table.en, table.zh)) }
            input type="hidden" name={ (name) ".was" } value=(line);
            table {
                thead { tr { th scope="col" { (view.t(t::COLUMN)) } th scope="col" { (view.t(t::COLUMN_PLACE)) } th scope="col" { (view.t(t::COLUMN_WIDTH)) } } }
                tbody { @for ((column, width), place) in all.iter().zip(1..) { tr {
                    td { label.tick { input type="checkbox" name={ (name) ".on" } value=(column.name) checked[shown(column)]; span { (heading(column)) } } }
                    td { input type="number" name={ (name) "." (column.name) ".at" } value=(place) min="0" step="any" aria-label={ (view.t(t::COLUMN_PLACE)) ": " (heading(column)) }; }
                    td { input type="number" name={ (name) "." (column.name) ".mm" } value=[width] min="3" step="0.5" placeholder=(view.t(t::COLUMN_SHARE)) aria-label={ (view.t(t::COLUMN_WIDTH)) ": " (heading(column)) }; }
                } } }
            }
            div.measures {
                label { span { (view.t(t::SORT_BY)) } select name={ (name) ".by" } {
                    option value="" { (view.t(t::AS_IT_COMES)) }
                    @for column in table.columns.iter().filter(|column| column.sorts()) {
                        option value=(column.name) selected[chosen.by.is_some_and(|(by, _)| by.name == column.name)] { (heading(column)) }
                    } } }
                label.tick { input type="checkbox" name={ (name) ".down" } value="1" checked[chosen.by.is_some_and(|(_, down)| down)]; span { (view.t(t::FROM_END)) } }
            }
        }
    }
}

fn heading(column: &TableColumn) -> &'static str {
    if column.title.is_empty() { "□" } else { column.title }
}

/// The text of a flow with the tables as they were ticked. A line that was changed in the text stays as it was typed.
pub fn typed(form: &Form, paper: Paper, index: usize, text: &str) -> String {
    let mut number = 0;
    let mut before: Vec<(usize, &str)> = Vec::new();
    while form.has(&format!("b{index}.t{number}.was")) {
        before.push((number, form.get(&format!("b{index}.t{number}.was"))));
        number += 1;
    }
    let line = |line: &str| {
        let at = before.iter().position(|(_, was)| *was == line.trim())?;
        let (number, was) = before.remove(at);
        let table = table_of(paper, was)?.ok()?;
        Some(composed(form, &format!("b{index}.t{number}"), &table))
    };
    let mut line = line;
    let lines: Vec<String> =
        text.lines().map(|typed| line(typed).unwrap_or_else(|| typed.to_owned())).collect();
    lines.join("\n")
}

fn composed(form: &Form, name: &str, chosen: &Chosen) -> String {
    let ticked = format!("{name}.on");
    let on: Vec<&str> = form.each(&ticked).collect();
    let field = |column: &TableColumn, what: &str| {
        form.get(&format!("{name}.{}.{what}", column.name)).replace(',', ".").replace(' ', "")
    };
    let mut columns: Vec<&TableColumn> =
        chosen.table.columns.iter().filter(|column| on.contains(&column.name)).collect();
    if columns.is_empty() {
        // A table without a column is none, and nothing would be left to tick.
        return chosen.written();
    }
    let place = |column: &&TableColumn| field(column, "at").parse::<f32>().unwrap_or(f32::MAX);
    columns.sort_by(|a, b| place(a).total_cmp(&place(b)));
    let words = columns.into_iter().map(|column| match field(column, "mm") {
        width if width.is_empty() => column.name.to_owned(),
        width => format!("{}:{width}", column.name),
    });
    let words = words.collect::<Vec<_>>().join(" ");
    let by = match form.get(&format!("{name}.by")) {
        "" => String::new(),
        by if form.has(&format!("{name}.down")) => format!(" by -{by}"),
        by => format!(" by {by}"),
    };
    format!("{}: {words}{by}", chosen.table.word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticked_columns_become_the_text_and_a_typed_line_stays() {
        let was = "picks: tick shelf sku quantity by shelf";
        let fields = "b0.t0.was=picks:+tick+shelf+sku+quantity+by+shelf&b0.t0.on=sku&b0.t0.on=quantity&b0.t0.on=shelf\
            &b0.t0.shelf.at=3&b0.t0.sku.at=1&b0.t0.sku.mm=30,5&b0.t0.quantity.at=2&b0.t0.by=quantity&b0.t0.down=1";
        let form = Form::parse(fields);
        let read = |text: &str| typed(&form, Paper::PickList, 0, text);
        let ticked = "picks: sku:30.5 quantity shelf by -quantity";
        assert_eq!(read(was), ticked);
        assert_eq!(read(&format!("{was}\nshipments: number")), format!("{ticked}\nshipments: number"));
        assert_eq!(read("picks: sku by sku"), "picks: sku by sku", "it was typed");

        let none = Form::parse("b0.t0.was=picks:+sku&b0.t0.by=");
        assert_eq!(typed(&none, Paper::PickList, 0, "picks: sku"), "picks: sku", "a table keeps a column");
    }
}
