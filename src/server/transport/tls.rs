//! TLS on the API's port (RFC 8446, RFC 5246 with the suites that RFC 9325 still recommends), and its files as they change.
//!
//! Whoever connects gets the files' newest state that was without fault; connections that stand are never touched. A faulty
//! file is told and the state before it goes on. It must never let a key or what it is made of reach a log.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};
use tokio::signal::unix::Signal;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{self, ClientAuth},
    telemetry::events::{CertificateLoaded, CertificateRefused, Emit as _},
};

use super::certificate;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Most bytes of one of the files.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// What is spoken inside, the better one first (RFC 7301).
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why a file of `[tls]` cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the file {} (setting {key}) cannot be used: {detail}", file.display())]
pub struct TlsError {
    /// Which setting names it.
    pub key: &'static str,
    /// The file.
    pub file: PathBuf,
    /// What is wrong.
    pub detail: String,
}

/// The state of one file, by which a change is noticed.
type Mark = Option<(SystemTime, u64, u64)>;

/// TLS as the files say.
#[derive(Debug)]
pub struct Tls {
    files: config::Tls,
    current: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files; `None` where the settings want none.
    pub fn load(files: &config::Tls) -> Result<Option<Self>, TlsError> {
        if !files.is_on() {
            return Ok(None);
        }
        let current = RwLock::new(Arc::new(read(files)?));
        let files = files.clone();
        Ok(Some(Self { files, current }))
    }

    /// Makes connections of the newest state.
    pub fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current).into()
    }

    /// Reads the files whenever they change or a hang-up is signalled, until the server stops.
    pub async fn keep_fresh(self: Arc<Self>, mut hangup: Signal, stopping: CancellationToken) {
        let mut seen = self.marks();
        loop {
            let asked = tokio::select! {
                () = stopping.cancelled() => return,
                Some(()) = hangup.recv() => true,
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let own = Arc::clone(&self);
            let before = seen.clone();
            let looked = tokio::task::spawn_blocking(move || own.look(&before, asked));
            seen = looked.await.unwrap_or(seen);
        }
    }

    /// Reads the files if they changed since `before`, or if `asked` to; what they are like now.
    fn look(&self, before: &[Mark], asked: bool) -> Vec<Mark> {
        // Before the reading: what changes during it is seen the next time.
        let now = self.marks();
        if asked || now != before {
            match read(&self.files) {
                Ok(fresh) => {
                    let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                    *current = Arc::new(fresh);
                }
                Err(why) => CertificateRefused {
                    why: &why.to_string(),
                }
                .emit(),
            }
        }
        now
    }

    fn marks(&self) -> Vec<Mark> {
        let mark = |file: &PathBuf| {
            let found = fs::metadata(file).ok()?;
            Some((found.modified().ok()?, found.len(), found.ino()))
        };
        let files = &self.files;
        [&files.certificate, &files.key, &files.client_ca]
            .map(mark)
            .to_vec()
    }
}

/// The configuration that the files make.
fn read(files: &config::Tls) -> Result<ServerConfig, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let chain = certificates("tls.certificate", &files.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&bytes("tls.key", &files.key)?)
        .map_err(|why| wrong("tls.key", &files.key)(why.to_string()))?;
    let not_after = chain.first().and_then(|leaf| certificate::end(leaf));
    let verifier = verifier(files, &provider)?;
    let mut made = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|why| wrong("tls.certificate", &files.certificate)(why.to_string()))?
        .with_client_cert_verifier(verifier)
        // Also refuses a key that is not the certificate's.
        .with_single_cert(chain, key)
        .map_err(|why| wrong("tls.certificate", &files.certificate)(why.to_string()))?;
    made.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
    CertificateLoaded {
        file: &files.certificate,
        not_after,
    }
    .emit();
    Ok(made)
}

/// Who asks clients for certificates, if anybody.
fn verifier(
    files: &config::Tls,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    if files.client_auth == ClientAuth::None {
        return Ok(WebPkiClientVerifier::no_client_auth());
    }
    let unusable = |why: String| wrong("tls.client_ca", &files.client_ca)(why);
    let mut roots = RootCertStore::empty();
    for authority in certificates("tls.client_ca", &files.client_ca)? {
        roots
            .add(authority)
            .map_err(|why| unusable(why.to_string()))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let builder = match files.client_auth {
        ClientAuth::Optional => builder.allow_unauthenticated(),
        ClientAuth::None | ClientAuth::Required => builder,
    };
    let made = builder.build().map_err(|why| unusable(why.to_string()))?;
    Ok(made)
}

/// The certificates of a file, at least one.
fn certificates(key: &'static str, file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = bytes(key, file)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let read = read.map_err(|why| wrong(key, file)(why.to_string()))?;
    if read.is_empty() {
        return Err(wrong(key, file)("it has no certificate".to_owned()));
    }
    Ok(read)
}

fn bytes(key: &'static str, file: &Path) -> Result<Vec<u8>, TlsError> {
    let wrong = wrong(key, file);
    let read = fs::metadata(file).and_then(|found| {
        if found.len() > FILE_BYTES_MAX {
            let detail = format!("it has more than {FILE_BYTES_MAX} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
        }
        fs::read(file)
    });
    read.map_err(|why| wrong(why.to_string()))
}

fn wrong(key: &'static str, file: &Path) -> impl Fn(String) -> TlsError {
    let file = file.to_owned();
    move |detail| TlsError {
        key,
        file: file.clone(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    /// Writes a certificate of its own and its key.
    fn write(dir: &Path, name: &str) -> config::Tls {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([format!("{name}.example")]).unwrap();
        let files = config::Tls {
            certificate: dir.join("server.pem"),
            key: dir.join("server.key"),
            ..config::Tls::default()
        };
        fs::write(&files.certificate, cert.pem()).unwrap();
        fs::write(&files.key, signing_key.serialize_pem()).unwrap();
        files
    }

    fn state(tls: &Tls) -> Arc<ServerConfig> {
        Arc::clone(tls.acceptor().config())
    }

    #[test]
    fn a_faulty_file_keeps_what_was_before_and_a_good_one_takes_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let files = write(dir.path(), "a");
        let tls = Tls::load(&files).unwrap().unwrap();
        let (first, marks) = (state(&tls), tls.marks());
        assert_eq!(tls.look(&marks, false), marks);
        assert!(Arc::ptr_eq(&first, &state(&tls)), "read though unchanged");
        fs::write(&files.certificate, "torn").unwrap();
        let marks = tls.look(&marks, false);
        assert!(Arc::ptr_eq(&first, &state(&tls)), "a faulty file was taken");
        write(dir.path(), "b");
        let marks = tls.look(&marks, false);
        let second = state(&tls);
        assert!(
            !Arc::ptr_eq(&first, &second),
            "the new files were not taken"
        );
        tls.look(&marks, true);
        assert!(
            !Arc::ptr_eq(&second, &state(&tls)),
            "asked for and not read"
        );
    }

    #[test]
    fn a_faulty_file_is_told_with_its_setting() {
        let dir = tempfile::tempdir().unwrap();
        let check = |change: &dyn Fn(&mut config::Tls), key: &str, said: &str| {
            let mut files = write(dir.path(), "a");
            change(&mut files);
            let fault = Tls::load(&files).unwrap_err();
            assert_eq!(fault.key, key, "{fault}");
            assert!(fault.to_string().contains(said), "{fault}");
        };
        let missing = dir.path().join("missing");
        let empty = dir.path().join("empty");
        fs::write(&empty, "").unwrap();
        let long = dir.path().join("long");
        fs::write(
            &long,
            " ".repeat(usize::try_from(FILE_BYTES_MAX).unwrap() + 1),
        )
        .unwrap();
        check(
            &|files| files.certificate = missing.clone(),
            "tls.certificate",
            "missing",
        );
        check(
            &|files| files.certificate = empty.clone(),
            "tls.certificate",
            "no certificate",
        );
        check(
            &|files| files.certificate = long.clone(),
            "tls.certificate",
            "more than",
        );
        check(&|files| files.key = empty.clone(), "tls.key", "empty");
        check(
            &|files| {
                files.client_auth = ClientAuth::Required;
                files.client_ca = empty.clone();
            },
            "tls.client_ca",
            "no certificate",
        );
        let other = tempfile::tempdir().unwrap();
        let others = write(other.path(), "b");
        check(
            &|files| files.key = others.key.clone(),
            "tls.certificate",
            "",
        );
    }

    #[test]
    fn no_files_mean_no_tls() {
        assert!(Tls::load(&config::Tls::default()).unwrap().is_none());
    }
}
