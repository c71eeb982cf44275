//! `huidan serve` on a file that is there already: start, idle memory, idle CPU.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::report::{Bound, Report, median, size};
use crate::resources::{cpu, memory_kib};

const ROUNDS: usize = 5;
const IDLE: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that ends with this value.
pub struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Starts one with these variables and further arguments; answers after the first answered request, with where it
    /// listens.
    pub fn on(variables: &[(&str, &str)], arguments: &[&str]) -> anyhow::Result<(Self, String)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let begun = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
        command.args(["serve", "--listen", &address]).args(arguments);
        for variable in ["DATABASE_URL", "REDIS_URL", "HUIDAN_SECRET_KEY"] {
            command.env_remove(variable);
        }
        command.envs(variables.iter().copied());
        let server = Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        while begun.elapsed() < PATIENCE {
            if answers(&address) {
                return Ok((server, address));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        bail!("huidan serve did not answer on {address} within {PATIENCE:?}")
    }
}

/// Starts it on a folder; answers how long it took to the first answer.
fn start(data: &std::path::Path) -> anyhow::Result<(Server, Duration)> {
    let begun = Instant::now();
    let data = data.to_str().context("a folder with a plain name")?;
    let (server, _) = Server::on(&[("HUIDAN_DATA", data)], &[])?;
    Ok((server, begun.elapsed()))
}

fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// Measures.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    drop(start(folder.path())?);
    let mut starts = Vec::new();
    for _ in 0..size("BENCH_ROUNDS", ROUNDS)? {
        starts.push(start(folder.path())?.1.as_secs_f64());
    }
    report.hold("seconds from start to ready", median(starts), Bound::AtMost(0.5), "an existing SQLite file");

    let (server, _) = start(folder.path())?;
    let process = server.0.id().to_string();
    std::thread::sleep(Duration::from_secs(1));
    let before = cpu(&process)?;
    std::thread::sleep(IDLE);
    let busy = cpu(&process)?.saturating_sub(before).as_secs_f64() / IDLE.as_secs_f64();
    let memory = memory_kib(&process, "VmRSS")? as f64 / 1_024.0;
    report.hold("idle MiB", memory, Bound::AtMost(60.0), "VmRSS after the first request");
    report.hold("idle CPU in percent of a core", 100.0 * busy, Bound::AtMost(0.5), "over 5 s");
    Ok(())
}
