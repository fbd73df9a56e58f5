//! What a person reads after a start: where the server is, what it keeps, what to try.

use std::{fmt::Write as _, net::SocketAddr, path::Path};

use crate::{config, register::Info};

use super::founding::token_file;

/// What a start has to tell.
pub struct Welcome<'a> {
    /// What the register says about itself.
    pub info: &'a Info,
    /// Where the API is.
    pub api: SocketAddr,
    /// Whether it speaks TLS.
    pub sealed: bool,
    /// Where WHOIS is, if there is one.
    pub whois: Option<SocketAddr>,
    /// Where metrics and health are.
    pub metrics: SocketAddr,
    /// The data directory.
    pub data_dir: &'a Path,
    /// Whether the register was founded just now.
    pub founded: bool,
}

impl Welcome<'_> {
    /// The text, several lines.
    pub fn text(&self) -> String {
        let nodes: Vec<_> = self
            .info
            .authorities
            .iter()
            .map(ToString::to_string)
            .collect();
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            writeln!(text, "  {name:<10}{value}").ok();
        };
        line("register", self.info.register.as_str());
        line("nodes", &nodes.join(", "));
        line("arcs", &self.info.arcs.to_string());
        if let Some(whois) = self.whois {
            line("WHOIS", &format!("{whois} (OID-IP)"));
        }
        line("API", &format!("{} (gRPC, gRPC-Web, HTTP)", self.url()));
        line(
            "metrics",
            &format!("http://{}/metrics, /live, /ready", self.metrics),
        );
        line("data", &self.data_dir.display().to_string());
        let token = token_file(self.data_dir).map(|file| file.display().to_string());
        if let Some(token) = &token {
            line(
                "token",
                &format!("{token} (the administrator's; keep it safe)"),
            );
        }
        let version = env!("CARGO_PKG_VERSION");
        let did = if self.founded {
            "has founded a register"
        } else {
            "is ready"
        };
        let tries = self.tries(nodes.first().map(String::as_str), token.as_deref());
        format!("oidrad {version} {did}.\n{text}{tries}")
    }

    fn url(&self) -> String {
        let scheme = if self.sealed { "https" } else { "http" };
        format!("{scheme}://{}", self.api)
    }

    /// Three commands to try, after a founding.
    fn tries(&self, node: Option<&str>, token: Option<&str>) -> String {
        let (true, Some(node), Some(token)) = (self.founded, node, token) else {
            return String::new();
        };
        let server = if self.api == config::LISTEN && !self.sealed {
            String::new()
        } else {
            format!(" --server {}", self.url())
        };
        format!(
            "\nTry:\n  oidctl{server} resolve {node}\n  oidctl{server} --token-file {token} allocate {node} \
             --identifier health --title en:Health\n  oidctl{server} children {node}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        journal::Digest32,
        model::{
            clock::Timestamp,
            ids::{RegisterId, Seq},
        },
    };
    use std::sync::Arc;

    #[test]
    fn a_founding_tells_where_the_token_is_and_what_to_try() {
        let dir = tempfile::tempdir().unwrap();
        let info = Info {
            register: RegisterId::from_random([1; 16]),
            authorities: Arc::new(vec!["2.16.834".parse().unwrap()]),
            head: Seq::FIRST,
            time: Timestamp::default(),
            root: Digest32([0; 32]),
            data_version: None,
            writable: true,
            arcs: 280,
        };
        let mut welcome = Welcome {
            info: &info,
            api: config::LISTEN,
            sealed: false,
            whois: None,
            metrics: config::METRICS_LISTEN,
            data_dir: dir.path(),
            founded: true,
        };
        assert!(!welcome.text().contains("Try:"));
        std::fs::write(dir.path().join("administrator.token"), "secret").unwrap();
        let text = welcome.text();
        assert_eq!(text.matches("\n  oidctl").count(), 3, "{text}");
        assert!(text.contains("administrator.token") && !text.contains("secret"));
        assert!(text.contains("http://127.0.0.1:8340") && !text.contains("--server"));
        welcome.api = "127.0.0.1:4".parse().unwrap();
        assert!(welcome.text().contains("--server http://127.0.0.1:4"));
        welcome.sealed = true;
        assert!(welcome.text().contains("--server https://127.0.0.1:4"));
        welcome.founded = false;
        assert!(!welcome.text().contains("Try:"));
    }
}
