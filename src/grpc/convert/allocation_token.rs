//! Allocation tokens between the API's messages and the model.
//!
//! A secret comes in here only to be turned into its digest, what is wrong with one is told without it, and no digest leaves.

use crate::{
    access::{AllocationSecret, TokenError},
    model::{
        Code, Command, Refusal, Timestamp,
        allocation_token::{AllocationToken, Promised},
        command::IssueAllocationToken,
        form,
        policy::NumberRange,
    },
    oid::notation::Names,
    pb::v1 as pb,
};

use super::{Faults, access::Minted, fields, moment, text, timestamp};

/// The digest of the secret of a request, where it shows one.
pub fn shown(secret: &str, field: &str, faults: &mut Faults) -> Option<[u8; 32]> {
    if secret.is_empty() {
        return None;
    }
    let secret = secret.parse().map_err(|error: TokenError| {
        Refusal::new(Code::AllocationTokenUnknown, field, error.to_string())
    });
    let secret: Option<AllocationSecret> = faults.check(secret);
    secret.map(|secret| secret.sha256())
}

/// Issue a token.
pub fn issue(
    ask: &Minted<pb::IssueAllocationTokenRequest>,
    names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    use pb::issue_allocation_token_request::Of;
    let request = &ask.request;
    let superior = text::node(&request.superior, names, "superior", faults);
    let of = match &request.of {
        Some(Of::Number(number)) => text::number(number, "number", faults).map(Promised::Reserved),
        Some(Of::Range(promised)) => range(promised, faults),
        None => {
            let detail = "a reserved number, or a range and how many of it, is needed";
            faults.at(Code::FieldRequired, "of", detail);
            None
        }
    };
    faults.sound("name", form::credential_name(&request.name));
    let principal = fields::some(&request.principal);
    let principal =
        principal.and_then(|id| faults.parse(Code::FieldInvalid, "principal", id.as_str()));
    let registrant = fields::some(&request.registrant);
    let registrant =
        registrant.and_then(|id| faults.parse(Code::FieldInvalid, "registrant", id.as_str()));
    if request.until.is_none() {
        faults.at(Code::FieldRequired, "until", "the end is needed");
    }
    let until = request.until.as_ref();
    let until = until.and_then(|until| moment(until, "until", faults));
    Some(Command::IssueAllocationToken(Box::new(
        IssueAllocationToken {
            superior: superior?,
            of: of?,
            name: request.name.clone(),
            secret_sha256: ask.sha256,
            principal,
            registrant,
            until: until?,
        },
    )))
}

fn range(promised: &pb::PromisedRange, faults: &mut Faults) -> Option<Promised> {
    let Some(numbers) = &promised.numbers else {
        faults.at(Code::FieldRequired, "range.numbers", "the range is needed");
        return None;
    };
    let range = fields::range(numbers, "range.numbers", faults)?;
    let count = promised.count;
    Some(Promised::Range { range, count })
}

/// Revoke a token.
pub fn revoke(
    request: &pb::RevokeAllocationTokenRequest,
    _names: &dyn Names,
    faults: &mut Faults,
) -> Option<Command> {
    if request.allocation_token.is_empty() {
        let detail = "the id of an allocation token is needed";
        faults.at(Code::FieldRequired, "allocation_token", detail);
        return None;
    }
    // Whoever takes the secret for the id must not read it again in a refusal.
    let id = request.allocation_token.parse().map_err(|_| {
        let detail = "is no id of an allocation token";
        Refusal::new(Code::FieldInvalid, "allocation_token", detail)
    });
    let id = faults.check(id);
    id.map(|id| Command::RevokeAllocationToken { id })
}

/// A token as those see it who may register at its superior.
pub fn token(one: &AllocationToken, now: Timestamp) -> pb::AllocationToken {
    use pb::allocation_token::Of;
    pb::AllocationToken {
        id: one.id.to_string(),
        superior: one.superior.to_string(),
        of: Some(match &one.of {
            Promised::Reserved(number) => Of::Number(number.to_string()),
            Promised::Range { range, count } => Of::Range(pb::PromisedRange {
                numbers: Some(run(range)),
                count: *count,
            }),
        }),
        used: one.used,
        name: one.name.clone(),
        principal: one
            .principal
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        registrant: one
            .registrant
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        until: Some(timestamp(one.until)),
        issued: Some(timestamp(one.issued)),
        by: one.by.as_ref().map(ToString::to_string).unwrap_or_default(),
        revoked: one.revoked,
        open: one.is_open(now),
    }
}

fn run(range: &NumberRange) -> pb::NumberRange {
    let to = range.to.as_ref();
    pb::NumberRange {
        from: range.from.to_string(),
        to: to.map(ToString::to_string).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use crate::oid::notation::NoNames;

    use super::*;

    fn faults_of(request: pb::IssueAllocationTokenRequest) -> Vec<String> {
        let ask = Minted {
            request,
            sha256: [1; 32],
            caller: None,
            now: Timestamp::from_micros(0),
        };
        let mut faults = Faults::new();
        let command = issue(&ask, &NoNames, &mut faults);
        let refusals = faults.into_result(command).unwrap_err();
        refusals
            .iter()
            .map(|one| format!("{} {}", one.field, one.code))
            .collect()
    }

    #[test]
    fn every_faulty_field_of_a_promise_is_told_at_once() {
        let told = faults_of(pb::IssueAllocationTokenRequest::default());
        let expect = [
            "superior FIELD_REQUIRED",
            "of FIELD_REQUIRED",
            "name FIELD_REQUIRED",
            "until FIELD_REQUIRED",
        ];
        assert_eq!(told, expect);
    }

    #[test]
    fn a_secret_is_never_quoted() {
        let secret = "oidra_allocation_0123";
        let mut faults = Faults::new();
        assert_eq!(shown(secret, "allocation_token", &mut faults), None);
        let refusals = faults.into_result(Some(())).unwrap_err();
        assert_eq!(refusals.main().code, Code::AllocationTokenUnknown);
        assert_eq!(refusals.main().value, None);
        let mut faults = Faults::new();
        let request = pb::RevokeAllocationTokenRequest {
            allocation_token: format!("{secret}{}", "0".repeat(68)),
            options: None,
        };
        assert!(revoke(&request, &NoNames, &mut faults).is_none());
        let refusals = faults.into_result(Some(())).unwrap_err();
        assert_eq!(refusals.main().value, None);
    }
}
