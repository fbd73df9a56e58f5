//! The faces of one port: gRPC and gRPC-Web by their content type, and HTTP for everything else.
//!
//! Neither face knows the other; both share one desk, so that a source is held back whatever it speaks. It must never look
//! into a message.

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tonic::body::Body;
use tower::BoxError;

use crate::{desk::Desk, grpc, http as web};

use super::exit::Failure;

/// Everything that is served on one port. Cheap to clone.
#[derive(Clone)]
pub struct Faces {
    grpc: grpc::Face,
    web: web::Face,
}

impl Faces {
    /// The faces of what `desk` keeps. Must be called within a runtime: a task keeps the health answers true.
    pub fn new(desk: Arc<Desk>, options: web::Options) -> Result<Self, Failure> {
        let broken = |why: &dyn std::fmt::Display| Failure::Serving(why.to_string());
        Ok(Self {
            grpc: grpc::Face::new(Arc::clone(&desk)).map_err(|why| broken(&why))?,
            web: web::Face::new(desk, options).map_err(|why| broken(&why))?,
        })
    }

    /// The answer to a request.
    pub async fn answer<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError> + Send + Sync,
    {
        if grpc::Face::speaks(&request) {
            return self.grpc.answer(request).await;
        }
        let answer = self.web.answer(request).await;
        answer.map(|body| Body::new(http_body_util::BodyExt::map_err(body, never)))
    }
}

/// What cannot fail does not.
fn never(never: Infallible) -> BoxError {
    match never {}
}
