//! The face itself: one function from an HTTP request to its answer, whatever of gRPC it speaks.
//!
//! gRPC goes straight to its service: nearly every call is one, and passes nothing that only browsers need. gRPC-Web is
//! translated first, under CORS. Anything else is answered in plain text. It must never look into a message.

use std::{convert::Infallible, sync::Arc, time::Instant};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version, header,
};
use http_body::Body as HttpBody;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{body::Body, codec::CompressionEncoding, server::NamedService, service::Routes};
use tower::{
    BoxError, Layer as _, Service as _, ServiceExt, service_fn, util::BoxCloneSyncService,
};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::{
    desk::Desk,
    pb::{
        self,
        v1::{
            access_service_server::AccessServiceServer,
            administration_service_server::AdministrationServiceServer,
            application_service_server::ApplicationServiceServer,
            audit_service_server::AuditServiceServer,
            notation_service_server::NotationServiceServer,
            registration_service_server::RegistrationServiceServer,
            resolution_service_server::ResolutionServiceServer,
        },
    },
    telemetry::calls::Calls,
};

use super::{
    access::Keeper, administration::Administrator, applications::Caseworker, audit::Auditor,
    health, layer, notation::Translator, registration::Registrar, resolution::Resolver,
};

/// For how long browsers may remember what the CORS answer said, in seconds.
const CORS_SECONDS: u64 = 7_200;

/// Why the face could not be built: the descriptors that reflection answers from are not readable.
#[derive(Debug, thiserror::Error)]
#[error("the descriptors of the API could not be read: {0}")]
pub struct BuildError(#[from] tonic_reflection::server::Error);

/// Everything that is served on one port: gRPC and gRPC-Web by content type, over HTTP/1.1 and HTTP/2. Cheap to clone.
#[derive(Clone)]
pub struct Face(Arc<Faces>);

/// What a request may speak.
struct Faces {
    services: Arc<Services>,
    web: BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>,
}

impl Face {
    /// The face of what `desk` keeps. Must be called within a runtime: a task keeps the health answers true.
    pub fn new(desk: Arc<Desk>) -> Result<Self, BuildError> {
        let services = Arc::new(Services::new(desk)?);
        let direct = Arc::clone(&services);
        let calls = service_fn(move |request: Request<Body>| {
            let direct = Arc::clone(&direct);
            async move { Ok::<_, Infallible>(direct.call(request).await) }
        });
        let web = cors().layer(tonic_web::GrpcWebLayer::new().layer(calls));
        let web = ServiceExt::<Request<Body>>::map_response(web, |answer| answer.map(Body::new));
        let web = BoxCloneSyncService::new(web);
        Ok(Self(Arc::new(Faces { services, web })))
    }

    /// Whether a request is this face's: by its content type, or because a browser asks whether it may call a service.
    pub fn speaks<B>(request: &Request<B>) -> bool {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.map(HeaderValue::as_bytes).unwrap_or_default();
        let asks = || {
            // Only names of services have a full stop within.
            let name = service(request.uri().path());
            request.method() == Method::OPTIONS && name.trim_start_matches('.').contains('.')
        };
        kind.starts_with(b"application/grpc") || asks()
    }

    /// The answer to a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError> + Send + Sync,
    {
        match spoken(&request) {
            Spoken::Grpc => self.0.services.call(request).await,
            Spoken::Web => match self.0.web.clone().oneshot(request.map(Body::new)).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            },
            Spoken::Otherwise(answer) => answer,
        }
    }
}

/// The services and what surrounds each call.
struct Services {
    desk: Arc<Desk>,
    calls: Calls,
    resolution: ResolutionServiceServer<Resolver>,
    notation: NotationServiceServer<Translator>,
    registration: RegistrationServiceServer<Registrar>,
    administration: AdministrationServiceServer<Administrator>,
    access: AccessServiceServer<Keeper>,
    audit: AuditServiceServer<Auditor>,
    applications: ApplicationServiceServer<Caseworker>,
    /// Health, reflection, and what no service answers.
    others: Routes,
}

impl Services {
    fn new(desk: Arc<Desk>) -> Result<Self, BuildError> {
        let options = &desk.options;
        macro_rules! bounded {
            ($server:ident, $service:ident) => {{
                let server = $server::new($service::new(Arc::clone(&desk)))
                    .max_decoding_message_size(options.request_bytes_max)
                    .max_encoding_message_size(options.answer_bytes_max)
                    .accept_compressed(CompressionEncoding::Gzip);
                if options.gzip {
                    server.send_compressed(CompressionEncoding::Gzip)
                } else {
                    server
                }
            }};
        }
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let others = Routes::new(health::server(&desk))
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?)
            .prepare();
        Ok(Self {
            calls: Calls::new(methods()),
            resolution: bounded!(ResolutionServiceServer, Resolver),
            notation: bounded!(NotationServiceServer, Translator),
            registration: bounded!(RegistrationServiceServer, Registrar),
            administration: bounded!(AdministrationServiceServer, Administrator),
            access: bounded!(AccessServiceServer, Keeper),
            audit: bounded!(AuditServiceServer, Auditor),
            applications: bounded!(ApplicationServiceServer, Caseworker),
            others,
            desk,
        })
    }

    /// Carries a call out, and counts it. A refusal stands in the headers of its answer; a stream counts with how it
    /// begins.
    async fn call<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError> + Send + Sync,
    {
        let begun = Instant::now();
        let meter = self.calls.meter(request.uri().path());
        let answer = layer::around(&self.desk, begun, request, |request| self.route(request)).await;
        meter.ended(code(answer.headers()), begun.elapsed());
        answer
    }

    /// Hands a request to its service.
    async fn route<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError> + Send + Sync,
    {
        macro_rules! call {
            ($service:expr) => {
                $service.clone().call(request).await
            };
        }
        let answer = match service(request.uri().path()) {
            ResolutionServiceServer::<Resolver>::NAME => call!(self.resolution),
            NotationServiceServer::<Translator>::NAME => call!(self.notation),
            RegistrationServiceServer::<Registrar>::NAME => call!(self.registration),
            AdministrationServiceServer::<Administrator>::NAME => call!(self.administration),
            AccessServiceServer::<Keeper>::NAME => call!(self.access),
            AuditServiceServer::<Auditor>::NAME => call!(self.audit),
            ApplicationServiceServer::<Caseworker>::NAME => call!(self.applications),
            _ => self.others.clone().call(request.map(Body::new)).await,
        };
        match answer {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }
}

/// The service of a path such as `/oidra.v1.NotationService/Convert`.
fn service(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_once('/').map_or(path, |(service, _)| service)
}

/// The gRPC code of an answer; what is none of gRPC's codes is unknown.
fn code(headers: &HeaderMap) -> u8 {
    let status = headers.get("grpc-status");
    let code = status.map_or(Some(0), |code| code.to_str().ok()?.parse().ok());
    code.unwrap_or(u8::MAX)
}

/// The paths of the API's methods, from its descriptors.
fn methods() -> Vec<String> {
    let described = FileDescriptorSet::decode(pb::DESCRIPTORS).unwrap_or_default();
    let mut paths = Vec::new();
    for file in &described.file {
        for service in &file.service {
            let of = format!("/{}.{}/", file.package(), service.name());
            let path = |method: &prost_types::MethodDescriptorProto| of.clone() + method.name();
            paths.extend(service.method.iter().map(path));
        }
    }
    paths
}

/// Any page may call: there are no cookies, a token has to be sent knowingly.
fn cors() -> CorsLayer {
    let exposed = [
        "grpc-status",
        "grpc-message",
        "grpc-status-details-bin",
        "x-request-id",
    ];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST, Method::OPTIONS])
        // A wildcard would leave `authorization` out.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(std::time::Duration::from_secs(CORS_SECONDS))
}

/// What a request speaks.
enum Spoken {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web, or a browser's question whether it may.
    Web,
    /// Neither: the answer says so in plain text.
    Otherwise(Response<Body>),
}

/// Tells what a request speaks, by its content type.
fn spoken<B>(request: &Request<B>) -> Spoken {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.map(HeaderValue::as_bytes).unwrap_or_default();
    if request.method() == Method::OPTIONS || kind.starts_with(b"application/grpc-web") {
        return Spoken::Web;
    }
    if !kind.starts_with(b"application/grpc") {
        let text = "This port speaks gRPC and gRPC-Web: ask for oidra.v1.ResolutionService with a gRPC client, for \
                    example oidctl.\n";
        return Spoken::Otherwise(plain(StatusCode::NOT_FOUND, text));
    }
    if request.version() == Version::HTTP_2 {
        return Spoken::Grpc;
    }
    let text = "gRPC needs HTTP/2; over HTTP/1.1 this port speaks gRPC-Web.\n";
    let mut response = plain(StatusCode::UPGRADE_REQUIRED, text);
    let protocol = HeaderValue::from_static("h2c");
    response.headers_mut().insert(header::UPGRADE, protocol);
    Spoken::Otherwise(response)
}

/// An answer in plain text, for what is no gRPC.
fn plain(code: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::new(http_body_util::Full::from(text)));
    *response.status_mut() = code;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_the_api_is_counted() {
        let methods = methods();
        for path in [
            "/oidra.v1.ResolutionService/Resolve",
            "/oidra.v1.RegistrationService/Allocate",
            "/oidra.v1.AdministrationService/GetServerInfo",
            "/oidra.v1.AccessService/WhoAmI",
        ] {
            assert!(methods.iter().any(|method| method == path), "{path}");
        }
    }

    #[test]
    fn a_path_names_its_service() {
        for (path, expect) in [
            (
                "/oidra.v1.NotationService/Convert",
                "oidra.v1.NotationService",
            ),
            ("/a", "a"),
            ("//b", ""),
            ("", ""),
        ] {
            assert_eq!(service(path), expect, "{path}");
        }
    }

    #[test]
    fn browsers_ask_each_face_for_itself() {
        let asks = |method: Method, path: &str, kind: &'static str| {
            let mut request = Request::new(());
            *request.method_mut() = method;
            *request.uri_mut() = path.parse().unwrap();
            let kind = HeaderValue::from_static(kind);
            request.headers_mut().insert(header::CONTENT_TYPE, kind);
            Face::speaks(&request)
        };
        assert!(asks(
            Method::OPTIONS,
            "/oidra.v1.NotationService/Convert",
            ""
        ));
        assert!(!asks(Method::OPTIONS, "/oid/2.16.834", ""));
        assert!(!asks(Method::OPTIONS, "/.well-known/oidra", ""));
        assert!(asks(Method::POST, "/x", "application/grpc-web+proto"));
        assert!(asks(Method::POST, "/x", "application/grpc"));
        assert!(!asks(Method::POST, "/oids", "application/json"));
    }
}
