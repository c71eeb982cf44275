//! Which template a print job is made with.

use super::{boxes, record};
use crate::db::print_jobs::JobRow;
use crate::db::templates::TemplateRow;
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::operations::print_jobs::NewPrintJob;
use crate::papers::template::{Template, sizes};

/// The name that asks for the paper as the program has it, also where a default stands.
pub const BUILT_IN: &str = "built-in";

/// The template a wish names, or the default of its paper and size; `None` for the paper as the program has it.
///
/// # Errors
/// A name nobody knows, a template of another paper, or a size that is not the template's.
pub fn wanted(tx: &mut Tx, new: &NewPrintJob) -> Result<Option<TemplateRow>, Error> {
    let name = new.template.trim();
    if name == BUILT_IN {
        return Ok(None);
    }
    if name.is_empty() {
        return usual(tx, new);
    }
    let Some(row) = record::by_name(tx, name)? else {
        let known: Vec<String> =
            record::all(tx)?.into_iter().filter(|row| row.paper == new.paper).map(|row| row.name).collect();
        let detail = format!(
            "There is no template {name:?}; write one of {:?}, {BUILT_IN:?}, or leave it out.",
            known.join(", ")
        );
        return Err(Error::invalid("template", "unknown_template", detail));
    };
    if row.paper != new.paper {
        let detail = format!("The template {name:?} is a {}, and the job prints a {}.", row.paper, new.paper);
        return Err(Error::invalid("template", "other_paper", detail));
    }
    if new.size.is_some_and(|size| size.as_str() != row.size) {
        let detail =
            format!("The template {name:?} is for {}; leave the size out, or choose another.", row.size);
        return Err(Error::invalid("size", "size_unsuitable", detail));
    }
    Ok(Some(row))
}

/// The default of the size that is asked for. Without a size the default of the usual one, or the only one there is.
fn usual(tx: &mut Tx, new: &NewPrintJob) -> Result<Option<TemplateRow>, Error> {
    let Some(usual) = sizes(new.paper).first().copied() else { return Ok(None) };
    let mut defaults = record::defaults(tx, new.paper)?;
    let wanted = new.size.unwrap_or(usual);
    if let Some(at) = defaults.iter().position(|row| row.size == wanted.as_str()) {
        return Ok(Some(defaults.swap_remove(at)));
    }
    Ok(if new.size.is_none() && defaults.len() == 1 { defaults.pop() } else { None })
}

/// The boxes a job prints with: of the version it was made with.
///
/// # Errors
/// When the record cannot be read.
pub fn of_job(db: &mut Db, job: &JobRow) -> Result<Option<Template>, Error> {
    match job.template_id.zip(job.template_version) {
        Some((id, version)) => boxes(db, id, version).map(Some),
        None => Ok(None),
    }
}
