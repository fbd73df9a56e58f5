//! One POST to a hook, sealed where its address says so. What it answers is its status alone: 2xx means that it was taken.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::model::Clock;

use super::Secret;

/// What posts.
pub struct Poster {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

impl Poster {
    /// Trusts the authorities that are given, as PEM, or without them those of this machine; each POST may take `timeout`.
    pub fn new(
        ca: Option<&[u8]>,
        timeout: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let builder = ClientConfig::builder();
        let config = match ca {
            None => builder
                .with_native_roots()
                .map_err(|why| format!("this machine's authorities cannot be read: {why}"))?
                .with_no_client_auth(),
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for one in CertificateDer::pem_slice_iter(pem) {
                    let one = one.map_err(|why| format!("cannot be read: {why}"))?;
                    roots.add(one).map_err(|why| why.to_string())?;
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            timeout,
            clock,
        })
    }

    /// Posts a message; tells why it was not taken.
    pub async fn post(
        &self,
        to: Uri,
        secret: &Secret,
        id: &str,
        body: &[u8],
    ) -> Result<(), String> {
        let now = self.clock.now().micros() / 1_000_000;
        let at = u64::try_from(now).unwrap_or_default();
        let request = Request::builder()
            .method(Method::POST)
            .uri(to)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", secret.sign(id, at, body))
            .body(Full::new(Bytes::copy_from_slice(body)))
            .map_err(|why| why.to_string())?;
        let asked = tokio::time::timeout(self.timeout, self.client.request(request));
        let answer = asked.await.map_err(|_| "no answer in time".to_owned())?;
        // The cause may name an address of the machine, which the operator wrote; it holds nothing of the message.
        let answer = answer.map_err(|why| match std::error::Error::source(&why) {
            Some(cause) => format!("{why}: {cause}"),
            None => why.to_string(),
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("status {}", status.as_u16()))
    }
}
