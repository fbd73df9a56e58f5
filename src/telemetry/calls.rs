//! Calls of the API, counted by method and code.
//!
//! The methods are named once, at the start: a path that a caller made up is counted as `other`, so that strangers can't
//! make series. What a known method needs is looked up once, not for every call.

use std::{collections::HashMap, sync::Arc, time::Duration};

use prometheus::{Histogram, IntCounter};
use tracing::debug;

use super::metrics::metrics;

/// How calls to paths that are not the API's are counted.
const OTHER: &str = "other";
/// The name of gRPC's code 0.
const OK: &str = "OK";

/// The meters of one method.
#[derive(Debug)]
pub struct Meter {
    method: String,
    kept: Option<(IntCounter, Histogram)>,
}

impl Meter {
    fn new(method: &str) -> Self {
        let kept = metrics().map(|m| {
            let ok = m.calls.with_label_values(&[method, OK]);
            (ok, m.call_seconds.with_label_values(&[method]))
        });
        Self {
            method: method.to_owned(),
            kept,
        }
    }

    /// A call ended with this code, a number of gRPC's, after this time.
    pub fn ended(&self, code: u8, took: Duration) {
        let name = code_name(code);
        debug!(
            method = self.method,
            code = name,
            took_us = took.as_micros(),
            "Answered."
        );
        let Some((ok, seconds)) = &self.kept else {
            return;
        };
        seconds.observe(took.as_secs_f64());
        if name == OK {
            ok.inc();
        } else if let Some(metrics) = metrics() {
            let calls = metrics
                .calls
                .with_label_values(&[self.method.as_str(), name]);
            calls.inc();
        }
    }
}

/// The meters of every method.
#[derive(Debug)]
pub struct Calls {
    known: HashMap<String, Arc<Meter>>,
    other: Arc<Meter>,
}

impl Calls {
    /// The meters of the methods with these paths, such as `/oidra.v1.NotationService/Convert`.
    pub fn new(paths: impl IntoIterator<Item = String>) -> Self {
        let meter = |path: String| {
            let method = path.trim_start_matches('/');
            let meter = Arc::new(Meter::new(method));
            (path, meter)
        };
        Self {
            known: paths.into_iter().map(meter).collect(),
            other: Arc::new(Meter::new(OTHER)),
        }
    }

    /// The meter of a path.
    pub fn meter(&self, path: &str) -> Arc<Meter> {
        Arc::clone(self.known.get(path).unwrap_or(&self.other))
    }
}

/// The names of gRPC's codes; what is none of them is `UNKNOWN`, as gRPC says.
const fn code_name(code: u8) -> &'static str {
    match code {
        0 => OK,
        1 => "CANCELLED",
        3 => "INVALID_ARGUMENT",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        6 => "ALREADY_EXISTS",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        9 => "FAILED_PRECONDITION",
        10 => "ABORTED",
        11 => "OUT_OF_RANGE",
        12 => "UNIMPLEMENTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        15 => "DATA_LOSS",
        16 => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_path_makes_no_series() {
        let calls = Calls::new(["/x.Service/Method".to_owned()]);
        let count = |method: &str, code: &str| {
            metrics()
                .unwrap()
                .calls
                .with_label_values(&[method, code])
                .get()
        };
        calls.meter("/x.Service/Method").ended(0, Duration::ZERO);
        calls.meter("/x.Service/Method").ended(5, Duration::ZERO);
        calls.meter("/made/up").ended(12, Duration::ZERO);
        assert_eq!(count("x.Service/Method", "OK"), 1);
        assert_eq!(count("x.Service/Method", "NOT_FOUND"), 1);
        assert_eq!(count("other", "UNIMPLEMENTED"), 1);
        let text = String::from_utf8(super::super::metrics::text()).unwrap();
        assert!(!text.contains("made/up"));
    }
}
