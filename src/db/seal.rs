//! Sealed values and keyed hashes.
//!
//! A sealed text is `k1.` (which key) and base64 of nonce and AES-256-GCM ciphertext, bound to
//! its seller and its purpose, so that it cannot be moved to another row's place. Equal texts
//! can be found by keyed hashes (HMAC-SHA-256), which cannot be reversed by trying all phones
//! without the key.
//!
//! The first key of the ring seals; all open. The last key also makes the hashes, so it stays in
//! the ring for good: rotating it would orphan every stored hash.

use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::domain::id::SellerId;

/// The installation's keys.
pub struct Keys {
    ring: Vec<(String, Aes256Gcm)>,
    hash: Hmac<Sha256>,
}

impl Keys {
    /// Reads a key ring: `id:BASE64` of 32 bytes each, separated by commas or line ends, the
    /// sealing key first.
    ///
    /// # Errors
    /// A sentence that names the key's id, never its value.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let mut ring = Vec::new();
        let mut last = Vec::new();
        for entry in text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
            let (id, key) = entry
                .split_once(':')
                .ok_or_else(|| anyhow!("a key of HUIDAN_SECRET_KEY has no id; write id:BASE64"))?;
            if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
                bail!("the key id {id:?} of HUIDAN_SECRET_KEY may only hold letters and digits");
            }
            let bytes = BASE64
                .decode(key.trim().trim_end_matches('='))
                .map_err(|_| anyhow!("key {id} of HUIDAN_SECRET_KEY is no base64"))?;
            let cipher = Aes256Gcm::new_from_slice(&bytes).map_err(|_| {
                anyhow!("key {id} of HUIDAN_SECRET_KEY has {} bytes; it needs 32", bytes.len())
            })?;
            ring.push((id.to_owned(), cipher));
            last = bytes;
        }
        if ring.is_empty() {
            bail!("HUIDAN_SECRET_KEY is empty; write id:BASE64 of 32 random bytes, or remove it");
        }
        let mut derive = hmac(&last);
        derive.update(b"huidan search hashes 1");
        Ok(Self { ring, hash: hmac(&derive.finalize().into_bytes()) })
    }

    /// Reads the key file, or makes one with a fresh key that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read or made.
    pub fn open_or_create(file: &Path) -> anyhow::Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => return Self::parse(&text).with_context(|| format!("reading {}", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
        }
        let text = format!("k1:{}\n", BASE64.encode(random::<32>()));
        write_private(file, &text).with_context(|| format!("making the key file {}", file.display()))?;
        // Two processes may start at once on one folder: what stands in the file counts.
        Self::parse(&std::fs::read_to_string(file)?)
    }

    /// Seals a text for one purpose of one seller.
    pub fn seal(&self, seller: SellerId, purpose: &str, text: &str) -> String {
        self.seal_bytes(seller, purpose, text.as_bytes())
    }

    /// Seals bytes for one purpose of one seller.
    pub fn seal_bytes(&self, seller: SellerId, purpose: &str, bytes: &[u8]) -> String {
        let (id, cipher) = &self.ring[0];
        let nonce = random::<12>();
        let aad = format!("{seller}/{purpose}");
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: bytes, aad: aad.as_bytes() })
            .expect("AES-GCM seals anything of less than 64 GiB");
        format!("{id}.{}", BASE64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose and seller.
    ///
    /// # Errors
    /// When the key is not in the ring, or the text was changed or moved.
    pub fn open(&self, seller: SellerId, purpose: &str, sealed: &str) -> anyhow::Result<String> {
        Ok(String::from_utf8(self.open_bytes(seller, purpose, sealed)?)?)
    }

    /// Opens what [`Keys::seal_bytes`] sealed for the same purpose and seller.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn open_bytes(&self, seller: SellerId, purpose: &str, sealed: &str) -> anyhow::Result<Vec<u8>> {
        let (id, body) = sealed.split_once('.').ok_or_else(|| anyhow!("a sealed {purpose} has no key id"))?;
        let (_, cipher) =
            self.ring.iter().find(|(known, _)| known == id).ok_or_else(|| {
                anyhow!("a {purpose} is sealed with key {id}, which HUIDAN_SECRET_KEY lacks")
            })?;
        let bytes = BASE64.decode(body).with_context(|| format!("a sealed {purpose} is damaged"))?;
        let (nonce, text) =
            bytes.split_at_checked(12).ok_or_else(|| anyhow!("a sealed {purpose} is too short"))?;
        let nonce: [u8; 12] = nonce.try_into().expect("split at 12");
        let aad = format!("{seller}/{purpose}");
        cipher
            .decrypt(&Nonce::from(nonce), Payload { msg: text, aad: aad.as_bytes() })
            .map_err(|_| anyhow!("a sealed {purpose} does not open: it was changed or moved"))
    }

    /// A keyed hash of a text for one purpose of one seller: 22 characters. The empty text has
    /// the empty hash, so that missing things never equal each other by accident.
    pub fn hash(&self, seller: SellerId, purpose: &str, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let mut mac = self.hash.clone();
        mac.update(seller.0.to_be_bytes().as_slice());
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        BASE64_URL.encode(&mac.finalize().into_bytes()[..16])
    }
}

/// SHA-256 of bytes that hold no secret, 22 characters.
pub fn digest(bytes: &[u8]) -> String {
    BASE64_URL.encode(&Sha256::digest(bytes)[..16])
}

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut new) => {
            new.write_all(text.as_bytes())?;
            new.sync_all()
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const SELLER: SellerId = SellerId(1);

    #[test]
    fn what_was_sealed_opens_only_in_its_own_place() {
        let keys = Keys::parse(OLD).expect("a ring of one");
        let sealed = keys.seal(SELLER, "recipient", "陈静");
        assert_eq!(keys.open(SELLER, "recipient", &sealed).expect("same place"), "陈静");
        assert!(keys.open(SellerId(2), "recipient", &sealed).is_err());
        assert!(keys.open(SELLER, "credentials", &sealed).is_err());
        assert_ne!(sealed, keys.seal(SELLER, "recipient", "陈静"), "two sealings look unlike");
    }

    #[test]
    fn a_new_key_seals_while_old_values_still_open_and_hashes_stay() {
        let old = Keys::parse(OLD).expect("a ring of one");
        let new = Keys::parse(&format!("k2:{},{OLD}", BASE64.encode([7; 32]))).expect("a ring of two");
        let sealed = old.seal(SELLER, "recipient", "陈静");
        assert_eq!(new.open(SELLER, "recipient", &sealed).expect("the old key is in the ring"), "陈静");
        assert!(new.seal(SELLER, "recipient", "陈静").starts_with("k2."));
        assert_eq!(old.hash(SELLER, "phone", "13800001001"), new.hash(SELLER, "phone", "13800001001"));
        assert_ne!(old.hash(SELLER, "phone", "1"), old.hash(SellerId(2), "phone", "1"));
    }

    #[test]
    fn a_broken_ring_is_refused_without_showing_the_key() {
        for (ring, word) in [("", "empty"), ("k1:AAAA", "32"), ("AAAA", "id"), ("k1:!!", "base64")] {
            let refused = Keys::parse(ring).err().expect(ring).to_string();
            assert!(refused.contains(word), "{refused}");
        }
    }
}
