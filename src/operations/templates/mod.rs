//! Templates: a seller's own papers. Copied, changed, tried, kept in versions, chosen for print jobs.
//!
//! Saving adds a version and never changes one, so a job prints with the version it was made with, whatever
//! happens to the template meanwhile.

mod choose;
mod trial;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::templates::{self as record, TemplateRow, VersionRow};
use crate::db::{Db, Tx, sellers};
use crate::domain::error::{Error, FieldError};
use crate::domain::id::TemplateId;
use crate::domain::print::Paper;
use crate::domain::time::UtcTime;
use crate::papers::template::{Finding, Template, starting};
use crate::papers::values::PaperSize;

pub use choose::{BUILT_IN, of_job, wanted};
pub use trial::{Trial, TrialValues, trial, trial_values};

/// Characters of a name.
const NAME_MAX: usize = 60;
/// Versions that are listed.
const VERSIONS: usize = 50;

/// A wish for a template.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    pub name: String,
    pub paper: Paper,
    pub size: PaperSize,
    /// Copy this one, of the same paper and size; left out, the paper as the program has it.
    #[serde(default)]
    pub from: Option<TemplateId>,
}

/// A changed template.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateChange {
    /// The version that was changed; a newer one made meanwhile is not overwritten.
    pub version: i64,
    pub name: String,
    pub template: Template,
}

/// A template as it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TemplateView {
    pub id: TemplateId,
    pub name: String,
    pub paper: Paper,
    pub size: String,
    pub version: i64,
    /// Taken for print jobs of this paper and size that name none.
    pub default: bool,
    /// Not offered any more; jobs that were made with it print on.
    pub retired: bool,
    pub changed_by: String,
    pub changed_at: UtcTime,
    /// Null in lists.
    pub template: Option<Template>,
}

/// One version of a template.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TemplateVersion {
    pub version: i64,
    pub made_by: String,
    pub made_at: UtcTime,
    pub boxes: usize,
}

impl From<TemplateRow> for TemplateView {
    fn from(row: TemplateRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            paper: row.paper,
            size: row.size,
            version: row.version,
            default: row.is_default,
            retired: row.is_retired,
            changed_by: row.changed_by,
            changed_at: row.changed_at,
            template: None,
        }
    }
}

/// Every living template, without its boxes.
///
/// # Errors
/// When the record cannot be read.
pub fn list(db: &mut Db) -> Result<Vec<TemplateView>, Error> {
    Ok(record::all(db)?.into_iter().map(TemplateView::from).collect())
}

/// A template with its boxes, those of an older version where one is named.
///
/// # Errors
/// When there is no such template or version.
pub fn show(db: &mut Db, id: TemplateId, version: Option<i64>) -> Result<TemplateView, Error> {
    let row = find(db, id)?;
    let template = boxes(db, id, version.unwrap_or(row.version))?;
    Ok(TemplateView { template: Some(template), ..row.into() })
}

/// The newest versions of a template, the newest first.
///
/// # Errors
/// When there is no such template.
pub fn versions(db: &mut Db, id: TemplateId) -> Result<Vec<TemplateVersion>, Error> {
    find(db, id)?;
    let rows = record::versions(db, id, VERSIONS)?;
    rows.into_iter()
        .map(|row| {
            let boxes = read(&row)?.boxes.len();
            Ok(TemplateVersion { version: row.version, made_by: row.made_by, made_at: row.made_at, boxes })
        })
        .collect()
}

/// Makes a template: a copy of the program's own paper or of another template.
///
/// # Errors
/// A field that cannot be taken, `template_name_taken`, a missing template to copy.
pub fn create(tx: &mut Tx, new: &NewTemplate) -> Result<TemplateView, Error> {
    // Two clicks take turns: the second one finds the name taken.
    sellers::lock(tx)?;
    let name = name_of(&new.name)?;
    free(tx, &name, None)?;
    let template = match new.from {
        None => starting(new.paper, new.size),
        Some(from) => {
            let row = find(tx, from)?;
            let template = boxes(tx, from, row.version)?;
            Some(template).filter(|one| one.paper == new.paper && one.size == new.size)
        }
    };
    let template = template.ok_or_else(|| {
        let detail =
            format!("There is nothing to copy for {} on {}; take another size.", new.paper, new.size);
        Error::invalid("size", "size_unsuitable", detail)
    })?;
    let row = TemplateRow {
        id: TemplateId(tx.id()?),
        name,
        paper: new.paper,
        size: new.size.to_string(),
        version: 1,
        is_default: false,
        is_retired: false,
        changed_by: tx.actor.name.clone(),
        changed_at: tx.now,
    };
    record::insert(tx, &row)?;
    record::add_version(tx, row.id, 1, &written(&template)?)?;
    note(tx, "template.created", &row)?;
    show(tx, row.id, None)
}

/// Saves a template as a new version. The same again changes nothing.
///
/// # Errors
/// `template_changed` when somebody saved meanwhile; findings that refuse it, each naming its box; `template_retired`.
pub fn save(tx: &mut Tx, id: TemplateId, change: &TemplateChange) -> Result<TemplateView, Error> {
    sellers::lock(tx)?;
    let row = living(tx, id)?;
    let name = name_of(&change.name)?;
    free(tx, &name, Some(id))?;
    let template = &change.template;
    if template.paper != row.paper || template.size.as_str() != row.size {
        let detail = format!(
            "It is {} on {}, and stays that; copy another one for {}.",
            row.paper, row.size, template.size
        );
        return Err(Error::invalid("template.size", "size_unsuitable", detail));
    }
    let body = written(template)?;
    let newest = record::version(tx, id, row.version)?;
    let is_same = newest.is_some_and(|newest| newest.body == body);
    if !is_same && change.version != row.version {
        return Err(Error::conflict(
            "template_changed",
            format!(
                "Version {} of the template {:?} was made by {} meanwhile; this change began at version {}.",
                row.version, row.name, row.changed_by, change.version
            ),
            "Load it again and make the change there.",
        ));
    }
    if is_same && name == row.name {
        return show(tx, id, None);
    }
    refuse(&trial::findings(tx, template)?)?;
    let version = if is_same { row.version } else { row.version + 1 };
    if !is_same {
        record::add_version(tx, id, version, &body)?;
    }
    let row = TemplateRow { name, version, ..row };
    record::update(tx, &row)?;
    note(tx, "template.saved", &row)?;
    show(tx, id, None)
}

/// Makes an older version the newest again, as a new version.
///
/// # Errors
/// When there is no such version, or it is the newest.
pub fn take_back(tx: &mut Tx, id: TemplateId, version: i64) -> Result<TemplateView, Error> {
    sellers::lock(tx)?;
    let row = living(tx, id)?;
    let template = boxes(tx, id, version)?;
    let change = TemplateChange { version: row.version, name: row.name, template };
    save(tx, id, &change)
}

/// Makes a template the default of its paper and size, or no default any more.
///
/// # Errors
/// When there is no such template, or it is retired.
pub fn set_default(tx: &mut Tx, id: TemplateId, is_default: bool) -> Result<TemplateView, Error> {
    sellers::lock(tx)?;
    let row = living(tx, id)?;
    if row.is_default != is_default {
        if is_default {
            record::clear_default(tx, row.paper, &row.size)?;
        }
        let row = TemplateRow { is_default, ..row };
        record::update(tx, &row)?;
        note(tx, "template.default_set", &row)?;
    }
    show(tx, id, None)
}

/// Offers a template no more. Jobs that were made with it print on with their version.
///
/// # Errors
/// When there is no such template.
pub fn retire(tx: &mut Tx, id: TemplateId) -> Result<TemplateView, Error> {
    sellers::lock(tx)?;
    let row = find(tx, id)?;
    if !row.is_retired {
        let row = TemplateRow { is_retired: true, is_default: false, ..row };
        record::update(tx, &row)?;
        note(tx, "template.retired", &row)?;
    }
    show(tx, id, None)
}

fn find(db: &mut Db, id: TemplateId) -> Result<TemplateRow, Error> {
    record::find(db, id)?.ok_or_else(|| Error::missing("template", id))
}

fn living(tx: &mut Tx, id: TemplateId) -> Result<TemplateRow, Error> {
    let row = find(tx, id)?;
    match row.is_retired {
        false => Ok(row),
        true => Err(Error::conflict(
            "template_retired",
            format!("The template {:?} is retired.", row.name),
            "Copy it under another name.",
        )),
    }
}

fn boxes(db: &mut Db, id: TemplateId, version: i64) -> Result<Template, Error> {
    let row = record::version(db, id, version)?;
    read(&row.ok_or_else(|| Error::missing("version of this template", version))?)
}

fn read(row: &VersionRow) -> Result<Template, Error> {
    Ok(serde_json::from_str(&row.body).map_err(anyhow::Error::from)?)
}

fn written(template: &Template) -> Result<String, Error> {
    Ok(serde_json::to_string(template).map_err(anyhow::Error::from)?)
}

fn name_of(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_MAX || name == BUILT_IN {
        let detail = format!(
            "{name:?} is no name for a template; write 1 to {NAME_MAX} characters, not {BUILT_IN:?}."
        );
        return Err(Error::invalid("name", "length", detail));
    }
    Ok(name.to_owned())
}

fn free(tx: &mut Tx, name: &str, own: Option<TemplateId>) -> Result<(), Error> {
    match record::by_name(tx, name)?.filter(|other| Some(other.id) != own) {
        None => Ok(()),
        Some(_) => Err(Error::conflict(
            "template_name_taken",
            format!("There is a template {name:?} already."),
            "Choose another name.",
        )),
    }
}

/// Turns the findings that refuse a template into the answer.
fn refuse(findings: &[Finding]) -> Result<(), Error> {
    let refused: Vec<FieldError> = findings
        .iter()
        .filter(|finding| finding.refuses)
        .map(|finding| {
            let field = match finding.box_number {
                Some(number) => format!("template.boxes[{}]", number - 1),
                None => "template".to_owned(),
            };
            FieldError::new(field, finding.code.as_str(), finding.message.clone())
        })
        .collect();
    if refused.is_empty() { Ok(()) } else { Err(Error::Invalid(refused)) }
}

fn note(tx: &mut Tx, kind: &'static str, row: &TemplateRow) -> Result<(), Error> {
    let data = json!({
        "name": row.name, "paper": row.paper, "size": row.size, "version": row.version, "default": row.is_default,
    });
    events::record(tx, &[NewEvent { kind, subject_kind: "template", subject: row.id.0, data }])?;
    Ok(())
}
