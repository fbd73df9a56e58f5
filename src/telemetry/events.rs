//! What an operator may care about: one struct each, whose `emit` logs and counts at once.
//!
//! ERROR means that someone must act. Fields hold ids, numbers, names of the program's own; never a token, never a
//! person's data, never a caller's free text.

use std::{net::SocketAddr, path::Path, time::Duration};

use tracing::{debug, error, info, warn};

use crate::model::{
    clock::Timestamp,
    ids::{RegisterId, Seq},
    notice::{NoticeId, Outcome},
    refusal::Code,
};

use super::metrics::{Fault, Metrics, metrics};

/// Something that happened.
pub trait Emit {
    /// Logs it and counts it.
    fn emit(self);
}

fn count(how: impl FnOnce(&Metrics)) {
    if let Some(metrics) = metrics() {
        how(metrics);
    }
}

fn fault(kind: Fault) {
    count(|m| m.faults.with_label_values(&[kind.word()]).inc());
}

/// A gauge can hold no more than this; a head beyond it is out of reach.
fn gauge(seq: Seq) -> i64 {
    i64::try_from(seq.get()).unwrap_or(i64::MAX)
}

/// Whole milliseconds, as a number that every log reader takes.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Whole microseconds, as a number that every log reader takes.
fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The program began.
#[derive(Debug)]
pub struct Started<'a> {
    /// Where it keeps everything.
    pub data_dir: &'a Path,
}

impl Emit for Started<'_> {
    fn emit(self) {
        let version = env!("CARGO_PKG_VERSION");
        info!(version, data_dir = %self.data_dir.display(), "oidrad starts.");
    }
}

/// A socket is bound.
#[derive(Debug)]
pub struct Listening {
    /// What is served there: `api`, `dns`, `whois` or `metrics`.
    pub face: &'static str,
    /// Where, with the port that the system chose.
    pub address: SocketAddr,
}

impl Emit for Listening {
    fn emit(self) {
        info!(face = self.face, address = %self.address, "Listening.");
    }
}

/// It was recorded what became of a notice.
#[derive(Debug)]
pub struct NoticeSettled {
    /// The notice.
    pub notice: NoticeId,
    /// What became of it.
    pub outcome: Outcome,
}

impl Emit for NoticeSettled {
    fn emit(self) {
        let Self { notice, outcome } = self;
        match outcome {
            Outcome::Sent => info!(%notice, "A notice was sent."),
            Outcome::Refused(reply) => {
                warn!(%notice, reply, "The mail server refused a notice for good.");
            }
            Outcome::NoAddress => warn!(%notice, "No address is known for a notice."),
        }
    }
}

/// Nothing can be handed in at the mail server.
#[derive(Debug)]
pub struct MailAway {
    /// Why: `connection`, `timeout`, `tls`, `authentication` or `sender`.
    pub why: &'static str,
    /// How many notices wait.
    pub waiting: usize,
}

impl Emit for MailAway {
    fn emit(self) {
        let Self { why, waiting } = self;
        error!(why, waiting, "No mail can be sent; it is tried again.");
    }
}

/// A message was taken by a hook.
#[derive(Debug)]
pub struct HookTold<'a> {
    /// The hook.
    pub hook: &'a str,
    /// The message.
    pub message: &'a str,
}

impl Emit for HookTold<'_> {
    fn emit(self) {
        let Self { hook, message } = self;
        count(|m| m.hook_messages.with_label_values(&[hook, "taken"]).inc());
        debug!(hook, message, "A webhook took a message.");
    }
}

/// A hook takes no messages for now.
#[derive(Debug)]
pub struct HookAway<'a> {
    /// The hook.
    pub hook: &'a str,
    /// Why.
    pub why: &'a str,
    /// How often in a row.
    pub failures: u32,
}

impl Emit for HookAway<'_> {
    fn emit(self) {
        let Self {
            hook,
            why,
            failures,
        } = self;
        count(|m| m.hook_messages.with_label_values(&[hook, "failed"]).inc());
        warn!(
            hook,
            why, failures, "A webhook takes no message; it is tried again."
        );
    }
}

/// A register was founded.
#[derive(Debug)]
pub struct Founded<'a> {
    /// Its id.
    pub register: &'a RegisterId,
    /// The version of the reference data it began with.
    pub data_version: &'a str,
}

impl Emit for Founded<'_> {
    fn emit(self) {
        info!(register = %self.register, data_version = self.data_version, "Register founded.");
    }
}

/// A newer version of the reference data was recorded.
#[derive(Debug)]
pub struct DataLoaded<'a> {
    /// Which version.
    pub version: &'a str,
    /// How many entries it changed.
    pub entries: usize,
}

impl Emit for DataLoaded<'_> {
    fn emit(self) {
        info!(
            version = self.version,
            entries = self.entries,
            "Reference data loaded."
        );
    }
}

/// Reads are answered from now on.
#[derive(Debug)]
pub struct Ready<'a> {
    /// Which register.
    pub register: &'a RegisterId,
    /// Its newest record.
    pub head: Seq,
    /// From the start until now.
    pub took: Duration,
}

impl Emit for Ready<'_> {
    fn emit(self) {
        info!(register = %self.register, head = self.head.get(), took_ms = millis(self.took), "Ready.");
        count(|m| {
            m.ready.set(1);
            m.head.set(gauge(self.head));
        });
    }
}

/// Reads cannot be answered for the time being.
#[derive(Debug)]
pub struct Unready<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for Unready<'_> {
    fn emit(self) {
        warn!(why = self.why, "Not ready.");
        count(|m| m.ready.set(0));
    }
}

/// The journal has a new head.
#[derive(Debug)]
pub struct HeadMoved {
    /// The newest record.
    pub head: Seq,
}

impl Emit for HeadMoved {
    fn emit(self) {
        count(|m| m.head.set(gauge(self.head)));
    }
}

/// A write is on record.
#[derive(Debug)]
pub struct CommandRecorded {
    /// Which command, by its word.
    pub command: &'static str,
    /// The record.
    pub seq: Seq,
    /// How many arcs it registered.
    pub arcs: u64,
    /// From its arrival until it was durable.
    pub took: Duration,
}

impl Emit for CommandRecorded {
    fn emit(self) {
        let took_us = micros(self.took);
        debug!(
            command = self.command,
            seq = self.seq.get(),
            arcs = self.arcs,
            took_us,
            "Recorded."
        );
        count(|m| {
            m.commands.with_label_values(&[self.command]).inc();
            m.arcs_registered.inc_by(self.arcs);
            let seconds = m.command_seconds.with_label_values(&[self.command]);
            seconds.observe(self.took.as_secs_f64());
        });
    }
}

/// A caller was told no.
#[derive(Debug)]
pub struct Refused {
    /// The main refusal.
    pub code: Code,
}

impl Emit for Refused {
    fn emit(self) {
        debug!(code = self.code.name(), "Refused.");
        count(|m| m.refusals.with_label_values(&[self.code.name()]).inc());
    }
}

/// A caller was told only an id: the fault is ours.
#[derive(Debug)]
pub struct CallFailed<'a> {
    /// The id that the caller was told.
    pub id: &'a str,
    /// What went wrong, whole.
    pub fault: &'a str,
}

impl Emit for CallFailed<'_> {
    fn emit(self) {
        error!(
            id = self.id,
            fault = self.fault,
            "A call failed by a fault of the server."
        );
        fault(Fault::Call);
    }
}

/// The tables were made anew from the journal.
#[derive(Debug)]
pub struct Rebuilt<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for Rebuilt<'_> {
    fn emit(self) {
        warn!(why = self.why, "The tables were rebuilt from the journal.");
        count(|m| m.rebuilds.inc());
    }
}

/// A batch that was never acknowledged was cut off the journal.
#[derive(Debug)]
pub struct TornTailCut<'a> {
    /// Where, how much, and where that is kept.
    pub what: &'a str,
}

impl Emit for TornTailCut<'_> {
    fn emit(self) {
        warn!(what = self.what, "A torn tail was cut off the journal.");
        count(|m| m.torn_tails.inc());
    }
}

/// A checkpoint was signed.
#[derive(Debug)]
pub struct CheckpointSigned {
    /// The newest record it covers.
    pub seq: Seq,
}

impl Emit for CheckpointSigned {
    fn emit(self) {
        info!(seq = self.seq.get(), "Checkpoint signed.");
        count(|m| m.checkpoints.inc());
    }
}

/// No checkpoint could be signed.
#[derive(Debug)]
pub struct CheckpointFailed<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for CheckpointFailed<'_> {
    fn emit(self) {
        error!(why = self.why, "No checkpoint could be signed.");
        fault(Fault::Checkpoint);
    }
}

/// Lines of the audit log are on disk.
#[derive(Debug)]
pub struct AuditWritten {
    /// How many.
    pub lines: u64,
}

impl Emit for AuditWritten {
    fn emit(self) {
        count(|m| m.audit_lines.inc_by(self.lines));
    }
}

/// Lines of the audit log found no place among those that wait: calls came faster than the disk takes them.
#[derive(Debug)]
pub struct AuditLost {
    /// How many.
    pub lines: u64,
}

impl Emit for AuditLost {
    fn emit(self) {
        warn!(lines = self.lines, "Lines of the audit log were lost.");
        count(|m| m.audit_lost.inc_by(self.lines));
    }
}

/// The audit log could not be written; calls go on.
#[derive(Debug)]
pub struct AuditFailed<'a> {
    /// Why.
    pub why: &'a std::io::Error,
    /// How many lines are missing for it.
    pub lines: u64,
    /// Whether it failed the last time, too: it is told once only.
    pub again: bool,
}

impl Emit for AuditFailed<'_> {
    fn emit(self) {
        if !self.again {
            error!(why = %self.why, "The audit log cannot be written: look at the disk. Calls go on.");
            fault(Fault::Audit);
        }
        count(|m| m.audit_lost.inc_by(self.lines));
    }
}

/// The audit log can be written again.
#[derive(Debug)]
pub struct AuditKept;

impl Emit for AuditKept {
    fn emit(self) {
        info!("The audit log is written again.");
    }
}

/// Nothing is written any more until a restart; reads go on.
#[derive(Debug)]
pub struct WriterStopped<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for WriterStopped<'_> {
    fn emit(self) {
        error!(
            why = self.why,
            "Writing has stopped: look at the disk, then restart."
        );
        fault(Fault::Writer);
        count(|m| m.writable.set(0));
    }
}

/// The journal holds more than could be read: nothing is written until it can be; reads go on.
#[derive(Debug)]
pub struct JournalUnreadable<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for JournalUnreadable<'_> {
    fn emit(self) {
        error!(
            why = self.why,
            "The journal cannot be read: look at the disk; writing goes on once it can be."
        );
        fault(Fault::Journal);
        count(|m| m.writable.set(0));
    }
}

/// Writes are taken, or are not.
#[derive(Debug)]
pub struct Writable {
    /// Whether they are.
    pub writable: bool,
}

impl Emit for Writable {
    fn emit(self) {
        count(|m| m.writable.set(i64::from(self.writable)));
    }
}

/// The keys of the OpenID Connect issuer were taken.
#[derive(Debug)]
pub struct KeysTaken {
    /// How many there are.
    pub count: usize,
}

impl Emit for KeysTaken {
    fn emit(self) {
        info!(count = self.count, "The issuer's keys were taken.");
    }
}

/// The keys of the OpenID Connect issuer could not be had; those that are known go on counting.
#[derive(Debug)]
pub struct KeysUnavailable<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for KeysUnavailable<'_> {
    fn emit(self) {
        error!(why = self.why, "The issuer's keys could not be had.");
        fault(Fault::Keys);
    }
}

/// A connection was taken.
#[derive(Debug)]
pub struct Connected;

impl Emit for Connected {
    fn emit(self) {
        count(|m| m.connections.inc());
    }
}

/// A connection was refused or ended by the server.
#[derive(Debug)]
pub struct TurnedAway {
    /// Why: `source`, `crowd`, `handshake`, `opening`, `idle` or `stalled`.
    pub why: &'static str,
}

impl Emit for TurnedAway {
    fn emit(self) {
        debug!(why = self.why, "A connection was turned away.");
        count(|m| m.turned_away.with_label_values(&[self.why]).inc());
    }
}

/// The files of TLS were read.
#[derive(Debug)]
pub struct CertificateLoaded<'a> {
    /// The certificate's file.
    pub file: &'a Path,
    /// When the certificate ends.
    pub not_after: Option<Timestamp>,
}

impl Emit for CertificateLoaded<'_> {
    fn emit(self) {
        let not_after = self.not_after.unwrap_or_default();
        info!(file = %self.file.display(), %not_after, "Certificate loaded.");
        count(|m| m.certificate_not_after.set(not_after.micros() / 1_000_000));
    }
}

/// The files of TLS changed and cannot be used; what was before goes on.
#[derive(Debug)]
pub struct CertificateRefused<'a> {
    /// Which file, and why.
    pub why: &'a str,
}

impl Emit for CertificateRefused<'_> {
    fn emit(self) {
        error!(
            why = self.why,
            "The changed files of TLS cannot be used; the state before them goes on."
        );
        fault(Fault::Certificate);
    }
}

/// A source showed so many tokens that nobody knows that none of its tokens is looked up for a while.
#[derive(Debug)]
pub struct TokensShut;

impl Emit for TokensShut {
    fn emit(self) {
        warn!("Somebody tries tokens: those of one source are refused for a while.");
        count(|m| m.tokens_shut.inc());
    }
}

/// When credentials were used last could not be read or written; nothing but that is lost.
#[derive(Debug)]
pub struct UsesUnkept<'a> {
    /// The file.
    pub path: &'a Path,
    /// Why.
    pub why: &'a std::io::Error,
}

impl Emit for UsesUnkept<'_> {
    fn emit(self) {
        warn!(path = %self.path.display(), why = %self.why, "When credentials were used last could not be kept.");
    }
}

/// A connection ended.
#[derive(Debug)]
pub struct Disconnected;

impl Emit for Disconnected {
    fn emit(self) {
        count(|m| m.connections.dec());
    }
}

/// A connection could not be taken, most often because the process has no file handle left.
#[derive(Debug)]
pub struct AcceptFailed<'a> {
    /// Why.
    pub why: &'a std::io::Error,
    /// When it is tried again.
    pub retry_in: Duration,
}

impl Emit for AcceptFailed<'_> {
    fn emit(self) {
        let retry_ms = millis(self.retry_in);
        error!(why = %self.why, retry_ms, "A connection could not be taken.");
        fault(Fault::Accept);
    }
}

/// A question by WHOIS was answered.
#[derive(Debug)]
pub struct WhoisAnswered {
    /// How it came out, in the words of OID-IP; `Help` where nothing was asked.
    pub result: &'static str,
    /// From its line to the last byte that was handed on.
    pub took: Duration,
}

impl Emit for WhoisAnswered {
    fn emit(self) {
        debug!(
            result = self.result,
            took_us = micros(self.took),
            "Answered by WHOIS."
        );
        count(|m| {
            m.whois_answers.with_label_values(&[self.result]).inc();
            m.whois_seconds.observe(self.took.as_secs_f64());
        });
    }
}

/// The DNS zones were made, or brought to a new revision.
#[derive(Debug)]
pub struct ZonesMade {
    /// The SOA serial.
    pub serial: u32,
    /// Names in all zones.
    pub names: usize,
    /// Nodes whose names the DNS cannot carry.
    pub nodes_left_out: u64,
    /// Unicode labels that it cannot carry.
    pub labels_left_out: u64,
    /// Addresses that it cannot carry.
    pub values_left_out: u64,
}

impl Emit for ZonesMade {
    fn emit(self) {
        debug!(
            serial = self.serial,
            names = self.names,
            "The zones are up to date."
        );
        let gauge = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        count(|m| {
            m.dns_serial.set(i64::from(self.serial));
            m.dns_names
                .set(i64::try_from(self.names).unwrap_or(i64::MAX));
            for (what, number) in [
                ("nodes", self.nodes_left_out),
                ("labels", self.labels_left_out),
                ("values", self.values_left_out),
            ] {
                m.dns_left_out.with_label_values(&[what]).set(gauge(number));
            }
        });
    }
}

/// A DNS query was answered.
#[derive(Debug)]
pub struct DnsAnswered {
    /// The response code, one of a few.
    pub rcode: &'static str,
    /// `udp` or `tcp`.
    pub transport: &'static str,
}

impl Emit for DnsAnswered {
    fn emit(self) {
        count(|m| {
            let labels = [self.transport, self.rcode];
            m.dns_answers.with_label_values(&labels).inc();
        });
    }
}

/// A DNS query could not be answered because the register could not be read.
#[derive(Debug)]
pub struct DnsFailed<'a> {
    /// Why.
    pub why: &'a str,
}

impl Emit for DnsFailed<'_> {
    fn emit(self) {
        error!(why = self.why, "A DNS query could not be answered.");
        fault(Fault::Dns);
    }
}

/// A response was held back by the limit of rates, whole (`drop`) or in part (`truncate`).
#[derive(Debug)]
pub struct DnsHeldBack {
    /// How.
    pub how: &'static str,
}

impl Emit for DnsHeldBack {
    fn emit(self) {
        count(|m| m.dns_held_back.with_label_values(&[self.how]).inc());
    }
}

/// A DNS connection was refused because there are too many.
#[derive(Debug)]
pub struct DnsTurnedAway;

impl Emit for DnsTurnedAway {
    fn emit(self) {
        count(|m| m.turned_away.with_label_values(&["dns"]).inc());
    }
}

/// A zone was transferred to a secondary.
#[derive(Debug)]
pub struct ZoneTransferred {
    /// `whole`, `difference` or `current` (there was nothing to tell).
    pub kind: &'static str,
    /// The serial that it is of.
    pub serial: u32,
    /// Records sent.
    pub records: u64,
    /// Whether the other side took them all.
    pub complete: bool,
}

impl Emit for ZoneTransferred {
    fn emit(self) {
        let (kind, serial, records) = (self.kind, self.serial, self.records);
        if self.complete {
            info!(kind, serial, records, "A zone was transferred.");
        } else {
            warn!(
                kind,
                serial, records, "A zone's transfer was broken off by the other side."
            );
        }
        count(|m| m.dns_transfers.with_label_values(&[kind]).inc());
    }
}

/// A secondary was told that a zone changed.
#[derive(Debug)]
pub struct Notified {
    /// Whether it answered.
    pub answered: bool,
}

impl Emit for Notified {
    fn emit(self) {
        let word = if self.answered { "answered" } else { "silent" };
        if !self.answered {
            warn!("A secondary did not answer that a zone changed.");
        }
        count(|m| m.dns_notices.with_label_values(&[word]).inc());
    }
}

/// The server was asked to stop.
#[derive(Debug)]
pub struct Draining {
    /// The signal, or why else.
    pub signal: &'static str,
    /// How long calls in flight may take.
    pub grace: Duration,
}

impl Emit for Draining {
    fn emit(self) {
        info!(
            signal = self.signal,
            grace_seconds = self.grace.as_secs(),
            "Stopping: calls in flight may end."
        );
    }
}

/// The server has stopped.
#[derive(Debug)]
pub struct Drained {
    /// Whether every call ended within the grace period.
    pub whole: bool,
    /// How long it took.
    pub took: Duration,
}

impl Emit for Drained {
    fn emit(self) {
        let took_ms = millis(self.took);
        if self.whole {
            info!(took_ms, "Stopped.");
        } else {
            warn!(took_ms, "Stopped; calls that had not ended were cut off.");
        }
    }
}

/// Code of ours panicked.
#[derive(Debug)]
pub struct Panicked<'a> {
    /// Where, in the source.
    pub place: &'a str,
    /// What the panic said.
    pub said: &'a str,
}

impl Emit for Panicked<'_> {
    fn emit(self) {
        error!(
            place = self.place,
            said = self.said,
            "A panic: this is a fault of the program."
        );
        fault(Fault::Panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_counted_when_it_is_logged() {
        let metrics = metrics().unwrap();
        let code = metrics.refusals.with_label_values(&["NUMBER_TAKEN"]);
        let arcs = metrics.arcs_registered.get();
        let before = code.get();
        Refused {
            code: Code::NumberTaken,
        }
        .emit();
        let took = Duration::from_millis(1);
        CommandRecorded {
            command: "allocate",
            seq: Seq::FIRST,
            arcs: 3,
            took,
        }
        .emit();
        assert_eq!(code.get(), before + 1);
        assert_eq!(metrics.arcs_registered.get(), arcs + 3);
    }

    #[test]
    fn a_stopped_writer_shows() {
        Writable { writable: true }.emit();
        assert_eq!(metrics().unwrap().writable.get(), 1);
        WriterStopped { why: "no space" }.emit();
        assert_eq!(metrics().unwrap().writable.get(), 0);
        Writable { writable: true }.emit();
        JournalUnreadable { why: "I/O" }.emit();
        assert_eq!(metrics().unwrap().writable.get(), 0);
    }
}
