//! What a desk keeps: its own key, and the lock that lets one program print for it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use sha2::{Digest, Sha256};

/// What every token begins with.
const PREFIX: &str = "hd_";

/// A desk's folder, held by this program alone.
pub struct Desk {
    folder: PathBuf,
    key: String,
    /// Holds the lock as long as it is open.
    _lock: File,
}

impl Desk {
    /// The folder of this desk, with a key of its own, made when there is none.
    ///
    /// # Errors
    /// When another program on this machine prints for the desk, or the folder cannot be written.
    pub fn open(folder: &Path, server: &str, station: &str) -> anyhow::Result<Self> {
        let name = short_hash(&format!("{server}\n{station}"));
        let folder = folder.join("stations").join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let lock = File::create(folder.join("lock")).context("making the desk's lock")?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another program prints for station {station:?} on this machine; end it first")
            }
            Err(TryLockError::Error(error)) => return Err(error).context("locking the desk's folder"),
        }
        let path = folder.join("key");
        let key = match std::fs::read_to_string(&path) {
            Ok(key) if !key.trim().is_empty() => key.trim().to_owned(),
            _ => {
                let key = format!("{PREFIX}{}", BASE64_URL.encode(random::<32>()?));
                write_private(&path, &key)?;
                key
            }
        };
        Ok(Self { folder, key, _lock: lock })
    }

    /// Where the desk keeps what it has to know after a restart.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// What the server gets to see of the key.
    pub fn key_hash(&self) -> String {
        BASE64_URL.encode(Sha256::digest(self.key.as_bytes()))
    }

    /// The session of the run before this one, and one for this run. Who holds the lock knows that the run before
    /// has ended, so the server need not wait for its lease.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new_session(&self) -> anyhow::Result<(String, String)> {
        let path = self.folder.join("session");
        let before = std::fs::read_to_string(&path).unwrap_or_default().trim().to_owned();
        let session = fresh()?;
        write_private(&path, &session)?;
        Ok((before, session))
    }

    /// Takes a new session back: it never began.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn keep_session(&self, before: &str) -> anyhow::Result<()> {
        write_private(&self.folder.join("session"), before)
    }

    /// Drops the key: the next start makes another one and knocks with it.
    pub fn forget(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.folder.join("key"))?)
    }
}

/// A name nobody has used yet.
///
/// # Errors
/// When the machine has no randomness.
pub fn fresh() -> anyhow::Result<String> {
    Ok(BASE64_URL.encode(random::<16>()?))
}

fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(bytes)
}

/// A name for a file from any text.
pub fn short_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Written beside and moved into place, so that a cut leaves the old file or the new one.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let draft = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft).with_context(|| format!("writing {}", draft.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_keeps_its_key_and_lets_one_program_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Desk::open(folder.path(), "http://one", "desk 1").expect("nobody is there");
        let (key, hash) = (first.key().to_owned(), first.key_hash());
        assert_eq!((key.len(), hash.len()), (46, 43));
        let second = Desk::open(folder.path(), "http://one", "desk 1").map(|_| ()).expect_err("it is held");
        assert!(second.to_string().contains("another program"), "{second}");
        let other = Desk::open(folder.path(), "http://one", "desk 2").expect("another desk");
        assert_ne!(other.key(), key);

        let (none, session) = first.new_session().expect("a folder to write in");
        assert_eq!(none, "");
        drop(first);
        let again = Desk::open(folder.path(), "http://one", "desk 1").expect("nobody is there any more");
        assert_eq!(again.key(), key);
        assert_eq!(again.new_session().expect("a folder to write in").0, session);
        again.forget().expect("there is a key");
        drop(again);
        assert_ne!(Desk::open(folder.path(), "http://one", "desk 1").expect("free").key(), key);
    }
}
