//! Signed checkpoints: the tree head in the form of C2SP tlog-checkpoint, signed as a C2SP signed-note (Ed25519).
//!
//! ```text
//! <origin>
//! <tree size>
//! <base64 of the tree head>
//!
//! — <key name> <base64 of key hash ‖ signature>
//! ```
//!
//! It must never take a note for verified of which any byte that was signed, or the signature, differs.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::{Digest32, Head};

/// The signed-note's number for Ed25519.
const ED25519: u8 = 0x01;
/// The start of a signature line: an em dash and a space.
const SIGNATURE_MARK: &str = "\u{2014} ";
/// Longest origin and longest key name, in bytes.
pub const MAX_NAME_BYTES: usize = 255;
/// Longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 64 << 10;
/// Most signature lines that are read (the signed-note format asks for at least 16).
pub const MAX_SIGNATURES: usize = 64;

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: no schema, unique, such as `register.example/oid`.
    pub origin: String,
    /// How many records the tree has.
    pub size: u64,
    /// The tree head over them.
    pub root: Digest32,
}

/// Why a note, a key or a name is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text is not of the form.
    #[error("this is no checkpoint: {0}")]
    Form(&'static str),
    /// No signature is by this key.
    #[error("the checkpoint has no signature of {0}")]
    NotSigned(String),
    /// A signature that names this key is not its.
    #[error("the signature of {0} is wrong")]
    WrongSignature(String),
    /// The text is no verifier key.
    #[error("this is no verifier key: {0}")]
    Key(&'static str),
    /// A name (origin or key) is empty, too long, or has characters that the form doesn't allow.
    #[error("this is no name for a log or a key: {0:?}")]
    Name(String),
}

use CheckpointError::{Form, Key, Name, NotSigned, WrongSignature};

/// A key name: not empty, no white space, no plus sign (signed-note).
fn check_key_name(name: &str) -> Result<(), CheckpointError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains(bad) {
        return Err(Name(name.to_owned()));
    }
    Ok(())
}

/// An origin: one line that is not empty (tlog-checkpoint).
fn check_origin(origin: &str) -> Result<(), CheckpointError> {
    if origin.is_empty() || origin.len() > MAX_NAME_BYTES || origin.contains(char::is_control) {
        return Err(Name(origin.to_owned()));
    }
    Ok(())
}

/// SHA-256(name ‖ `\n` ‖ `0x01` ‖ public key), its first four bytes.
fn key_hash(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519]);
    let hash: [u8; 32] = hash.chain_update(key.as_bytes()).finalize().into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

/// A public key under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key: VerifyingKey,
}

impl Verifier {
    /// The verifier of `key` under `name`.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, CheckpointError> {
        check_key_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vkey text: name, `+`, key hash in hexadecimal, `+`, base64 of `0x01` ‖ public key.
    pub fn to_vkey(&self) -> String {
        let hash = hex::encode(key_hash(&self.name, &self.key));
        let mut typed = vec![ED25519];
        typed.extend(self.key.as_bytes());
        format!("{}+{hash}+{}", self.name, BASE64.encode(typed))
    }

    /// Reads a vkey text.
    pub fn from_vkey(text: &str) -> Result<Self, CheckpointError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Key("it has not three parts"));
        };
        check_key_name(name)?;
        let typed = BASE64
            .decode(key)
            .map_err(|_| Key("its third part is not base64"))?;
        let Some((&ED25519, key)) = typed.split_first() else {
            return Err(Key("it is not for Ed25519"));
        };
        let key = <&[u8; 32]>::try_from(key).map_err(|_| Key("the public key has not 32 bytes"))?;
        let key = VerifyingKey::from_bytes(key)
            .map_err(|_| Key("the public key is no point of the curve"))?;
        if hash != hex::encode(key_hash(name, &key)) {
            return Err(Key("its hash is not that of name and key"));
        }
        Self::new(name, key)
    }

    /// Reads a signed note and checks this key's signature; what others signed beside it is not looked at.
    pub fn open(&self, note: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let (text, signatures) = split_note(note)?;
        let own = key_hash(&self.name, &self.key);
        let mut signed = false;
        for (name, blob) in signatures {
            let Some((hash, signature)) = blob.split_first_chunk::<4>() else {
                return Err(Form("a signature is too short"));
            };
            if name != self.name || *hash != own {
                continue;
            }
            let wrong = || WrongSignature(self.name.clone());
            let signature = Signature::from_slice(signature).map_err(|_| wrong())?;
            self.key
                .verify_strict(text.as_bytes(), &signature)
                .map_err(|_| wrong())?;
            signed = true;
        }
        if signed {
            Checkpoint::parse(text)
        } else {
            Err(NotSigned(self.name.clone()))
        }
    }
}

impl Checkpoint {
    /// The checkpoint of a journal's head.
    pub fn of(origin: &str, head: &Head) -> Result<Self, CheckpointError> {
        check_origin(origin)?;
        Ok(Self {
            origin: origin.to_owned(),
            size: head.seq.get(),
            root: head.root,
        })
    }

    /// The text that is signed.
    fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            BASE64.encode(self.root.0)
        )
    }

    /// The signed note, by `key` under `name`.
    pub fn sign(&self, name: &str, key: &SigningKey) -> Result<String, CheckpointError> {
        check_origin(&self.origin)?;
        check_key_name(name)?;
        let text = self.text();
        let mut blob = key_hash(name, &key.verifying_key()).to_vec();
        blob.extend(key.sign(text.as_bytes()).to_bytes());
        Ok(format!(
            "{text}\n{SIGNATURE_MARK}{name} {}\n",
            BASE64.encode(blob)
        ))
    }

    /// Reads the signed text. Lines after the third are extensions, which this form leaves to others.
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(Form("it has not three lines"));
        };
        check_origin(origin)?;
        let plain = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit());
        if !plain || (size.len() > 1 && size.starts_with('0')) {
            return Err(Form("the tree size is not a plain decimal number"));
        }
        let size = size
            .parse()
            .map_err(|_| Form("the tree size is too large"))?;
        let root = BASE64
            .decode(root)
            .map_err(|_| Form("the tree head is not base64"))?;
        let root = root
            .try_into()
            .map_err(|_| Form("the tree head has not 32 bytes"))?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root: Digest32(root),
        })
    }
}

/// A note's signatures: each key's name with its key hash and signature.
type Signatures<'a> = Vec<(&'a str, Vec<u8>)>;

/// Parts the signed text from the signature lines.
fn split_note(note: &[u8]) -> Result<(&str, Signatures<'_>), CheckpointError> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(Form("it is too long"));
    }
    let note = std::str::from_utf8(note).map_err(|_| Form("it is not UTF-8"))?;
    if note.contains(|c: char| c.is_ascii_control() && c != '\n') {
        return Err(Form("it has control characters"));
    }
    let at = note.rfind("\n\n").ok_or(Form("it has no blank line"))?;
    let (text, rest) = note
        .split_at_checked(at + 1)
        .ok_or(Form("it has no blank line"))?;
    let lines = rest
        .strip_prefix('\n')
        .and_then(|lines| lines.strip_suffix('\n'));
    let lines = lines
        .filter(|lines| !lines.is_empty())
        .ok_or(Form("it has no signature line"))?;
    let mut signatures = Vec::new();
    for line in lines.split('\n') {
        let line = line
            .strip_prefix(SIGNATURE_MARK)
            .ok_or(Form("a line is no signature line"))?;
        let (name, blob) = line
            .split_once(' ')
            .ok_or(Form("a signature line has not two parts"))?;
        check_key_name(name)?;
        let blob = BASE64
            .decode(blob)
            .map_err(|_| Form("a signature is not base64"))?;
        if signatures.len() == MAX_SIGNATURES {
            return Err(Form("it has too many signatures"));
        }
        signatures.push((name, blob));
    }
    Ok((text, signatures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Seq;

    const NAME: &str = "register.example/oid";

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_bytes(&[byte; 32])
    }

    fn checkpoint() -> Checkpoint {
        let head = Head {
            seq: Seq::new(1_234),
            root: Digest32([7; 32]),
            time_us: 5,
        };
        Checkpoint::of("register.example/oid", &head).unwrap()
    }

    fn verifier(byte: u8) -> Verifier {
        Verifier::new(NAME, key(byte).verifying_key()).unwrap()
    }

    #[test]
    fn a_note_has_the_written_form_and_opens() {
        let note = checkpoint().sign(NAME, &key(1)).unwrap();
        let lines: Vec<&str> = note.split('\n').collect();
        let root = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        assert_eq!(lines[..4], ["register.example/oid", "1234", root, ""]);
        assert!(lines[4].starts_with("— register.example/oid "));
        assert_eq!(lines[5..], [""]);
        assert_eq!(verifier(1).open(note.as_bytes()), Ok(checkpoint()));
        assert_eq!(
            verifier(2).open(note.as_bytes()),
            Err(NotSigned(NAME.to_owned()))
        );
    }

    #[test]
    fn no_flipped_or_missing_byte_passes() {
        let note = checkpoint().sign(NAME, &key(1)).unwrap().into_bytes();
        let verifier = verifier(1);
        for place in 0..note.len() {
            for bit in 0..8 {
                let mut changed = note.clone();
                changed[place] ^= 1 << bit;
                assert!(verifier.open(&changed).is_err(), "byte {place}, bit {bit}");
            }
            let mut changed = note.clone();
            changed.remove(place);
            assert!(verifier.open(&changed).is_err(), "byte {place} removed");
            assert!(verifier.open(&note[..place]).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn other_signatures_are_left_alone_and_extensions_stay_signed() {
        let note = checkpoint().sign(NAME, &key(1)).unwrap();
        let other = checkpoint().sign("witness.example", &key(2)).unwrap();
        let line = other.split("\n\n").nth(1).unwrap();
        let both = format!("{note}{line}");
        assert_eq!(verifier(1).open(both.as_bytes()), Ok(checkpoint()));
        // A second line of the same key must be right as well.
        let wrong = note.split("\n\n").nth(1).unwrap();
        let text = checkpoint().text().replace("1234", "1235");
        assert!(
            verifier(1)
                .open(format!("{text}\n{wrong}").as_bytes())
                .is_err()
        );
        let many = format!("{note}{}", line.repeat(MAX_SIGNATURES));
        assert_eq!(
            verifier(1).open(many.as_bytes()),
            Err(Form("it has too many signatures"))
        );
        let long = format!("{}{note}", "x".repeat(MAX_NOTE_BYTES));
        assert_eq!(
            verifier(1).open(long.as_bytes()),
            Err(Form("it is too long"))
        );
    }

    #[test]
    fn malformed_texts_are_refused_even_when_signed() {
        let check = |text: &str, expect: CheckpointError| {
            let key = key(1);
            let mut blob = key_hash(NAME, &key.verifying_key()).to_vec();
            blob.extend(key.sign(text.as_bytes()).to_bytes());
            let note = format!("{text}\n{SIGNATURE_MARK}{NAME} {}\n", BASE64.encode(blob));
            assert_eq!(verifier(1).open(note.as_bytes()), Err(expect), "{text:?}");
        };
        let root = BASE64.encode([7; 32]);
        check("origin\n", Form("it has not three lines"));
        check(
            &format!("origin\n012\n{root}\n"),
            Form("the tree size is not a plain decimal number"),
        );
        check(
            &format!("origin\n+1\n{root}\n"),
            Form("the tree size is not a plain decimal number"),
        );
        check(
            &format!("origin\n18446744073709551616\n{root}\n"),
            Form("the tree size is too large"),
        );
        check("origin\n1\nAAAA\n", Form("the tree head has not 32 bytes"));
        check("origin\n1\n***\n", Form("the tree head is not base64"));
        check(&format!("\n1\n{root}\n"), Name(String::new()));
    }

    #[test]
    fn vkeys_read_back_and_the_specification_s_example_is_understood() {
        let example = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(Verifier::from_vkey(example).unwrap().to_vkey(), example);
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        // Its signature is right; its text is no checkpoint.
        let opened = Verifier::from_vkey(example).unwrap().open(note.as_bytes());
        assert_eq!(
            opened,
            Err(Form("the tree size is not a plain decimal number"))
        );
        let vkey = verifier(1).to_vkey();
        assert_eq!(Verifier::from_vkey(&vkey), Ok(verifier(1)));
        for place in 0..vkey.len() {
            let mut changed = vkey.clone().into_bytes();
            changed[place] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            assert!(Verifier::from_vkey(&changed).is_err(), "{changed}");
        }
    }

    #[test]
    fn names_are_held_to_their_form() {
        let long = "n".repeat(MAX_NAME_BYTES + 1);
        for bad in ["", "a b", "a+b", "a\nb", "a\u{a0}b", long.as_str()] {
            assert_eq!(checkpoint().sign(bad, &key(1)), Err(Name(bad.to_owned())));
        }
        for bad in ["", "a\nb", long.as_str()] {
            assert_eq!(
                Checkpoint::of(bad, &Head::empty()),
                Err(Name(bad.to_owned()))
            );
        }
    }
}
