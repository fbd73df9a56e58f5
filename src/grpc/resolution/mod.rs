//! `ResolutionService`: what an object identifier is, what is below it, what happened to it.
//!
//! Every row of one answer is of one revision. Open to everybody; nothing that its caller may not see may leave here.

mod claims;
mod history;
mod list;
mod resolve;
mod statement;
mod walk;
mod watch;

use std::{pin::Pin, sync::Arc};

use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use crate::{
    desk::{Call, Desk, trail},
    grpc::{layer, status},
    model::{Code, Refusal, Rejection},
    oid::NodePath,
    pb::v1::{self as pb, resolution_service_server::ResolutionService},
    register::{ReadAt, Reading, Resolution},
};

use super::view::View;

/// What a stream gives, piece by piece.
type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The service.
pub struct Resolver {
    desk: Arc<Desk>,
}

impl Resolver {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }
}

#[tonic::async_trait]
impl ResolutionService for Resolver {
    type WalkSubtreeStream = Streamed<pb::WalkSubtreeResponse>;
    type WatchStream = Streamed<pb::WatchResponse>;

    async fn resolve(
        &self,
        request: Request<pb::ResolveRequest>,
    ) -> Result<Response<pb::ResolveResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = resolve::one(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "Resolve", answer)
    }

    async fn batch_resolve(
        &self,
        request: Request<pb::BatchResolveRequest>,
    ) -> Result<Response<pb::BatchResolveResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = resolve::batch(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "BatchResolve", answer)
    }

    async fn list_children(
        &self,
        request: Request<pb::ListChildrenRequest>,
    ) -> Result<Response<pb::ListChildrenResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = list::children(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "ListChildren", answer)
    }

    async fn walk_subtree(
        &self,
        request: Request<pb::WalkSubtreeRequest>,
    ) -> Result<Response<Self::WalkSubtreeStream>, Status> {
        let call = layer::call(&request)?;
        let answer = walk::subtree(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "WalkSubtree", answer)
    }

    async fn get_history(
        &self,
        request: Request<pb::GetHistoryRequest>,
    ) -> Result<Response<pb::GetHistoryResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = history::page(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "GetHistory", answer)
    }

    async fn get_statement(
        &self,
        request: Request<pb::GetStatementRequest>,
    ) -> Result<Response<pb::GetStatementResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = statement::statement(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "GetStatement", answer)
    }

    async fn list_label_claims(
        &self,
        request: Request<pb::ListLabelClaimsRequest>,
    ) -> Result<Response<pb::ListLabelClaimsResponse>, Status> {
        let call = layer::call(&request)?;
        let answer = claims::page(&self.desk, &call, request.into_inner()).await;
        answered(&self.desk, &call, "ListLabelClaims", answer)
    }

    async fn watch(
        &self,
        request: Request<pb::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let call = layer::call(&request)?;
        let answer = watch::changes(&self.desk, &call, &request.into_inner());
        answered(&self.desk, &call, "Watch", answer)
    }
}

fn answered<T>(
    desk: &Desk,
    call: &Call,
    method: &'static str,
    answer: Result<T, Rejection>,
) -> Result<Response<T>, Status> {
    trail::shown(desk, call, method);
    answer
        .map(Response::new)
        .map_err(|rejection| status::of(desk, call, &rejection))
}

/// The reading that `read` asks for; the newest without it.
pub async fn reading(desk: &Desk, read: Option<&pb::ReadOptions>) -> Result<Reading, Rejection> {
    match read.filter(|read| **read != pb::ReadOptions::default()) {
        None => Ok(desk.register.newest()),
        Some(read) => {
            let (revision, time) = (&read.as_of_revision, &read.as_of_time);
            let at = ReadAt::asked(&read.at_least_revision, revision, time, "read.")?;
            Ok(desk.register.reading(&at).await?)
        }
    }
}

/// Refuses a node that is not registered, as far as the caller may see; the root always is.
pub fn registered(view: &View<'_>, path: &NodePath, field: &str) -> Result<(), Rejection> {
    if path.is_root() {
        return Ok(());
    }
    let refusal = |detail: String| Refusal::new(Code::NotRegistered, field, detail).value(path);
    match view.reading.resolve(path, &view.sight)? {
        Resolution::Found(_) => Ok(()),
        Resolution::SuperiorFound(seen, _) => {
            let nearest = seen.entry.path.clone();
            let detail = format!("{path} is not registered; the nearest superior is {nearest}");
            Err(refusal(detail).nearest(nearest).into())
        }
        Resolution::Unknown => Err(refusal(format!("{path} is not registered")).into()),
    }
}
