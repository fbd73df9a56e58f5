//! Log lines: set up once, as text for people or one JSON object a line, on standard error.
//!
//! The levels: ERROR, someone must act; WARN, something was not as it should be and was dealt with; INFO, what an operator
//! wants to have read; DEBUG and TRACE, for developers. A message is a sentence; what varies is a field beside it.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::model::ids::RequestId;

use super::events::{Emit as _, Panicked};

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, coloured on a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("the setting log.filter cannot be read: {0}")]
    Filter(String),
    /// Something else logs already.
    #[error("logging was set up before: {0}")]
    SetUpBefore(String),
}

/// Whether `filter` can be read.
pub fn check_filter(filter: &str) -> Result<(), LogError> {
    parse(filter).map(|_| ())
}

fn parse(filter: &str) -> Result<EnvFilter, LogError> {
    EnvFilter::try_new(filter).map_err(|fault| LogError::Filter(fault.to_string()))
}

/// Starts logging, and lets panics be logged and counted too.
pub fn init(format: Format, filter: &str) -> Result<(), LogError> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(parse(filter)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        Format::Text => lines.with_target(false).try_init(),
        Format::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|fault| LogError::SetUpBefore(fault.to_string()))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let said = said(panic.payload());
        let place = place.as_deref().unwrap_or("an unknown place");
        Panicked { place, said }.emit();
    }));
    Ok(())
}

/// What a panic said, where it said anything.
fn said(payload: &(dyn std::any::Any + Send)) -> &str {
    match payload.downcast_ref::<&'static str>() {
        Some(text) => text,
        None => payload
            .downcast_ref::<String>()
            .map_or("no message", String::as_str),
    }
}

/// The span of one call: what is logged within it carries its request id.
pub fn call_span(method: &'static str, request: &RequestId) -> tracing::Span {
    tracing::info_span!("call", method, request_id = %request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_level_or_directives() {
        check_filter("info").unwrap();
        check_filter("warn,oidra::register=debug").unwrap();
        assert!(
            check_filter("oidra=loud")
                .unwrap_err()
                .to_string()
                .contains("log.filter")
        );
    }
}
