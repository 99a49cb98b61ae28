//! Takes the secrets of a session and what its hellos agreed upon, gives the keys that open the records of one direction.
//!
//! Invariant: a record opens only if its tag is right. RFC 5246, 5 and 6.3; RFC 5288; RFC 7905; RFC 8446, 5.2, 5.3 and 7.

use aes_gcm::{AeadInOut, Aes128Gcm, Aes256Gcm, KeyInit};
use chacha20poly1305::ChaCha20Poly1305;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha384};

use super::hello::{Agreed, Random, TLS_1_2, TLS_1_3};
use super::key_log::Secrets;
use super::opener::{Refusal, Sealed};

/// Octets of a nonce.
const NONCE: usize = 12;
/// Octets of a tag.
const TAG: usize = 16;
/// Octets of the nonce that stand in front of each record of TLS 1.2 with AES-GCM (RFC 5288, 3).
const EXPLICIT: usize = 8;

/// What derives the keys of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
}

/// What seals the records of a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aead {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

impl Aead {
    const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }
}

/// The suites that can be opened.
fn suite(version: u16, suite: u16) -> Option<(Aead, Hash)> {
    const AES_128: (Aead, Hash) = (Aead::Aes128Gcm, Hash::Sha256);
    const AES_256: (Aead, Hash) = (Aead::Aes256Gcm, Hash::Sha384);
    const CHACHA: (Aead, Hash) = (Aead::ChaCha20Poly1305, Hash::Sha256);
    Some(match (version, suite) {
        (TLS_1_3, 0x1301) => AES_128,
        (TLS_1_3, 0x1302) => AES_256,
        (TLS_1_3, 0x1303) => CHACHA,
        // RFC 5288, RFC 5289, RFC 5487, RFC 8442: AES-128 and AES-256 take turns.
        (TLS_1_2, 0x009c..=0x00ad | 0xc02b..=0xc032 | 0xd001 | 0xd002) => {
            let is_128 = if suite >= 0xc000 { !suite.is_multiple_of(2) } else { suite.is_multiple_of(2) };
            if is_128 { AES_128 } else { AES_256 }
        }
        // RFC 7905.
        (TLS_1_2, 0xcca8..=0xccae) => CHACHA,
        _ => return None,
    })
}

/// The cipher with its key.
enum Cipher {
    Aes128Gcm(Box<Aes128Gcm>),
    Aes256Gcm(Box<Aes256Gcm>),
    ChaCha20Poly1305(Box<ChaCha20Poly1305>),
}

/// The keys of one direction.
pub(super) struct Keys {
    cipher: Cipher,
    aead: Aead,
    hash: Hash,
    /// The whole nonce before the number of a record goes into it; with explicit nonces its first four octets alone.
    iv: [u8; NONCE],
    /// What the next keys are derived from; none in TLS 1.2, which has no next ones.
    secret: Option<Box<[u8]>>,
}

impl Keys {
    /// The keys with which the client, or the server, seals its application data first.
    pub(super) fn of(secrets: &Secrets, client: &Random, agreed: &Agreed, from_client: bool) -> Result<Self, Refusal> {
        let (aead, hash) = suite(agreed.version, agreed.suite).ok_or(Refusal::Suite)?;
        if agreed.version == TLS_1_3 {
            let secret = own(&secrets.traffic, from_client).ok_or(Refusal::Secret)?;
            return Self::of_secret(aead, hash, secret.into()).ok_or(Refusal::Secret);
        }
        let master = secrets.master.as_ref().ok_or(Refusal::Secret)?;
        let (key, iv) = (aead.key_len(), if aead == Aead::ChaCha20Poly1305 { NONCE } else { NONCE - EXPLICIT });
        let block = key_block(hash, master, &[&b"key expansion"[..], &agreed.random, client].concat(), 2 * (key + iv));
        // The keys of both sides come first, then the nonces of both.
        let side = usize::from(!from_client);
        let key = block
            .get(side * key..)
            .and_then(|block| block.get(..key))
            .zip(block.get(2 * key + side * iv..).and_then(|block| block.get(..iv)));
        let (key, own) = key.ok_or(Refusal::Secret)?;
        let mut iv = [0; NONCE];
        iv.iter_mut().zip(own).for_each(|(octet, own)| *octet = *own);
        Ok(Self { cipher: cipher(aead, key).ok_or(Refusal::Secret)?, aead, hash, iv, secret: None })
    }

    /// The keys with which either seals its part of the handshake, in TLS 1.3 and where the secret is known.
    pub(super) fn of_handshake(secrets: &Secrets, agreed: &Agreed, from_client: bool) -> Option<Self> {
        let (aead, hash) = suite(agreed.version, agreed.suite).filter(|_| agreed.version == TLS_1_3)?;
        Self::of_secret(aead, hash, own(&secrets.handshake, from_client)?.into())
    }

    fn of_secret(aead: Aead, hash: Hash, secret: Box<[u8]>) -> Option<Self> {
        let key = expand_label(hash, &secret, b"key", aead.key_len());
        let iv = expand_label(hash, &secret, b"iv", NONCE);
        Some(Self { cipher: cipher(aead, &key)?, aead, hash, iv: iv.try_into().ok()?, secret: Some(secret) })
    }

    /// Goes on with the next keys, as a KeyUpdate asks (RFC 8446, 7.2).
    pub(super) fn update(&mut self) {
        if let Some(secret) = &self.secret {
            let next = expand_label(self.hash, secret, b"traffic upd", secret.len());
            if let Some(keys) = Self::of_secret(self.aead, self.hash, next.into_boxed_slice()) {
                *self = keys;
            }
        }
    }

    /// Whether records are sealed as in TLS 1.3: with their kind inside.
    pub(super) const fn hides_kind(&self) -> bool {
        self.secret.is_some()
    }

    /// How many octets of a nonce stand in front of what is sealed.
    pub(super) const fn explicit(&self) -> usize {
        if self.hides_kind() || matches!(self.aead, Aead::ChaCha20Poly1305) { 0 } else { EXPLICIT }
    }

    /// The fewest octets that a sealed record has, without its header.
    pub(super) const fn least(&self) -> usize {
        self.explicit() + TAG + if self.hides_kind() { 1 } else { 0 }
    }

    /// Opens `sealed` as the record of that number, in place; true where its tag is right, else nothing is changed.
    pub(super) fn open(&self, number: u64, sealed: &Sealed, octets: &mut Vec<u8>) -> bool {
        let mut nonce = self.iv;
        match sealed.nonce.filter(|_| self.explicit() > 0) {
            Some(explicit) => nonce.iter_mut().skip(NONCE - EXPLICIT).zip(explicit.to_be_bytes()).for_each(|(octet, own)| *octet = own),
            None => nonce.iter_mut().skip(NONCE - EXPLICIT).zip(number.to_be_bytes()).for_each(|(octet, own)| *octet ^= own),
        }
        let [kind, major, minor, ..] = sealed.header;
        let len = u16::try_from(octets.len().saturating_sub(TAG)).unwrap_or_default().to_be_bytes();
        let aad = [&number.to_be_bytes()[..], &[kind, major, minor], &len].concat();
        let aad = if self.hides_kind() { &sealed.header[..] } else { &aad };
        let opened = match &self.cipher {
            Cipher::Aes128Gcm(cipher) => cipher.decrypt_in_place(&nonce.into(), aad, octets),
            Cipher::Aes256Gcm(cipher) => cipher.decrypt_in_place(&nonce.into(), aad, octets),
            Cipher::ChaCha20Poly1305(cipher) => cipher.decrypt_in_place(&nonce.into(), aad, octets),
        };
        opened.is_ok()
    }
}

/// The secret of one side.
fn own([client, server]: &[Option<Box<[u8]>>; 2], from_client: bool) -> Option<&[u8]> {
    if from_client { client.as_deref() } else { server.as_deref() }
}

fn cipher(aead: Aead, key: &[u8]) -> Option<Cipher> {
    Some(match aead {
        Aead::Aes128Gcm => Cipher::Aes128Gcm(Box::new(Aes128Gcm::new_from_slice(key).ok()?)),
        Aead::Aes256Gcm => Cipher::Aes256Gcm(Box::new(Aes256Gcm::new_from_slice(key).ok()?)),
        Aead::ChaCha20Poly1305 => Cipher::ChaCha20Poly1305(Box::new(ChaCha20Poly1305::new_from_slice(key).ok()?)),
    })
}

/// The keyed hash of `parts`, one behind the other; a key of any length will do.
fn keyed(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    fn run<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }
    match hash {
        Hash::Sha256 => run::<Hmac<Sha256>>(key, parts),
        Hash::Sha384 => run::<Hmac<Sha384>>(key, parts),
    }
}

/// HKDF-Expand-Label of RFC 8446, 7.1, with no context; nothing that TLS asks for here is longer than one block of the hash.
fn expand_label(hash: Hash, secret: &[u8], label: &[u8], len: usize) -> Vec<u8> {
    let octets = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    let label = [&[0, octets(len), octets(b"tls13 ".len() + label.len())], &b"tls13 "[..], label, &[0]].concat();
    let mut expanded = keyed(hash, secret, &[&label, &[1]]);
    expanded.truncate(len);
    expanded
}

/// `len` octets of the pseudorandom function of RFC 5246, 5.
fn key_block(hash: Hash, secret: &[u8], seed: &[u8], len: usize) -> Vec<u8> {
    let (mut block, mut link) = (Vec::new(), seed.to_vec());
    while block.len() < len {
        link = keyed(hash, secret, &[&link]);
        block.extend(keyed(hash, secret, &[&link, seed]));
    }
    block.truncate(len);
    block
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::{Aead, Hash, expand_label, key_block, suite};

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn labels_expand_as_in_the_traces_of_rfc_8448() {
        // RFC 8448, 3: the server's handshake traffic secret and what is derived from it.
        let secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        assert_eq!(expand_label(Hash::Sha256, &secret, b"key", 16), hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(expand_label(Hash::Sha256, &secret, b"iv", 12), hex("5d313eb2671276ee13000b30"));
    }

    #[test]
    fn a_key_block_goes_on_for_as_long_as_it_must() {
        let block = key_block(Hash::Sha384, b"secret", b"seed", 100);
        assert_eq!(block.len(), 100);
        assert_eq!(block[..40], key_block(Hash::Sha384, b"secret", b"seed", 40)[..]);
    }

    #[test]
    fn suites_are_what_their_registry_says() {
        for (version, id, expected) in [
            (0x0304, 0x1301, Some((Aead::Aes128Gcm, Hash::Sha256))),
            (0x0304, 0x1302, Some((Aead::Aes256Gcm, Hash::Sha384))),
            (0x0304, 0x1303, Some((Aead::ChaCha20Poly1305, Hash::Sha256))),
            (0x0303, 0x009c, Some((Aead::Aes128Gcm, Hash::Sha256))),
            (0x0303, 0x009d, Some((Aead::Aes256Gcm, Hash::Sha384))),
            (0x0303, 0xc02b, Some((Aead::Aes128Gcm, Hash::Sha256))),
            (0x0303, 0xc030, Some((Aead::Aes256Gcm, Hash::Sha384))),
            (0x0303, 0xd001, Some((Aead::Aes128Gcm, Hash::Sha256))),
            (0x0303, 0xcca8, Some((Aead::ChaCha20Poly1305, Hash::Sha256))),
            (0x0303, 0xc014, None),
            (0x0303, 0x1301, None),
            (0x0302, 0x009c, None),
            (0x0304, 0x1304, None),
        ] {
            assert_eq!(suite(version, id), expected, "{id:#06x}");
        }
    }
}
