//! Certificates to develop and test with: an authority of one's own, a server's certificate for this machine, a client's.
//!
//! The authority's key is never written, so that nobody can certify anything more with it. Nothing is overwritten.

use std::{
    fs::OpenOptions,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

use crate::model::clock::{Clock as _, SystemClock};

use super::exit::Failure;

/// The authority's certificate, for clients (`--ca`) and for `tls.client_ca`.
pub const AUTHORITY: &str = "ca.pem";
/// Names of this machine that a server's certificate is always for.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// For how long the certificates hold: some clients take none that holds for more than 398 days.
const LIFE: Duration = Duration::from_secs(397 * 86_400);
/// For how long they hold already.
const SLACK: Duration = Duration::from_secs(3_600);
/// Everybody may read certificates.
const CERTIFICATE_MODE: u32 = 0o644;
/// Nobody but the owner may read keys.
const KEY_MODE: u32 = 0o600;

/// Writes `ca.pem`, `server.pem`, `server.key`, `client.pem` and `client.key` into `dir`; the paths, in this order.
pub fn write(dir: &Path, names: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let made = Made::new(names).map_err(|why| Failure::Register {
        what: "no certificate could be made",
        why: why.to_string(),
    })?;
    std::fs::create_dir_all(dir).map_err(Failure::file("make the directory", dir))?;
    made.files
        .iter()
        .map(|(name, mode, text)| {
            let path = dir.join(name);
            let mut open = OpenOptions::new();
            let opened = open.write(true).create_new(true).mode(*mode).open(&path);
            let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(Failure::file("write", &path))?;
            Ok(path)
        })
        .collect()
}

struct Made {
    files: Vec<(&'static str, u32, String)>,
}

impl Made {
    fn new(names: &[String]) -> Result<Self, rcgen::Error> {
        let mut params = common("oidra development authority", Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let mut files = vec![(AUTHORITY, CERTIFICATE_MODE, authority.pem())];
        let all = LOCAL_NAMES.iter().map(|name| (*name).to_owned());
        let all = all.chain(names.iter().cloned()).collect();
        for (name, certificate, key, names, usage) in [
            (
                "localhost",
                "server.pem",
                "server.key",
                all,
                ExtendedKeyUsagePurpose::ServerAuth,
            ),
            (
                "developer",
                "client.pem",
                "client.key",
                Vec::new(),
                ExtendedKeyUsagePurpose::ClientAuth,
            ),
        ] {
            let mut params = common(name, names)?;
            params.use_authority_key_identifier_extension = true;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![usage];
            let pair = KeyPair::generate()?;
            let signed = params.signed_by(&pair, &authority)?;
            files.push((certificate, CERTIFICATE_MODE, signed.pem()));
            files.push((key, KEY_MODE, pair.serialize_pem()));
        }
        Ok(Self { files })
    }
}

/// What all have in common.
fn common(name: &str, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let micros = u64::try_from(SystemClock.now().micros()).unwrap_or_default();
    let now = UNIX_EPOCH + Duration::from_micros(micros);
    // A clock that is a little behind does no harm.
    params.not_before = (now - SLACK).into();
    params.not_after = (now + LIFE).into();
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn keys_are_the_owners_and_nothing_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("tls");
        let paths = write(&inside, &["oid.example".to_owned()]).unwrap();
        assert_eq!(paths.len(), 5);
        for path in &paths {
            let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let is_key = path.extension().is_some_and(|end| end == "key");
            let expect = if is_key { KEY_MODE } else { CERTIFICATE_MODE };
            // What the process masks is masked.
            assert_eq!(mode & expect, mode, "{}", path.display());
        }
        assert!(matches!(write(&inside, &[]), Err(Failure::File { .. })));
        assert!(write(&dir.path().join("b"), &["not a name ü".to_owned()]).is_err());
    }
}
