//! A long job as a station takes it: handfuls of labels in the language of their printer, from code and from a template.
//!
//! Measured as a process of its own, so that its peak memory is the job's. It says how soon the first sheet is drawn, and that
//! ten thousand sheets take no more memory than a handful.

use std::process::{Command, ExitCode};

use anyhow::{Context, bail};

use huidan::domain::print::Paper as PaperKind;
use huidan::papers::font::Fonts;
use huidan::papers::raster::Head;
use huidan::papers::template::{Template, starting};
use huidan::papers::thermal::Language;
use huidan::papers::values::PaperSize;
use huidan::papers::{Options, Output, Paper, render, sample};

use crate::report::{Bound, Report, size, timed};
use crate::resources::{cpu, memory_kib};

/// Set for the child: how many sheets, and whether from a template.
pub const CHILD: &str = "HUIDAN_BENCH_PAPERS";
const SHEETS: usize = 10_000;

struct Cost {
    ms_each: f64,
    first_ms: f64,
    peak_mib: f64,
    bytes_each: f64,
}

/// Draws as a child process and prints what it cost.
pub fn child() -> ExitCode {
    match draw() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn draw() -> anyhow::Result<String> {
    let wish = std::env::var(CHILD)?;
    let (count, kind) = wish.split_once(' ').context("a count and a kind")?;
    let count: u32 = count.parse()?;
    let template: Option<Template> =
        (kind == "template").then(|| starting(PaperKind::Waybill, PaperSize::Label100x150)).flatten();
    let started = cpu("self")?;
    let (reading, fonts) = timed(Fonts::embedded);
    let output = Output::Thermal(Language::Zpl, Head::Dpi203);
    let options = Options { output, template: template.as_ref(), ..Options::new(&fonts) };
    let (mut first_ms, mut bytes) = (0.0, 0);
    for position in 1..=count {
        let sheets = vec![sample::waybill(position, count)];
        let (time, rendered) =
            timed(|| render(&Paper::Waybills { size: PaperSize::Label100x150, sheets }, &options));
        let rendered = rendered?;
        if rendered.sheets.len() != 1 {
            bail!("sheet {position} was left out");
        }
        if position == 1 {
            first_ms = (reading + time).as_secs_f64() * 1_000.0;
        }
        bytes += rendered.file.len();
    }
    let spent = cpu("self")?.saturating_sub(started).as_secs_f64() * 1_000.0;
    let each = f64::from(count);
    Ok(format!("{} {first_ms} {} {}", spent / each, memory_kib("self", "VmHWM")?, bytes as f64 / each))
}

fn run(count: usize, kind: &str) -> anyhow::Result<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(CHILD, format!("{count} {kind}"));
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    match text.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?.as_slice() {
        [ms_each, first_ms, peak_kib, bytes_each] => Ok(Cost {
            ms_each: *ms_each,
            first_ms: *first_ms,
            peak_mib: peak_kib / 1_024.0,
            bytes_each: *bytes_each,
        }),
        _ => bail!("{command:?} answered {text:?}; four numbers were expected"),
    }
}

/// Measures.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let count = size("BENCH_SHEETS", SHEETS)?;
    for kind in ["code", "template"] {
        let (few, many) = (run(20, kind)?, run(count, kind)?);
        let how = format!("ZPL, 203 dpi, from {kind}");
        report.hold("CPU ms for a label", many.ms_each, Bound::AtMost(4.0), &how);
        report.hold("kB for a label", many.bytes_each / 1_000.0, Bound::AtMost(25.0), &how);
        report.hold("ms to the first sheet, with the fonts", few.first_ms, Bound::AtMost(1_000.0), &how);
        report.hold(
            "peak MiB of the whole process",
            many.peak_mib,
            Bound::AtMost(100.0),
            &format!("{count} sheets"),
        );
        let beside = format!("{:.0} MiB for {count} sheets, {:.0} for 20", many.peak_mib, few.peak_mib);
        report.hold(
            "memory of the long job, of a handful",
            many.peak_mib / few.peak_mib,
            Bound::AtMost(1.5),
            &beside,
        );
    }
    Ok(())
}
