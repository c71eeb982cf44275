//! A thousand waybill labels as one PDF: CPU, memory, bytes.
//!
//! Measured as a process of its own, so that the peak memory is the batch's. Beside it run
//! pdfkit, where it is installed in `benches/peers`, and ReportLab and WeasyPrint, where Python has them.

use std::process::{Command, ExitCode, Output};
use std::time::Duration;

use anyhow::{Context, bail};

use huidan::papers::font::Fonts;
use huidan::papers::values::PaperSize;
use huidan::papers::{Options, Paper, render, sample};

use crate::report::{Bound, Report, median, size, timed};
use crate::resources::{cpu, memory_kib};

/// Set for the child: how many labels it renders.
pub const CHILD: &str = "HUIDAN_BENCH_LABELS";
const LABELS: usize = 1_000;
const ROUNDS: usize = 5;

/// The part of a run that a child prints: CPU seconds, peak KiB, bytes; of our own also a number that is another one when the
/// file is.
struct Cost {
    cpu_seconds: f64,
    peak_kib: f64,
    bytes: f64,
    mark: f64,
}

/// Renders as a child process and prints what it cost.
pub fn child() -> ExitCode {
    match render_batch() {
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

fn render_batch() -> anyhow::Result<String> {
    let count: u32 = std::env::var(CHILD)?.parse()?;
    let (started, fonts) = (cpu("self")?, Fonts::embedded());
    let sheets = (1..=count).map(|position| sample::waybill(position, count)).collect();
    let rendered = render(&Paper::Waybills { size: PaperSize::Label100x150, sheets }, &Options::new(&fonts))?;
    if rendered.sheets.len() != count as usize {
        bail!("{} of {count} labels were left out", count as usize - rendered.sheets.len());
    }
    let spent = cpu("self")?.saturating_sub(started);
    // FNV-1a, cut to what a float holds whole.
    let mark = rendered.file.iter().fold(0xcbf2_9ce4_8422_2325_u64, |mark, byte| {
        (mark ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    });
    Ok(format!(
        "{} {} {} {}",
        spent.as_secs_f64(),
        memory_kib("self", "VmHWM")?,
        rendered.file.len(),
        mark >> 12
    ))
}

fn run(mut command: Command) -> anyhow::Result<Cost> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    cost_of(&command, output)
}

fn cost_of(command: &Command, output: Output) -> anyhow::Result<Cost> {
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    match text.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?.as_slice() {
        [cpu_seconds, peak_kib, bytes, mark @ ..] => Ok(Cost {
            cpu_seconds: *cpu_seconds,
            peak_kib: *peak_kib,
            bytes: *bytes,
            mark: mark.first().copied().unwrap_or_default(),
        }),
        _ => bail!("{command:?} answered {text:?}; three numbers were expected"),
    }
}

fn own(count: usize) -> anyhow::Result<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(CHILD, count.to_string());
    run(command)
}

/// pdfkit, where `npm install` was run in its folder.
fn pdfkit(count: usize) -> Option<Command> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    if !folder.join("node_modules/pdfkit").exists() {
        return None;
    }
    let mut command = Command::new("node");
    command.arg(folder.join("labels_pdfkit.mjs")).arg(count.to_string());
    Some(command)
}

/// An engine of Python, where it and a Chinese TrueType font are installed.
fn python(engine: &str, count: usize) -> anyhow::Result<Option<Cost>> {
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/labels_python.py");
    let mut command = Command::new("python3");
    command.arg(script).args([engine, &count.to_string()]);
    /// What the script ends with where something is missing.
    const MISSING: i32 = 3;
    match command.output() {
        Ok(output) if output.status.code() == Some(MISSING) => Ok(None),
        Ok(output) => cost_of(&command, output).map(Some),
        Err(_) => Ok(None),
    }
}

/// Labels of one run of an engine that is slow: its cost each is the same, or less.
const FEW: usize = 100;

/// The slower peers, once each: the target is a multiple that noise does not reach.
fn slow_peers(report: &mut Report, per_label: f64) -> anyhow::Result<()> {
    for (engine, times) in [("reportlab", 12.0), ("weasyprint", 30.0)] {
        match python(engine, FEW)? {
            None => report.note(engine, "not here; pip brings it into the run, with fonts-wqy-microhei"),
            Some(cost) => {
                let each = 1_000.0 * cost.cpu_seconds / FEW as f64;
                let beside = format!("{each:.1} ms CPU per label, {:.0} MiB", cost.peak_kib / 1_024.0);
                report.hold(
                    &format!("CPU of {engine}, of ours"),
                    each / per_label,
                    Bound::AtLeast(times),
                    &beside,
                );
            }
        }
    }
    Ok(())
}

/// Measures.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let (labels, rounds) = (size("BENCH_LABELS", LABELS)?, size("BENCH_ROUNDS", ROUNDS)?);
    let (mut costs, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        costs.push(own(labels)?);
        if let Some(command) = pdfkit(labels) {
            theirs.push(run(command)?);
        }
    }
    let of = |pick: fn(&Cost) -> f64| median(costs.iter().map(pick).collect());
    let per_label = 1_000.0 * of(|cost| cost.cpu_seconds) / labels as f64;
    report.note("labels", &format!("{labels} of 100x150 mm, {per_label:.2} ms CPU each"));
    let bytes = (of(|cost| cost.bytes) - 25_000.0) / labels as f64;
    report.hold("PDF bytes per page beyond the first 25 kB", bytes, Bound::AtMost(8_000.0), "one PDF");
    let peak = of(|cost| cost.peak_kib) / 1_024.0;
    report.hold("peak MiB of the whole process", peak, Bound::AtMost(100.0), "VmHWM of a process of its own");
    let same = costs.iter().all(|cost| cost.mark == costs[0].mark && cost.mark > 0.0);
    report.hold(
        "the same bytes in every process",
        f64::from(u8::from(same)),
        Bound::AtLeast(1.0),
        "1 when they are",
    );
    match theirs.is_empty() {
        true => report.note("pdfkit", "not here; npm install in benches/peers brings it into the run"),
        false => {
            let cpu = median(theirs.iter().map(|cost: &Cost| cost.cpu_seconds).collect());
            let peak = median(theirs.iter().map(|cost| cost.peak_kib).collect()) / 1_024.0;
            let each = 1_000.0 * cpu / labels as f64;
            let beside = format!("pdfkit {each:.2} ms CPU per label, {peak:.0} MiB");
            report.hold("CPU of pdfkit, of ours", each / per_label, Bound::AtLeast(3.0), &beside);
            one_beside_pdfkit(report, rounds)?;
        }
    }
    slow_peers(report, per_label)?;
    one_label(report)
}

/// One label in a process of its own, fonts and all, beside pdfkit.
fn one_beside_pdfkit(report: &mut Report, rounds: usize) -> anyhow::Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(1_000.0 * own(1)?.cpu_seconds);
        if let Some(command) = pdfkit(1) {
            theirs.push(1_000.0 * run(command)?.cpu_seconds);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let beside = format!("{ours:.1} and {theirs:.0} ms CPU, with the fonts");
    report.hold("CPU of pdfkit for one label, of ours", theirs / ours, Bound::AtLeast(20.0), &beside);
    Ok(())
}

/// A single label within a process that has its fonts: what a reprint costs.
fn one_label(report: &mut Report) -> anyhow::Result<()> {
    let fonts = Fonts::embedded();
    let paper = |position| Paper::Waybills {
        size: PaperSize::Label100x150,
        sheets: vec![sample::waybill(position, 1_000)],
    };
    let mut times = Vec::new();
    for position in 1..=100 {
        let (time, rendered) = timed(|| render(&paper(position), &Options::new(&fonts)));
        rendered?;
        times.push(Duration::as_secs_f64(&time) * 1_000.0);
    }
    report.hold("ms for one label as one PDF", median(times), Bound::AtMost(5.0), "wall time, one thread");
    Ok(())
}
