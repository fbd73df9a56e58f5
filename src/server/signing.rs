//! The keys that sign checkpoints and statements, as this room uses them: to sign, and to say by which key a signature is
//! checked.
//!
//! It must never show the secret half.

use crate::{
    config::Settings,
    desk::statement::Notary,
    journal::{
        checkpoint::{Checkpoint, Verifier},
        keys,
        record::Head,
    },
};

use super::{entropy::SystemEntropy, exit::Failure};

/// A checkpoint of a head, signed.
pub fn note(settings: &Settings, head: &Head) -> Result<String, Failure> {
    let key = key(settings)?;
    let origin = &settings.journal.origin;
    let checkpoint = Checkpoint::of(origin, head).map_err(|why| failed(&why))?;
    checkpoint.sign(origin, &key).map_err(|why| failed(&why))
}

/// The key that checks a checkpoint's signature, in the text form of C2SP signed notes: name, key hash, public key.
pub fn verifier_key(settings: &Settings) -> Result<String, Failure> {
    let public = key(settings)?.verifying_key();
    let verifier = Verifier::new(&settings.journal.origin, public);
    Ok(verifier.map_err(|why| failed(&why))?.to_vkey())
}

/// What signs statements. Its key is made in the data directory at the first start, and its public half lies beside it.
pub fn notary(settings: &Settings) -> Result<Notary, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::Register {
        what: "the key of statements cannot be used",
        why: why.to_string(),
    };
    let entropy = SystemEntropy::draw().map_err(|why| failed(&why))?;
    let dir = &settings.data_dir;
    let key = keys::statement_key(dir, &entropy).map_err(|why| failed(&why))?;
    let notary = Notary::new(key, settings.journal.origin.clone());
    keys::publish(dir, keys::STATEMENT_PUBLIC_FILE, &notary.public_jwk())
        .map_err(|why| failed(&why))?;
    Ok(notary)
}

fn key(settings: &Settings) -> Result<ed25519_dalek::SigningKey, Failure> {
    let entropy = SystemEntropy::draw().map_err(|why| failed(&why))?;
    keys::checkpoint_key(&settings.data_dir, &entropy).map_err(|why| failed(&why))
}

fn failed(why: &dyn std::fmt::Display) -> Failure {
    Failure::Register {
        what: "the key of checkpoints cannot be used",
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_opened_with_the_key_that_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings {
            data_dir: dir.path().to_owned(),
            ..Settings::default()
        };
        let note = note(&settings, &Head::empty()).unwrap();
        let told = verifier_key(&settings).unwrap();
        assert!(told.starts_with("oidra/register+"), "{told}");
        let verifier = Verifier::from_vkey(&told).unwrap();
        assert_eq!(verifier.open(note.as_bytes()).unwrap().size, 0);
    }
}
