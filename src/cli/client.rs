//! The way to the server: one channel, a token, a time limit, and retries of what may pass.
//!
//! A call is repeated only where it cannot have been refused for what it says, always with the same request id, and a
//! bounded number of times. It must never decide what a command means.

use std::time::Duration;

use tonic::{
    Request, Response, Status,
    metadata::{AsciiMetadataValue, MetadataValue},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use tonic_health::pb::health_client::HealthClient;

use crate::{
    cli::{
        failure::Failure,
        settings::{Seals, Settings},
    },
    pb::v1::{
        access_service_client::AccessServiceClient,
        administration_service_client::AdministrationServiceClient,
        application_service_client::ApplicationServiceClient,
        audit_service_client::AuditServiceClient, notation_service_client::NotationServiceClient,
        registration_service_client::RegistrationServiceClient,
        resolution_service_client::ResolutionServiceClient,
    },
};

/// How often a call is made in all.
const ATTEMPTS_MAX: u32 = 4;
/// The first pause between two attempts; each further one is twice as long.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
/// The longest pause; where the server asks for a longer one, the caller is told instead.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// How long to wait for a connection.
const CONNECT_SECONDS_MAX: Duration = Duration::from_secs(5);
/// Most octets of one answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The way to one server.
#[derive(Clone)]
pub struct Client {
    channel: Channel,
    server: String,
    token: Option<AsciiMetadataValue>,
    timeout: Duration,
}

macro_rules! services {
    ($($name:ident $client:ident;)*) => {$(
        /// The client of one service.
        pub fn $name(&self) -> $client<Channel> {
            $client::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
        }
    )*};
}

impl Client {
    services! {
        resolution ResolutionServiceClient;
        registration RegistrationServiceClient;
        notation NotationServiceClient;
        access AccessServiceClient;
        administration AdministrationServiceClient;
        audit AuditServiceClient;
        applications ApplicationServiceClient;
        health HealthClient;
    }

    /// Makes ready to ask; the connection itself is made with the first call.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let server = settings.server.clone();
        let endpoint = endpoint(&server, settings)?;
        let token = settings.token()?.map(|token| bearer(&token)).transpose()?;
        let endpoint = endpoint
            .connect_timeout(CONNECT_SECONDS_MAX)
            .tcp_nodelay(true);
        Ok(Self {
            channel: endpoint.connect_lazy(),
            server,
            token,
            timeout: settings.timeout,
        })
    }

    /// Where the server answers.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Makes a call, again where it may pass.
    pub async fn call<Q: Clone, A>(
        &self,
        message: &Q,
        send: impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
    ) -> Result<A, Failure> {
        let mut pause = PAUSE_FIRST;
        for _ in 1..ATTEMPTS_MAX {
            match self.once(message, &send, Some(self.timeout)).await {
                Err(failure) if failure.transient() => {
                    let asked = asked_pause(&failure);
                    if asked.is_some_and(|asked| asked > PAUSE_MAX) {
                        return Err(failure);
                    }
                    tokio::time::sleep(asked.unwrap_or(pause).min(PAUSE_MAX)).await;
                    pause = pause.saturating_mul(2);
                }
                result => return result,
            }
        }
        self.once(message, &send, Some(self.timeout)).await
    }

    /// Makes a call once; without a `timeout` it may take as long as it likes.
    pub async fn once<Q: Clone, A>(
        &self,
        message: &Q,
        send: &impl AsyncFn(Request<Q>) -> Result<Response<A>, Status>,
        timeout: Option<Duration>,
    ) -> Result<A, Failure> {
        let mut request = Request::new(message.clone());
        if let Some(timeout) = timeout {
            request.set_timeout(timeout);
        }
        if let Some(token) = &self.token {
            request
                .metadata_mut()
                .insert("authorization", token.clone());
        }
        let answer = send(request)
            .await
            .map_err(|status| self.failure(&status))?;
        Ok(answer.into_inner())
    }

    /// What a status of this server means.
    pub fn failure(&self, status: &Status) -> Failure {
        Failure::of_status(status, &self.server)
    }
}

/// Where and how to connect.
fn endpoint(server: &str, settings: &Settings) -> Result<Endpoint, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::Config(format!(
            "{server} is no address of a server ({error}); write http://HOST:PORT, https://HOST:PORT or unix:FILE"
        ))
    };
    let endpoint = Endpoint::from_shared(server.to_owned()).map_err(|error| wrong(&error))?;
    if let Some(path) = server.strip_prefix("unix:") {
        return match path.trim_start_matches("//") {
            "" => Err(wrong(&"no file behind unix:")),
            _ => Ok(endpoint),
        };
    }
    if endpoint.uri().host().is_none() {
        return Err(wrong(&"no host in it"));
    }
    match endpoint.uri().scheme_str() {
        Some("http") => Ok(endpoint),
        Some("https") => {
            let sealed = endpoint.tls_config(sealed(settings.seals()?));
            sealed.map_err(|error| Failure::Config(told(&error)))
        }
        _ => Err(wrong(&"no http:// or https:// before it")),
    }
}

/// Whom to trust, and what to show.
fn sealed(seals: Seals) -> ClientTlsConfig {
    let config = match seals.ca {
        Some(ca) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    match seals.identity {
        Some((cert, key)) => config.identity(Identity::from_pem(cert, key)),
        None => config,
    }
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut told = format!("the files for TLS (--ca, --cert, --key) cannot be used: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

fn asked_pause(failure: &Failure) -> Option<Duration> {
    let Failure::Refused(refused) = failure else {
        return None;
    };
    u64::try_from(refused.retry_after_millis?)
        .ok()
        .map(Duration::from_millis)
}

fn bearer(token: &str) -> Result<AsciiMetadataValue, Failure> {
    let mut value: AsciiMetadataValue = MetadataValue::try_from(format!("Bearer {token}"))
        .map_err(|_| Failure::Config("the token has characters that no token has".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tonic_types::{ErrorDetails, StatusExt as _};

    use super::*;
    use crate::cli::args::Global;

    fn client(server: &str) -> Result<Client, Failure> {
        let global = Global {
            server: Some(server.to_owned()),
            ..Global::default()
        };
        Client::open(&Settings::settle(&global, &|_| None)?)
    }

    #[tokio::test]
    async fn addresses() {
        assert!(client("http://127.0.0.1:8340").is_ok());
        assert!(client("unix:/run/oidra/admin.sock").is_ok());
        for server in [
            "x", "ftp://x", "", "http://", "https://", "unix:", "unix://",
        ] {
            assert!(
                matches!(client(server), Err(Failure::Config(_))),
                "{server:?}"
            );
        }
        assert!(bearer("oidra_abc").unwrap().is_sensitive());
        assert!(matches!(bearer("a\nb"), Err(Failure::Config(_))));
    }

    async fn attempts(code: tonic::Code, reason: &str) -> u32 {
        let calls = Cell::new(0);
        let details =
            ErrorDetails::with_error_info(reason, "oidra", std::collections::HashMap::new());
        let result: Result<(), Failure> = client("http://127.0.0.1:9")
            .unwrap()
            .call(&(), async |_request| {
                calls.set(calls.get() + 1);
                Err(Status::with_error_details(code, "no", details.clone()))
            })
            .await;
        assert!(result.is_err());
        calls.get()
    }

    #[tokio::test]
    async fn only_what_may_pass_is_repeated_and_not_for_ever() {
        assert_eq!(
            attempts(tonic::Code::Unavailable, "NOT_READY").await,
            ATTEMPTS_MAX
        );
        assert_eq!(
            attempts(tonic::Code::Unavailable, "WRITING_STOPPED").await,
            1
        );
        assert_eq!(
            attempts(tonic::Code::AlreadyExists, "NUMBER_TAKEN").await,
            1
        );
        assert_eq!(attempts(tonic::Code::Aborted, "REVISION_MOVED").await, 1);
    }
}
