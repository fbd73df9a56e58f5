//! One GET to a service of OID-IP over HTTP, sealed where its address says so (Standard 2, HTTP transport).
//!
//! Nothing but the question is sent: no token, no cookie, no name of this program. A service that moved is followed a few
//! times, never from a sealed address to a plain one.

use std::sync::{Arc, OnceLock};

use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_rustls::ConfigBuilderExt as _;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use super::HOP_BYTES_MAX;
use super::place::{Near, connect};

/// How often a service may say that it moved.
pub const MOVES_MAX: usize = 3;

/// Whom to trust: the authorities of a file, else those of this machine.
#[derive(Default)]
pub struct Trust {
    ca: Option<Vec<u8>>,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl Trust {
    /// Trusts the authorities that are given, as PEM, or without them those of this machine.
    pub fn new(ca: Option<Vec<u8>>) -> Self {
        Self {
            ca,
            config: OnceLock::new(),
        }
    }

    /// The configuration, made when it is needed for the first time.
    fn config(&self) -> Result<Arc<ClientConfig>, String> {
        self.config.get_or_init(|| self.make()).clone()
    }

    fn make(&self) -> Result<Arc<ClientConfig>, String> {
        let builder = ClientConfig::builder();
        let config = match &self.ca {
            None => builder
                .with_native_roots()
                .map_err(|why| format!("this machine's authorities cannot be read: {why}"))?
                .with_no_client_auth(),
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for one in CertificateDer::pem_slice_iter(pem) {
                    let one =
                        one.map_err(|why| format!("the authorities cannot be read: {why}"))?;
                    roots.add(one).map_err(|why| why.to_string())?;
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
        };
        Ok(Arc::new(config))
    }
}

/// Asks for `oid` at the service below `base`.
pub(super) async fn get(
    base: &str,
    oid: &str,
    trust: &Trust,
    near: Near,
) -> Result<(Vec<u8>, Near), String> {
    let mut address = parsed(&format!("{base}oid/{oid}/text"))?;
    for _ in 0..=MOVES_MAX {
        match once(&address, trust, near).await? {
            (Said::Body(octets), next) => return Ok((octets, next)),
            (Said::Moved(to), _) => address = moved(&address, &to)?,
        }
    }
    Err(format!("it moved more than {MOVES_MAX} times"))
}

/// What one GET leads to.
enum Said {
    /// An answer, whatever its status: what it says counts.
    Body(Vec<u8>),
    /// It is elsewhere.
    Moved(String),
}

fn parsed(address: &str) -> Result<Uri, String> {
    let uri: Uri = address.parse().map_err(|_| "no address of a service")?;
    let plain = uri
        .authority()
        .is_some_and(|one| !one.as_str().contains('@'));
    if plain {
        Ok(uri)
    } else {
        Err("no address of a service".to_owned())
    }
}

/// Where a service is now: an address, or a path of the same one.
fn moved(from: &Uri, to: &str) -> Result<Uri, String> {
    let next = if to.starts_with('/') && !to.starts_with("//") {
        let scheme = from.scheme_str().unwrap_or_default();
        let authority = from
            .authority()
            .map(ToString::to_string)
            .unwrap_or_default();
        format!("{scheme}://{authority}{to}")
    } else {
        to.to_owned()
    };
    let next = parsed(&next)?;
    match (from.scheme_str(), next.scheme_str()) {
        (_, Some("https")) | (Some("http"), Some("http")) => Ok(next),
        _ => Err("it moved to where it is not sealed, which is not followed".to_owned()),
    }
}

async fn once(address: &Uri, trust: &Trust, near: Near) -> Result<(Said, Near), String> {
    let sealed = address.scheme_str() == Some("https");
    let host = address.host().unwrap_or_default();
    let name = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let port = address.port_u16().unwrap_or(if sealed { 443 } else { 80 });
    let (stream, next) = connect(&name, port, near).await?;
    let said = if sealed {
        let name = ServerName::try_from(name).map_err(|_| "no name of a host")?;
        let sealed = TlsConnector::from(trust.config()?)
            .connect(name, stream)
            .await;
        let sealed = sealed.map_err(|why| format!("no sealed connection: {why}"))?;
        exchange(sealed, address).await?
    } else {
        exchange(stream, address).await?
    };
    Ok((said, next))
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: &Uri,
) -> Result<Said, String> {
    let told = |why: hyper::Error| format!("no answer over HTTP: {why}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(told)?;
    let driven = tokio::spawn(connection);
    let path = address.path_and_query().map_or("/", |path| path.as_str());
    let host = address
        .authority()
        .map(ToString::to_string)
        .unwrap_or_default();
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::ACCEPT, "text/vnd.viathinksoft.oidip")
        .body(Empty::<bytes::Bytes>::new())
        .map_err(|_| "no address of a service")?;
    let answer = sender.send_request(request).await.map_err(told)?;
    if answer.status().is_redirection()
        && let Some(to) = answer.headers().get(header::LOCATION)
    {
        driven.abort();
        let to = to.to_str().map_err(|_| "it moved to no address")?;
        return Ok(Said::Moved(to.to_owned()));
    }
    let body = Limited::new(answer.into_body(), HOP_BYTES_MAX)
        .collect()
        .await;
    driven.abort();
    let body = body.map_err(|why| format!("no whole answer: {why}"))?;
    Ok(Said::Body(body.to_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    #[test]
    fn a_service_moves_where_it_is_as_safe() {
        let from: Uri = "https://a.example/x".parse().unwrap();
        let to = |to: &str| moved(&from, to).map(|uri| uri.to_string());
        assert_eq!(to("/y").unwrap(), "https://a.example/y");
        assert_eq!(to("https://b.example/y").unwrap(), "https://b.example/y");
        for bad in [
            "http://b.example/",
            "//b.example/",
            "ftp://b.example/",
            "x",
            "https://me@b.example/",
        ] {
            assert!(to(bad).is_err(), "{bad}");
        }
        let plain: Uri = "http://a.example/x".parse().unwrap();
        assert!(moved(&plain, "http://b.example/").is_ok());
    }

    /// A service that says `said` to each of `times` connections; its address, and what it was asked.
    async fn serve(said: String, times: usize) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/oidip/", listener.local_addr().unwrap());
        let served = tokio::spawn(async move {
            let mut heard = Vec::new();
            for _ in 0..times {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut read = vec![0; 4_096];
                let count = stream.read(&mut read).await.unwrap();
                heard.push(String::from_utf8_lossy(&read[..count]).into_owned());
                stream.write_all(said.as_bytes()).await.ok();
            }
            heard
        });
        (base, served)
    }

    #[tokio::test]
    async fn the_question_alone_is_sent_and_any_status_is_read() {
        let said = "HTTP/1.1 470 Not Found - Superior Object Found\r\ncontent-length: 3\r\n\r\nabc";
        let (base, served) = serve(said.to_owned(), 1).await;
        let (octets, near) = get(&base, "2.999", &Trust::default(), Near::Here)
            .await
            .unwrap();
        assert_eq!((octets.as_slice(), near), (&b"abc"[..], Near::Here));
        let heard = served.await.unwrap().concat().to_lowercase();
        assert!(
            heard.starts_with("get /oidip/oid/2.999/text http/1.1\r\n"),
            "{heard}"
        );
        assert!(
            !heard.contains("authorization") && !heard.contains("user-agent"),
            "{heard}"
        );
    }

    #[tokio::test]
    async fn one_move_too_many_and_one_byte_too_many_are_refused() {
        let said = "HTTP/1.1 308 x\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n".to_owned();
        let (base, served) = serve(said, MOVES_MAX + 1).await;
        let refused = get(&base, "2.999", &Trust::default(), Near::Here)
            .await
            .unwrap_err();
        assert!(refused.contains("moved more than 3"), "{refused}");
        assert_eq!(served.await.unwrap().len(), MOVES_MAX + 1);
        let said = format!("HTTP/1.1 200 x\r\n\r\n{}", "%".repeat(HOP_BYTES_MAX + 1));
        let (base, _served) = serve(said, 1).await;
        let refused = get(&base, "2.999", &Trust::default(), Near::Here)
            .await
            .unwrap_err();
        assert!(refused.contains("no whole answer"), "{refused}");
    }

    #[tokio::test]
    async fn a_sealed_service_must_be_certified() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let pem = made.cert.pem().into_bytes();
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!(
            "https://localhost:{}/",
            listener.local_addr().unwrap().port()
        );
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut sealed) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut read = [0; 1_024];
                let count = sealed.read(&mut read).await;
                assert!(count.is_ok_and(|count| count > 0));
                sealed
                    .write_all(b"HTTP/1.1 200 x\r\ncontent-length: 2\r\n\r\nok")
                    .await
                    .ok();
            }
        });
        let trusted = Trust::new(Some(pem));
        let (octets, _) = get(&base, "2.999", &trusted, Near::Here).await.unwrap();
        assert_eq!(octets, b"ok");
        let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let stranger = Trust::new(Some(other.cert.pem().into_bytes()));
        let refused = get(&base, "2.999", &stranger, Near::Here)
            .await
            .unwrap_err();
        assert!(refused.contains("no sealed connection"), "{refused}");
    }
}
