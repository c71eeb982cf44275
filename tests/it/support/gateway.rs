//! A shop's API played by a test: real HTTP on loopback, answers by a function.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value as Json;

/// What was asked.
pub struct Asked {
    pub method: String,
    pub path: String,
    /// Names and values of the query, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Where this gateway is, as a client wrote it: `http://127.0.0.1:4711`.
    pub base: String,
}

impl Asked {
    /// A value of the query; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Names and values of a form, decoded, in their order.
    pub fn form(&self) -> Vec<(String, String)> {
        let plain = |text: &str| decoded(&text.replace('+', " "));
        let pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.map(|(key, value)| (plain(key), plain(value))).collect()
    }
}

/// Status, further headers, body. Status 0 hangs up without an answer.
pub type Given = (u16, Vec<(&'static str, String)>, String);

/// An answer with status 200, whatever it says.
pub fn given(body: Json) -> Given {
    (200, Vec::new(), body.to_string())
}

/// Serves until it is dropped.
pub struct Gateway {
    address: SocketAddr,
    is_closed: Arc<AtomicBool>,
}

impl Gateway {
    /// Answers every request by this function.
    pub fn start(answer: impl Fn(&Asked) -> Given + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port of this machine");
        let address = listener.local_addr().expect("an address");
        let is_closed = Arc::new(AtomicBool::new(false));
        let (closed, answer) = (is_closed.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::Relaxed) {
                    return;
                }
                let answer = answer.clone();
                std::thread::spawn(move || serve(stream, address, &*answer));
            }
        });
        Self { address, is_closed }
    }

    /// The address for a shop's settings.
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
    }
}

/// One request per connection; a client that goes away ends it.
fn serve(stream: TcpStream, address: SocketAddr, answer: &dyn Fn(&Asked) -> Given) {
    let Some(asked) = read(&stream, address) else { return };
    let (status, headers, body) = answer(&asked);
    if status == 0 {
        return;
    }
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{more}\r\n", body.len());
    let _ = (&stream).write_all(head.as_bytes()).and_then(|()| (&stream).write_all(body.as_bytes()));
}

fn read(stream: &TcpStream, address: SocketAddr) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length =
        headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Some(Asked {
        method,
        path: path.to_owned(),
        query: pairs.map(|(key, value)| (decoded(key), decoded(value))).collect(),
        headers,
        body: String::from_utf8(body).ok()?,
        base: format!("http://{address}"),
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let code = (first == b'%').then(|| more.get(..2)).flatten();
        match code.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).expect("clients send UTF-8")
}
