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

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, Method, StatusCode, Version, header};
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
    let calls = calls.into_service::<Body>();
    let calls = service_fn(move |request: http::Request<tonic::body::Body>| {
        let calls = calls.clone();
        async move { calls.oneshot(request.map(Body::new)).await }
    });
    let both = tonic_web::GrpcWebLayer::new().layer(calls);
    let both = service_fn(move |request: Request| {
        let both = both.clone();
        async move { Ok::<_, Infallible>(both.oneshot(request).await?.map(Body::new)) }
    });
    Ok(Router::new()
        .fallback_service(both)
        .layer(middleware::from_fn(only_grpc))
        .layer(cors()))
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

/// Answers what is neither gRPC nor gRPC-Web in plain text.
async fn only_grpc(request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let web = kind.starts_with("application/grpc-web");
    if !web && !kind.starts_with("application/grpc") {
        let text = "This port speaks gRPC and gRPC-Web: ask for oidra.v1.ResolutionService with a gRPC client, for \
                    example oidctl.\n";
        return layer::plain(StatusCode::NOT_FOUND, text);
    }
    if !web && request.version() != Version::HTTP_2 {
        let text = "gRPC needs HTTP/2; over HTTP/1.1 this port speaks gRPC-Web.\n";
        let mut response = layer::plain(StatusCode::UPGRADE_REQUIRED, text);
        let protocol = http::HeaderValue::from_static("h2c");
        response.headers_mut().insert(header::UPGRADE, protocol);
        return response;
    }
    next.run(request).await.into_response()
}
