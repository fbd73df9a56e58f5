//! Notices: what applicants and registrants are told of by mail (X.660 clause 9; X.1500.1: acknowledgement, announcement,
//! notice of rejection; X.666: notification).
//!
//! A notice follows from an event and is never made otherwise, so that a replay of the journal gives the same ones. It must
//! never hold an address or a text: whom it reaches, and what it says, is found when it is sent.

use std::{fmt, str::FromStr};

use crate::oid::NodePath;

use super::{
    clock::Timestamp,
    entry::Language,
    ids::{ApplicationId, RegistrantId, Seq},
};

/// The id of a notice: the record that gave rise to it, and its place among the notices of that record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId {
    /// The record.
    pub seq: Seq,
    /// Its place, from 0.
    pub place: u32,
}

/// Why a text is no id of a notice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be n-, the sequence number of a record, a hyphen and a place, such as n-17-0")]
pub struct NoticeIdError;

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n-{}-{}", self.seq, self.place)
    }
}

impl FromStr for NoticeId {
    type Err = NoticeIdError;

    fn from_str(text: &str) -> Result<Self, NoticeIdError> {
        let parts = text
            .strip_prefix("n-")
            .and_then(|rest| rest.split_once('-'));
        let (seq, place) = parts.ok_or(NoticeIdError)?;
        let id = Self {
            seq: Seq::new(seq.parse().map_err(|_| NoticeIdError)?),
            place: place.parse().map_err(|_| NoticeIdError)?,
        };
        // One notice has one id: no sign, no leading zero.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(NoticeIdError)
        }
    }
}

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// The authority has the application.
    Acknowledged,
    /// The applicant is asked something.
    InformationRequested,
    /// The authority says something about the application.
    Commented,
    /// The arc was given out.
    Announced,
    /// The application was rejected, with a reason and until when that can be appealed.
    Rejected,
    /// The rejection stands for good.
    AppealUpheld,
    /// The application is judged anew.
    AppealGranted,
    /// The applicant took the application back.
    ApplicationWithdrawn,
    /// The applicant did not answer in time.
    ApplicationExpired,
    /// Something that an arc's entry holds changed.
    EntryChanged,
    /// An arc is in another state.
    StateChanged,
    /// An arc was withdrawn.
    ArcWithdrawn,
    /// An arc is the recipient's now.
    Transferred,
    /// An arc is the recipient's no longer.
    Relinquished,
    /// The recipient is asked to agree to the transfer of an arc.
    ConsentAsked,
    /// The recipient is asked to agree to the release of the lock of an arc.
    UnlockAsked,
    /// The recipient is asked whether what is known of it is right.
    ContactCheck,
    /// The recipient's arc is marked as suspect.
    SuspectMarked,
    /// The term of the recipient's arc ends.
    TermEnding,
    /// Somebody challenged a label of an arc.
    LabelChallenged,
    /// A challenge to a label of an arc was decided.
    LabelDecided,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::Acknowledged,
        Self::InformationRequested,
        Self::Commented,
        Self::Announced,
        Self::Rejected,
        Self::AppealUpheld,
        Self::AppealGranted,
        Self::ApplicationWithdrawn,
        Self::ApplicationExpired,
        Self::EntryChanged,
        Self::StateChanged,
        Self::ArcWithdrawn,
        Self::Transferred,
        Self::Relinquished,
        Self::ConsentAsked,
        Self::UnlockAsked,
        Self::TermEnding,
        Self::SuspectMarked,
        Self::ContactCheck,
        Self::LabelChallenged,
        Self::LabelDecided,
    ];

    /// The lower-case words for it, by which its template is named.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::InformationRequested => "information-requested",
            Self::Commented => "commented",
            Self::Announced => "announced",
            Self::Rejected => "rejected",
            Self::AppealUpheld => "appeal-upheld",
            Self::AppealGranted => "appeal-granted",
            Self::ApplicationWithdrawn => "application-withdrawn",
            Self::ApplicationExpired => "application-expired",
            Self::EntryChanged => "entry-changed",
            Self::StateChanged => "state-changed",
            Self::ArcWithdrawn => "arc-withdrawn",
            Self::Transferred => "transferred",
            Self::Relinquished => "relinquished",
            Self::ConsentAsked => "consent-asked",
            Self::UnlockAsked => "unlock-asked",
            Self::ContactCheck => "contact-check",
            Self::SuspectMarked => "suspect-marked",
            Self::TermEnding => "term-ending",
            Self::LabelChallenged => "label-challenged",
            Self::LabelDecided => "label-decided",
        }
    }
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// An application.
    Application(ApplicationId),
    /// An arc.
    Arc(NodePath),
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// What it tells.
    pub kind: NoticeKind,
    /// To whom.
    pub to: RegistrantId,
    /// What it is about.
    pub matter: Matter,
    /// In which language its recipient wants to hear.
    pub language: Language,
    /// When the event happened.
    pub made: Timestamp,
    /// What became of it; `None` as long as it waits.
    pub settled: Option<Settled>,
}

/// What became of a notice, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// When that was recorded.
    pub at: Timestamp,
    /// What.
    pub outcome: Outcome,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server took it.
    Sent,
    /// The mail server refused it for good, with this reply code (RFC 5321 4.2); 0 where it was not even offered.
    Refused(u16),
    /// The register knows no address of the recipient, or knows it no longer.
    NoAddress,
}

impl Outcome {
    /// The lower-case word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused(_) => "refused",
            Self::NoAddress => "no-address",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_in_one_way() {
        let id = NoticeId {
            seq: Seq::new(17),
            place: 2,
        };
        assert_eq!(id.to_string(), "n-17-2");
        assert_eq!("n-17-2".parse(), Ok(id));
        for wrong in [
            "",
            "n-",
            "n-17",
            "n-17-",
            "n-017-2",
            "n-17-+2",
            "17-2",
            "n-17-2-3",
            "n-18446744073709551616-0",
        ] {
            assert_eq!(wrong.parse::<NoticeId>(), Err(NoticeIdError), "{wrong}");
        }
    }
}
