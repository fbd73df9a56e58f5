//! `AdministrationService`: what this server is, and what a refusal means. Open to everybody.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::{
    desk::{Desk, Options},
    model::{self, Code, Refusal, Rejection},
    oid,
    pb::v1::{self as pb, administration_service_server::AdministrationService},
    register::Info,
};

use super::{convert::timestamp, layer, limits, status, view::revision};

/// The service.
pub struct Administrator {
    desk: Arc<Desk>,
}

impl Administrator {
    /// The service at a desk.
    pub const fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }

    fn about(&self, info: Info) -> pb::GetServerInfoResponse {
        pb::GetServerInfoResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            register_id: info.register.to_string(),
            authorities: info.authorities.iter().map(ToString::to_string).collect(),
            revision: Some(revision(&self.desk.register, info.head, Some(info.time))),
            tree_head: info.root.to_string(),
            data_version: info.data_version.unwrap_or_default(),
            unicode_version: oid::UNICODE_VERSION.to_owned(),
            started: Some(timestamp(self.desk.options.started)),
            writable: info.writable,
            limits: limits(&self.desk.options),
            checkpoint_key: self.desk.options.checkpoint_key.to_string(),
            statement_key: self
                .desk
                .options
                .notary
                .as_ref()
                .map(|notary| notary.public_jwk())
                .unwrap_or_default(),
        }
    }
}

#[tonic::async_trait]
impl AdministrationService for Administrator {
    async fn get_server_info(
        &self,
        request: Request<pb::GetServerInfoRequest>,
    ) -> Result<Response<pb::GetServerInfoResponse>, Status> {
        let call = layer::call(&request)?;
        let info = self.desk.register.info().map_err(Rejection::from);
        info.map(|info| Response::new(self.about(info)))
            .map_err(|rejection| status::of(&self.desk, &call, &rejection))
    }

    async fn explain_refusal(
        &self,
        request: Request<pb::ExplainRefusalRequest>,
    ) -> Result<Response<pb::ExplainRefusalResponse>, Status> {
        let call = layer::call(&request)?;
        explained(&request.into_inner().code)
            .map(|pages| Response::new(pb::ExplainRefusalResponse { pages }))
            .map_err(|refusal| status::of(&self.desk, &call, &refusal.into()))
    }
}

/// The code of a name or a number with its page, or all of them without their pages.
fn explained(code: &str) -> Result<Vec<pb::explain_refusal_response::Page>, Refusal> {
    let page = |code: Code, page: &str| pb::explain_refusal_response::Page {
        code: code.name().to_owned(),
        number: u32::from(code.number()),
        clause: code.clause().to_owned(),
        summary: code.summary().to_owned(),
        page: page.to_owned(),
        transient: code.transient(),
        class: status::class_word(code.class()).to_owned(),
    };
    let asked = code.trim();
    if asked.is_empty() {
        return Ok(Code::ALL.iter().map(|code| page(*code, "")).collect());
    }
    let numbered = asked.parse().ok().and_then(Code::numbered);
    if let Some(code) = Code::named(asked).or(numbered) {
        return Ok(vec![page(code, code.page())]);
    }
    let detail = "is no refusal code; ask without one for the list";
    Err(Refusal::new(Code::FieldInvalid, "code", detail).value(asked))
}

/// The limits in force, by name.
fn limits(options: &Options) -> Vec<pb::Limit> {
    let bound = |name: &str, value: u64, unit: &str| pb::Limit {
        name: name.to_owned(),
        value,
        unit: unit.to_owned(),
    };
    let size = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
    vec![
        bound(
            "request_bytes_max",
            size(options.request_bytes_max),
            "bytes",
        ),
        bound("answer_bytes_max", size(options.answer_bytes_max), "bytes"),
        bound(
            "call_seconds_max",
            options.call_time_max.as_secs(),
            "seconds",
        ),
        bound(
            "bookmark_seconds",
            options.bookmark_every.as_secs(),
            "seconds",
        ),
        bound(
            "calls_at_once_max",
            size(options.calls_at_once_max),
            "calls",
        ),
        bound(
            "streams_at_once_max",
            size(options.streams_at_once_max),
            "streams",
        ),
        bound(
            "source_calls_at_once_max",
            options.rates.source_calls_at_once,
            "calls",
        ),
        bound(
            "source_reads_per_second",
            options.rates.source_reads,
            "calls",
        ),
        bound(
            "source_writes_per_second",
            options.rates.source_writes,
            "calls",
        ),
        bound(
            "principal_reads_per_second",
            options.rates.principal_reads,
            "calls",
        ),
        bound(
            "principal_writes_per_second",
            options.rates.principal_writes,
            "calls",
        ),
        bound("page_size_max", u64::from(limits::PAGE_SIZE_MAX), "entries"),
        bound(
            "batch_rows_max",
            size(limits::BATCH_ROWS_MAX),
            "object identifiers",
        ),
        bound("block_arcs_max", model::limits::BLOCK_ARCS_MAX, "arcs"),
        bound("arcs_max", size(oid::limits::ARCS_MAX), "arcs"),
        bound(
            "contents_octets_max",
            size(oid::limits::CONTENTS_OCTETS_MAX),
            "octets",
        ),
        bound("text_bytes_max", size(oid::limits::TEXT_BYTES_MAX), "bytes"),
        bound(
            "identifiers_max",
            size(model::limits::IDENTIFIERS_MAX),
            "identifiers",
        ),
        bound("labels_max", size(model::limits::LABELS_MAX), "labels"),
        bound(
            "title_bytes_max",
            size(model::limits::TITLE_BYTES_MAX),
            "bytes",
        ),
        bound(
            "description_bytes_max",
            size(model::limits::DESCRIPTION_BYTES_MAX),
            "bytes",
        ),
        bound(
            "note_bytes_max",
            size(model::limits::NOTE_BYTES_MAX),
            "bytes",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_explained_by_name_and_by_number() {
        for asked in ["NUMBER_TAKEN", "number_taken", " 60 "] {
            let pages = explained(asked).unwrap();
            assert_eq!(
                (pages[0].code.as_str(), pages[0].number),
                ("NUMBER_TAKEN", 60)
            );
            assert!(pages[0].page.starts_with("# NUMBER_TAKEN"));
            assert_eq!(pages[0].class, "taken");
        }
        for asked in ["NOTHING", "0", "-1", "99999999"] {
            assert_eq!(explained(asked).unwrap_err().field, "code");
        }
    }

    #[test]
    fn without_a_code_all_are_listed() {
        let pages = explained("").unwrap();
        assert_eq!(pages.len(), Code::ALL.len());
        assert!(
            pages
                .iter()
                .all(|page| page.page.is_empty() && !page.summary.is_empty())
        );
    }
}
