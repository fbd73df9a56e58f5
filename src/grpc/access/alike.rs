//! `FindLookAlikes`: registrants that may be one and the same, for those who look after the arcs that they hold.
//!
//! It tells what it compared and where it stopped. It must never tell more of a registrant than an arc's staff may see.

use prost::Message as _;

use crate::{
    access::may_compare,
    desk::{Call, Desk},
    grpc::{
        convert::{Faults, access as places, entry},
        limits::{
            COMPARED_ARCS_MAX, COMPARED_GROUPS_MAX, COMPARED_MEMBERS_MAX, COMPARED_REGISTRANTS_MAX,
            MESSAGE_BYTES_AIM,
        },
        view::{View, revision},
    },
    model::{
        Code, Refusal, Rejection,
        entry::Reader,
        likeness::{LookAlike, LookAlikes, Trait},
    },
    pb::v1 as pb,
    register::Comparing,
};

use super::someone;

/// Answers.
pub async fn look_alikes(
    desk: &Desk,
    call: &Call,
    request: pb::FindLookAlikesRequest,
) -> Result<pb::FindLookAlikesResponse, Rejection> {
    someone(call)?;
    let newest = desk.register.newest();
    let (seq, time) = (newest.seq(), newest.time());
    let (sight, identity) = (call.sight(), call.caller.identity.clone());
    let witness = call.witness.clone();
    let (compared, groups) = Desk::blocking(move || {
        let view = View::new(&newest, sight.clone());
        let mut faults = Faults::new();
        let below = places::place(&request.oid, view.names(), "oid", &mut faults);
        let least = least(request.least, &mut faults);
        let (below, least) = view.settled(faults.into_result(below.zip(least))?)?;
        let everybody = may_compare(&identity, &sight, &below, &newest)?;
        witness.note(&below);
        let compared = newest.look_alikes(&Comparing {
            below,
            sight,
            everybody,
            least,
            registrants_max: COMPARED_REGISTRANTS_MAX,
            arcs_max: COMPARED_ARCS_MAX,
            groups_max: COMPARED_GROUPS_MAX,
            members_max: COMPARED_MEMBERS_MAX,
        })?;
        let groups = within(compared.groups.iter().map(group), MESSAGE_BYTES_AIM);
        Ok::<_, Rejection>((compared, groups))
    })
    .await??;
    Ok(pb::FindLookAlikesResponse {
        cut: compared.cut || groups.len() < compared.groups.len(),
        groups,
        compared: compared.registrants,
        revision: Some(revision(&desk.register, seq, Some(time))),
    })
}

/// In how many traits two have to be alike.
fn least(asked: u32, faults: &mut Faults) -> Option<usize> {
    let least = usize::try_from(asked.max(1)).unwrap_or(usize::MAX);
    if least > Trait::ALL.len() {
        let detail = format!("must be at most {}", Trait::ALL.len());
        faults.add(Refusal::new(Code::FieldInvalid, "least", detail).value(asked));
        return None;
    }
    Some(least)
}

/// Groups as long as all before them have fewer bytes than this.
fn within(
    groups: impl Iterator<Item = pb::LookAlikeGroup>,
    most: usize,
) -> Vec<pb::LookAlikeGroup> {
    let mut bytes = 0_usize;
    let fits = |group: &pb::LookAlikeGroup| {
        let room = bytes < most;
        bytes = bytes.saturating_add(group.encoded_len());
        room
    };
    groups.take_while(fits).collect()
}

fn group(group: &LookAlikes) -> pb::LookAlikeGroup {
    pb::LookAlikeGroup {
        registrants: group.members.iter().map(member).collect(),
        count: group.count,
        likeness: u32::try_from(group.likeness).unwrap_or(u32::MAX),
    }
}

fn member(one: &LookAlike) -> pb::LookAlike {
    let registrant = pb::Registrant {
        address: String::new(),
        address_seen_by: 0,
        ..entry::registrant(&one.registrant, Reader::Staff)
    };
    pb::LookAlike {
        registrant: Some(registrant),
        arcs: one.arcs,
        alike_in: one.alike_in.iter().map(|of| likeness(*of) as i32).collect(),
    }
}

const fn likeness(of: Trait) -> pb::Likeness {
    match of {
        Trait::Name => pb::Likeness::Name,
        Trait::Email => pb::Likeness::Email,
        Trait::Telephone => pb::Likeness::Telephone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trait_too_many_is_refused() {
        let mut faults = Faults::new();
        assert_eq!(least(0, &mut faults), Some(1));
        assert_eq!(least(3, &mut faults), Some(3));
        assert_eq!(least(4, &mut faults), None);
        assert_eq!(least(u32::MAX, &mut faults), None);
        assert!(faults.into_result(Some(())).is_err());
    }

    #[test]
    fn an_answer_ends_before_it_is_too_long() {
        let one = pb::LookAlikeGroup {
            count: 2,
            ..Default::default()
        };
        let long = one.encoded_len();
        for (most, expect) in [(0, 0), (1, 1), (long, 1), (long + 1, 2)] {
            let groups = std::iter::repeat_n(one.clone(), 3);
            assert_eq!(within(groups, most).len(), expect, "{most}");
        }
    }
}
