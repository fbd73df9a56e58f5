//! Counters, gauges and histograms, in Prometheus' text form.
//!
//! Every label is bounded: a command's name, a refusal's code, a method, a gRPC code. A caller's text is never a label; the
//! types (`&'static str`) see to it. Times come in as durations: nothing here reads a clock.

use std::sync::OnceLock;

use prometheus::{
    Encoder as _, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::model::{Code, command::Command};

/// Upper ends of the time buckets, in seconds: from a read out of memory to a call that ran into its deadline.
const SECONDS_BUCKETS: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0, 30.0,
];

/// A kind of fault that someone must see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A call could not be answered.
    Call,
    /// A checkpoint could not be signed or kept.
    Checkpoint,
    /// Writing stopped.
    Writer,
    /// A connection could not be taken.
    Accept,
    /// Code of ours panicked.
    Panic,
    /// The journal could not be read.
    Journal,
    /// A certificate could not be read anew.
    Certificate,
    /// An issuer's keys could not be had.
    Keys,
    /// The audit log could not be written.
    Audit,
    /// A DNS query could not be answered.
    Dns,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Call,
        Self::Checkpoint,
        Self::Writer,
        Self::Accept,
        Self::Panic,
        Self::Journal,
        Self::Certificate,
        Self::Keys,
        Self::Audit,
        Self::Dns,
    ];

    /// The word it is counted under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Checkpoint => "checkpoint",
            Self::Writer => "writer",
            Self::Accept => "accept",
            Self::Panic => "panic",
            Self::Journal => "journal",
            Self::Certificate => "certificate",
            Self::Keys => "keys",
            Self::Audit => "audit",
            Self::Dns => "dns",
        }
    }
}

/// Everything that is counted. The names on the wire begin with `oidra_`.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Writes recorded, by command.
    pub commands: IntCounterVec,
    /// From a write's arrival to its durable record, by command.
    pub command_seconds: HistogramVec,
    /// Arcs registered.
    pub arcs_registered: IntCounter,
    /// Refusals, by code.
    pub refusals: IntCounterVec,
    /// Calls that ended, by method and gRPC code.
    pub calls: IntCounterVec,
    /// How long calls took, by method.
    pub call_seconds: HistogramVec,
    /// Questions by WHOIS that were answered, by how they came out.
    pub whois_answers: IntCounterVec,
    /// How long answers by WHOIS took.
    pub whois_seconds: Histogram,
    /// Connections open now.
    pub connections: IntGauge,
    /// Connections that the server refused or ended, by why.
    pub turned_away: IntCounterVec,
    /// Times that a source's tokens were shut out for a while.
    pub tokens_shut: IntCounter,
    /// When the server's certificate ends, in seconds since 1970; 0 without TLS.
    pub certificate_not_after: IntGauge,
    /// The sequence of the newest record.
    pub head: IntGauge,
    /// 1 while reads are answered.
    pub ready: IntGauge,
    /// 1 while writes are taken.
    pub writable: IntGauge,
    /// Rebuilds of the tables.
    pub rebuilds: IntCounter,
    /// Torn tails cut off the journal.
    pub torn_tails: IntCounter,
    /// Checkpoints signed.
    pub checkpoints: IntCounter,
    /// Lines of the audit log that were written.
    pub audit_lines: IntCounter,
    /// Lines that are missing from the audit log.
    pub audit_lost: IntCounter,
    /// The SOA serial of the DNS zones.
    pub dns_serial: IntGauge,
    /// Names in the DNS zones.
    pub dns_names: IntGauge,
    /// What the DNS cannot carry, by what it is.
    pub dns_left_out: IntGaugeVec,
    /// DNS queries answered, by transport and response code.
    pub dns_answers: IntCounterVec,
    /// DNS responses held back by the limit of rates, by how.
    pub dns_held_back: IntCounterVec,
    /// Zones transferred, by kind.
    pub dns_transfers: IntCounterVec,
    /// Secondaries told of a change, by whether they answered.
    pub dns_notices: IntCounterVec,
    /// Messages to webhooks, by hook and by whether they were taken.
    pub hook_messages: IntCounterVec,
    /// Faults that someone must see to, by kind.
    pub faults: IntCounterVec,
}

impl Metrics {
    fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let shelf = Shelf(&registry);
        let version = shelf.gauges("build_info", "The version that runs.", &["version"])?;
        version
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        let made = Self {
            commands: shelf.counters("commands_total", "Writes recorded.", &["command"])?,
            command_seconds: shelf.times(
                "command_seconds",
                "From a write's arrival to its durable record.",
                &["command"],
            )?,
            arcs_registered: shelf.counter("arcs_registered_total", "Arcs registered.")?,
            refusals: shelf.counters("refusals_total", "Refusals told.", &["code"])?,
            calls: shelf.counters("calls_total", "Calls that ended.", &["method", "code"])?,
            call_seconds: shelf.times("call_seconds", "How long calls took.", &["method"])?,
            whois_answers: shelf.counters(
                "whois_answers_total",
                "Questions by WHOIS that were answered.",
                &["result"],
            )?,
            whois_seconds: shelf.time(
                "whois_seconds",
                "From a line of WHOIS to the end of its answer.",
            )?,
            connections: shelf.gauge("connections", "Connections open now.")?,
            turned_away: shelf.counters(
                "connections_turned_away_total",
                "Connections that the server refused or ended.",
                &["why"],
            )?,
            tokens_shut: shelf.counter(
                "tokens_shut_total",
                "Times that a source's tokens were refused for a while.",
            )?,
            certificate_not_after: shelf.gauge(
                "certificate_not_after_seconds",
                "When the server's certificate ends, in seconds since 1970; 0 without TLS.",
            )?,
            head: shelf.gauge("head_sequence", "The sequence of the newest record.")?,
            ready: shelf.gauge("ready", "1 while reads are answered.")?,
            writable: shelf.gauge("writable", "1 while writes are taken.")?,
            rebuilds: shelf.counter("rebuilds_total", "Rebuilds of the tables.")?,
            torn_tails: shelf.counter("torn_tails_total", "Torn tails cut off the journal.")?,
            checkpoints: shelf.counter("checkpoints_total", "Checkpoints signed.")?,
            audit_lines: shelf.counter("audit_lines_total", "Lines written to the audit log.")?,
            audit_lost: shelf.counter(
                "audit_lost_total",
                "Lines that are missing from the audit log.",
            )?,
            dns_serial: shelf.gauge("dns_serial", "The SOA serial of the DNS zones.")?,
            dns_names: shelf.gauge("dns_names", "Names in the DNS zones.")?,
            dns_left_out: shelf.gauges(
                "dns_left_out",
                "What the DNS cannot carry: nodes, labels, values.",
                &["what"],
            )?,
            dns_answers: shelf.counters(
                "dns_answers_total",
                "DNS queries answered.",
                &["transport", "rcode"],
            )?,
            dns_held_back: shelf.counters(
                "dns_held_back_total",
                "DNS responses held back by the limit of rates.",
                &["how"],
            )?,
            dns_transfers: shelf.counters(
                "dns_transfers_total",
                "Zones transferred to secondaries.",
                &["kind"],
            )?,
            dns_notices: shelf.counters(
                "dns_notices_total",
                "Secondaries told of a change.",
                &["answer"],
            )?,
            hook_messages: shelf.counters(
                "webhook_messages_total",
                "Messages posted to webhooks.",
                &["hook", "outcome"],
            )?,
            faults: shelf.counters(
                "faults_total",
                "Faults that someone must see to.",
                &["kind"],
            )?,
            registry,
        };
        made.begin();
        Ok(made)
    }

    /// Makes every series whose labels are known, at 0: what is missing until the first time looks like a scrape that failed,
    /// and a rise from nothing is no rise.
    fn begin(&self) {
        for fault in Fault::ALL {
            self.faults.with_label_values(&[fault.word()]);
        }
        for code in Code::ALL {
            self.refusals.with_label_values(&[code.name()]);
        }
        for word in Command::WORDS {
            self.commands.with_label_values(&[word]);
            self.command_seconds.with_label_values(&[word]);
        }
    }

    /// Everything, in Prometheus' text form.
    fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// Makes and registers in one go.
struct Shelf<'a>(&'a Registry);

impl Shelf<'_> {
    fn put<T: prometheus::core::Collector + Clone + 'static>(
        &self,
        made: Result<T, prometheus::Error>,
    ) -> Result<T, prometheus::Error> {
        let made = made?;
        self.0.register(Box::new(made.clone()))?;
        Ok(made)
    }

    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        self.put(IntCounter::with_opts(opts(name, help)))
    }

    fn counters(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, prometheus::Error> {
        self.put(IntCounterVec::new(opts(name, help), labels))
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        self.put(IntGauge::with_opts(opts(name, help)))
    }

    fn gauges(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntGaugeVec, prometheus::Error> {
        self.put(IntGaugeVec::new(opts(name, help), labels))
    }

    fn time(&self, name: &str, help: &str) -> Result<Histogram, prometheus::Error> {
        self.put(Histogram::with_opts(times(name, help)))
    }

    fn times(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<HistogramVec, prometheus::Error> {
        self.put(HistogramVec::new(times(name, help), labels))
    }
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(format!("oidra_{name}"), help)
}

fn times(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::from(opts(name, help)).buckets(SECONDS_BUCKETS.to_vec())
}

/// The metrics of the process; `None` only if their definitions contradict each other, which a test rules out.
pub fn metrics() -> Option<&'static Metrics> {
    static METRICS: OnceLock<Option<Metrics>> = OnceLock::new();
    METRICS.get_or_init(|| Metrics::new().ok()).as_ref()
}

/// Everything, in Prometheus' text form.
pub fn text() -> Vec<u8> {
    let told = metrics().and_then(|metrics| metrics.text().ok());
    told.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_fit_together_and_are_told() {
        let metrics = Metrics::new().unwrap();
        metrics.commands.with_label_values(&["allocate"]).inc();
        let text = String::from_utf8(metrics.text().unwrap()).unwrap();
        assert!(
            text.contains("oidra_commands_total{command=\"allocate\"} 1"),
            "{text}"
        );
        assert!(text.contains("oidra_build_info{version="));
        assert!(super::metrics().is_some());
    }

    #[test]
    fn what_is_known_beforehand_is_counted_from_0() {
        let text = String::from_utf8(Metrics::new().unwrap().text().unwrap()).unwrap();
        for line in [
            "oidra_faults_total{kind=\"panic\"} 0",
            "oidra_refusals_total{code=\"NUMBER_TAKEN\"} 0",
            "oidra_commands_total{command=\"set-policy\"} 0",
            "oidra_command_seconds_count{command=\"allocate\"} 0",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}");
        }
        for fault in Fault::ALL {
            assert!(text.contains(&format!("kind=\"{}\"", fault.word())));
        }
    }
}
