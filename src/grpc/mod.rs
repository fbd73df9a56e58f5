//! The gRPC face: `oidra.v1` over gRPC and gRPC-Web, with reflection and health (DESIGN §6).
//!
//! It translates and never decides: what comes in is checked for form and handed on, what comes out is cut to what its
//! caller may see. Each call passes [`layer::around`]. It must never hold a rule of the register.

pub mod administration;
pub mod convert;
pub mod desk;
pub mod etag;
pub mod health;
pub mod layer;
pub mod limits;
pub mod notation;
pub mod page;
pub mod registration;
pub mod resolution;
pub mod status;
pub mod view;

use std::{convert::Infallible, sync::Arc};

use axum::{Router, body::Body, extract::Request, middleware, response::Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, Version, header};
use tonic::{codec::CompressionEncoding, service::Routes};
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::{
    pb::{
        self,
        v1::{
            administration_service_server::AdministrationServiceServer,
            notation_service_server::NotationServiceServer,
            registration_service_server::RegistrationServiceServer,
            resolution_service_server::ResolutionServiceServer,
        },
    },
    register::Register,
};

use desk::Desk;
pub use desk::Options;

/// For how long browsers may remember what the CORS answer said, in seconds.
const CORS_SECONDS: u64 = 7_200;

/// Why the face could not be built: the descriptors that reflection answers from are not readable.
#[derive(Debug, thiserror::Error)]
#[error("the descriptors of the API could not be read: {0}")]
pub struct BuildError(#[from] tonic_reflection::server::Error);

/// Everything this face serves on one port: gRPC and gRPC-Web by content type, over HTTP/1.1 and HTTP/2, with CORS.
/// Anything else is answered in plain text. Must be called within a runtime: a task keeps the health answers true.
pub fn router(register: Register, options: Options) -> Result<Router, BuildError> {
    let desk = Arc::new(Desk::new(register, options));
    let calls = routes(&desk)?
        .into_axum_router()
        .layer(middleware::from_fn_with_state(
            Arc::clone(&desk),
            layer::around,
        ));
    let direct = calls.clone().into_service::<Body>();
    let calls = calls.into_service::<Body>();
    let calls = service_fn(move |request: http::Request<tonic::body::Body>| {
        let calls = calls.clone();
        async move { calls.oneshot(request.map(Body::new)).await }
    });
    let web = tonic_web::GrpcWebLayer::new().layer(calls);
    let web = service_fn(move |request: Request| {
        let web = web.clone();
        async move { Ok::<_, Infallible>(web.oneshot(request).await?.map(Body::new)) }
    });
    let web = Router::new().fallback_service(web).layer(cors());
    let web = web.into_service::<Body>();
    // gRPC itself, which is nearly every call, passes nothing that only browsers need.
    Ok(
        Router::new().fallback_service(service_fn(move |request: Request| {
            let (direct, web) = (direct.clone(), web.clone());
            async move {
                match spoken(&request) {
                    Spoken::Grpc => direct.oneshot(request).await,
                    Spoken::Web => web.oneshot(request).await,
                    Spoken::Otherwise(answer) => Ok(answer),
                }
            }
        })),
    )
}

/// What a request speaks.
enum Spoken {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web, or a browser's question whether it may.
    Web,
    /// Neither: the answer says so in plain text.
    Otherwise(Response),
}

/// The services alone, without what surrounds a call.
fn routes(desk: &Arc<Desk>) -> Result<Routes, BuildError> {
    let options = &desk.options;
    macro_rules! bounded {
        ($server:expr) => {{
            let server = $server
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
    let resolver = resolution::Resolver::new(Arc::clone(desk));
    let translator = notation::Translator::new(Arc::clone(desk));
    let registrar = registration::Registrar::new(Arc::clone(desk));
    let administrator = administration::Administrator::new(Arc::clone(desk));
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(
        Routes::new(bounded!(ResolutionServiceServer::new(resolver)))
            .add_service(bounded!(NotationServiceServer::new(translator)))
            .add_service(bounded!(RegistrationServiceServer::new(registrar)))
            .add_service(bounded!(AdministrationServiceServer::new(administrator)))
            .add_service(health::server(desk))
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?),
    )
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

/// Tells what a request speaks, by its content type.
fn spoken(request: &Request) -> Spoken {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.map(HeaderValue::as_bytes).unwrap_or_default();
    if request.method() == Method::OPTIONS || kind.starts_with(b"application/grpc-web") {
        return Spoken::Web;
    }
    if !kind.starts_with(b"application/grpc") {
        let text = "This port speaks gRPC and gRPC-Web: ask for oidra.v1.ResolutionService with a gRPC client, for \
                    example oidctl.\n";
        return Spoken::Otherwise(layer::plain(StatusCode::NOT_FOUND, text));
    }
    if request.version() == Version::HTTP_2 {
        return Spoken::Grpc;
    }
    let text = "gRPC needs HTTP/2; over HTTP/1.1 this port speaks gRPC-Web.\n";
    let mut response = layer::plain(StatusCode::UPGRADE_REQUIRED, text);
    let protocol = HeaderValue::from_static("h2c");
    response.headers_mut().insert(header::UPGRADE, protocol);
    Spoken::Otherwise(response)
}
