//! What answers of OID-IP tell beyond the register, from the settings: pages, the authority itself, and the key that signs.

use std::sync::Arc;

use crate::{
    config::{Settings, Signatures},
    http::Base,
    journal::keys,
    oidip::{Alphabet, House, Publication, Signer},
};

use super::{entropy::SystemEntropy, exit::Failure};

/// What the settings say. The key is made in the data directory when it is wanted for the first time.
pub fn publication(settings: &Settings) -> Result<Publication, Failure> {
    let told = &settings.oidip;
    let base = Base::new(&settings.http.public_url);
    let permalinks = base.is_absolute().then(|| Arc::from(base.url("/oid/")));
    let alphabet = match told.signatures {
        Signatures::Off => None,
        Signatures::Jws => Some(Alphabet::Jws),
        Signatures::Schema => Some(Alphabet::Schema),
    };
    let signer = alphabet.map(|alphabet| signer(settings, alphabet));
    Ok(Publication {
        permalinks,
        house: House {
            name: told.authority_name.clone(),
            email: told.authority_email.clone(),
            url: told.authority_url.clone(),
        },
        signer: signer.transpose()?.map(Arc::new),
    })
}

fn signer(settings: &Settings, alphabet: Alphabet) -> Result<Signer, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::Register {
        what: "the key of OID-IP answers cannot be used",
        why: why.to_string(),
    };
    let entropy = SystemEntropy::draw().map_err(|why| failed(&why))?;
    let key = keys::oidip_key(&settings.data_dir, &entropy).map_err(|why| failed(&why))?;
    let signer = Signer::new(key, alphabet);
    keys::publish(
        &settings.data_dir,
        keys::OIDIP_PUBLIC_FILE,
        &signer.public_jwk(),
    )
    .map_err(|why| failed(&why))?;
    Ok(signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_when_signatures_are_wanted_and_its_public_half_lies_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings {
            data_dir: dir.path().to_owned(),
            ..Settings::default()
        };
        assert!(publication(&settings).unwrap().signer.is_none());
        assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none());
        settings.oidip.signatures = Signatures::Schema;
        let first = publication(&settings).unwrap().signer.unwrap();
        let again = publication(&settings).unwrap().signer.unwrap();
        assert_eq!(first.public_jwk(), again.public_jwk());
        let told = std::fs::read_to_string(dir.path().join(keys::OIDIP_PUBLIC_FILE)).unwrap();
        assert_eq!(told.trim_end(), first.public_jwk());
    }
}
