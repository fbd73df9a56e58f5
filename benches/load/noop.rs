//! A tonic server that does nothing but answer `Resolve` and `Allocate` with a message made beforehand: the bound that the
//! transport and the machine set.

use std::{net::SocketAddr, path::Path};

use oidra::pb::v1::{self as pb, resolution_service_server as server};
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

/// The argument that makes the benchmark this server.
pub const ARGUMENT: &str = "--serve-no-op";

/// The answer that is given to every request.
struct NoOp(pb::ResolveResponse);

type Stream<T> = tokio_stream::Empty<Result<T, Status>>;

#[tonic::async_trait]
impl server::ResolutionService for NoOp {
    type WalkSubtreeStream = Stream<pb::WalkSubtreeResponse>;
    type WatchStream = Stream<pb::WatchResponse>;

    async fn resolve(
        &self,
        _: Request<pb::ResolveRequest>,
    ) -> Result<Response<pb::ResolveResponse>, Status> {
        Ok(Response::new(self.0.clone()))
    }

    async fn batch_resolve(
        &self,
        _: Request<pb::BatchResolveRequest>,
    ) -> Result<Response<pb::BatchResolveResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_children(
        &self,
        _: Request<pb::ListChildrenRequest>,
    ) -> Result<Response<pb::ListChildrenResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_label_claims(
        &self,
        _: Request<pb::ListLabelClaimsRequest>,
    ) -> Result<Response<pb::ListLabelClaimsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn walk_subtree(
        &self,
        _: Request<pb::WalkSubtreeRequest>,
    ) -> Result<Response<Self::WalkSubtreeStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_history(
        &self,
        _: Request<pb::GetHistoryRequest>,
    ) -> Result<Response<pb::GetHistoryResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_statement(
        &self,
        _: Request<pb::GetStatementRequest>,
    ) -> Result<Response<pb::GetStatementResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn watch(
        &self,
        _: Request<pb::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// Serves on a free port and prints where, with the answer read from a file.
pub fn serve(answer: &str) {
    use prost::Message as _;
    let bytes = support_read(Path::new(answer));
    let response = pb::ResolveResponse::decode(bytes.as_slice()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        tonic::transport::Server::builder()
            .add_service(server::ResolutionServiceServer::new(NoOp(response)))
            .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
            .await
            .unwrap();
    });
}

fn support_read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
