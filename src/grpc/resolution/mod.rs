//! `ResolutionService`: what an object identifier is, what is below it, what happened to it.
//!
//! Every row of one answer is of one revision. Open to everybody; nothing that its caller may not see may leave here.

mod history;
mod list;
mod resolve;
mod walk;
mod watch;

use std::{pin::Pin, sync::Arc};

use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use crate::{
    desk::{Call, Desk, trail},
    grpc::{layer, status},
    model::{Code, Refusal, Refusals, Rejection, Timestamp},
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
        Some(read) => Ok(desk.register.reading(&read_at(read)?).await?),
    }
}

/// Which revision is asked for; of exactly one and of a moment at once is refused.
fn read_at(read: &pb::ReadOptions) -> Result<ReadAt, Refusals> {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    if !read.as_of_revision.is_empty() && !read.as_of_time.is_empty() {
        let detail = "either a revision or a moment, not both";
        return Err(Refusal::new(Code::FieldInvalid, "read.as_of_time", detail).into());
    }
    let as_of_time = some(&read.as_of_time)
        .map(|text| {
            Timestamp::parse_end_of_day(&text).map_err(|error| {
                let detail = error.to_string();
                Refusal::new(Code::MomentSyntax, "read.as_of_time", detail).value(text)
            })
        })
        .transpose()?;
    Ok(ReadAt {
        at_least: some(&read.at_least_revision),
        as_of_revision: some(&read.as_of_revision),
        as_of_time,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_revision_is_asked_for_at_most() {
        let read = |revision: &str, time: &str| {
            read_at(&pb::ReadOptions {
                as_of_revision: revision.into(),
                as_of_time: time.into(),
                ..Default::default()
            })
            .map_err(|refusals| (refusals.main().code, refusals.main().field.clone()))
        };
        assert_eq!(read("", "").unwrap(), ReadAt::default());
        let day = read("", "2026-03-03").unwrap().as_of_time.unwrap();
        assert_eq!(day.to_string(), "2026-03-03T23:59:59.999999Z");
        let field = "read.as_of_time".to_owned();
        assert_eq!(
            read("", "3 March").unwrap_err(),
            (Code::MomentSyntax, field.clone())
        );
        assert_eq!(
            read("x", "2026-03-03").unwrap_err(),
            (Code::FieldInvalid, field)
        );
    }
}
