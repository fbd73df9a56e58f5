//! What the server tells an operator: logs, metrics, and the little HTTP endpoint that shows them.
//!
//! A happening that an operator may care about is one struct in [`events`]; its `emit` logs and counts at once, so that
//! the two can't disagree. No token, no personal data and no free text of a caller may reach a log line; [`Redacted`]
//! keeps what must not be shown. This room may be imported from anywhere and imports only `model` and `oid`.

pub mod audit;
pub mod calls;
pub mod endpoint;
pub mod events;
pub mod logs;
pub mod metrics;

use std::fmt;

pub use events::Emit;

/// A value that is never shown: it prints as `[redacted]` however it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Wraps a value that must not be shown.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for where it is needed; never for a log line.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_redacted_is_never_printed() {
        let secret = Redacted::new("oidra_secret");
        assert_eq!(
            format!("{secret} {secret:?} {:?}", Some(&secret))
                .matches("secret")
                .count(),
            0
        );
        assert_eq!(*secret.expose(), "oidra_secret");
    }
}
