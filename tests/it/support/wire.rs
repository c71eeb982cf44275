//! A wire to PostgreSQL that counts what is asked over it, and can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// An address on loopback behind which the real server answers.
pub struct Wire {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    server: Server,
    asked: AtomicUsize,
    is_cut: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

enum Server {
    Socket(String),
    Address(String),
}

impl Wire {
    /// A wire to the server at this address, as the setting `DATABASE_URL` takes it.
    pub fn to(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").expect("an address");
        let (user, rest) = rest.split_once('@').expect("a user");
        let (host, database) = rest.split_once('/').expect("a database");
        let server = match host.strip_prefix("%2F") {
            Some(folder) => Server::Socket(format!("/{}/.s.PGSQL.5432", folder.replace("%2F", "/"))),
            None if host.contains(':') => Server::Address(host.to_owned()),
            None => Server::Address(format!("{host}:5432")),
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("it listens").port();
        let mark = if database.contains('?') { '&' } else { '?' };
        let url = format!("{scheme}://{user}@127.0.0.1:{port}/{database}{mark}sslmode=disable");
        let shared = Arc::new(Shared {
            server,
            asked: AtomicUsize::new(0),
            is_cut: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever meets a cut wire, or a server that is away, is hung up on.
                let _ = accepting.connect(stream);
            }
        });
        Self { url, shared }
    }

    /// Its address, as the setting `DATABASE_URL` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many statements went over it so far, whatever they were.
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// Hangs up on everybody, and refuses whoever comes.
    pub fn cut(&self) {
        self.shared.is_cut.store(true, Ordering::SeqCst);
        for stream in self.shared.open.lock().expect("no holder panics").drain(..) {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets everybody through again.
    pub fn mend(&self) {
        self.shared.is_cut.store(false, Ordering::SeqCst);
    }
}

impl Shared {
    fn connect(self: &Arc<Self>, client: TcpStream) -> std::io::Result<()> {
        if self.is_cut.load(Ordering::SeqCst) {
            return Ok(());
        }
        client.set_nodelay(true)?;
        let mut open = self.open.lock().expect("no holder panics");
        open.push(client.try_clone()?);
        drop(open);
        match &self.server {
            Server::Socket(path) => {
                let server = UnixStream::connect(path)?;
                self.pass(client, server.try_clone()?, server)
            }
            Server::Address(address) => {
                let server = TcpStream::connect(address)?;
                self.pass(client, server.try_clone()?, server)
            }
        }
    }

    /// Passes on what both say, on two threads that end when one of them hangs up.
    fn pass(
        self: &Arc<Self>,
        client: TcpStream,
        to_server: impl Write + Send + 'static,
        from_server: impl Read + Send + 'static,
    ) -> std::io::Result<()> {
        let answers = client.try_clone()?;
        let shared = self.clone();
        std::thread::spawn(move || {
            let hang_up = answers.try_clone();
            copy(from_server, answers, |_| {});
            hang_up.map(|client| client.shutdown(Shutdown::Both))
        });
        std::thread::spawn(move || {
            let mut counter = Counter::default();
            let hang_up = client.try_clone();
            copy(client, to_server, |bytes| {
                shared.asked.fetch_add(counter.read(bytes), Ordering::SeqCst);
            });
            hang_up.map(|client| client.shutdown(Shutdown::Both))
        });
        Ok(())
    }
}

fn copy(mut from: impl Read, mut to: impl Write, mut see: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        see(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}

/// Reads the frontend's half of PostgreSQL's protocol: messages of a letter and a length, but for the first one, which
/// has no letter.
#[derive(Default)]
struct Counter {
    head: Vec<u8>,
    has_begun: bool,
    /// Bytes of the message at hand that are still to come.
    left: usize,
}

impl Counter {
    /// How many statements begin in these bytes: simple queries and executions.
    fn read(&mut self, mut bytes: &[u8]) -> usize {
        let mut count = 0;
        while !bytes.is_empty() {
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = &bytes[skipped..];
            let Some((first, rest)) = bytes.split_first() else { break };
            self.head.push(*first);
            bytes = rest;
            let letter = usize::from(self.has_begun);
            if self.head.len() < letter + 4 {
                continue;
            }
            count += usize::from(self.has_begun && matches!(self.head[0], b'Q' | b'E'));
            let length = self.head[letter..].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            self.left = length.saturating_sub(4);
            self.has_begun = true;
            self.head.clear();
        }
        count
    }
}

#[test]
fn statements_are_counted_wherever_the_bytes_are_torn() {
    let message = |letter: u8, body: &[u8]| {
        let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
        [&[letter][..], &length, body].concat()
    };
    let start = message(b'?', b"user\0me\0")[1..].to_vec();
    let said =
        [start, message(b'Q', b"SELECT 1\0"), message(b'P', b"EQEQ"), message(b'E', b""), message(b'S', b"")]
            .concat();
    for torn in 1..said.len() {
        let mut counter = Counter::default();
        let counted: usize = said.chunks(torn).map(|bytes| counter.read(bytes)).sum();
        assert_eq!(counted, 2, "in pieces of {torn}");
    }
}
