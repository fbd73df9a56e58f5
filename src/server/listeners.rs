//! Every socket, bound before any work: a port that is taken is told in the first second, not after a rebuild.

use std::net::{SocketAddr, UdpSocket};

use tokio::net::TcpListener;

use crate::{
    config::Settings,
    telemetry::events::{Emit as _, Listening},
};

use super::{exit::Failure, transport::Local};

/// The sockets, bound, nobody served yet.
#[derive(Debug)]
pub struct Listeners {
    /// For the API.
    pub api: TcpListener,
    /// Where it is, with the port that the system chose.
    pub api_address: SocketAddr,
    /// For this machine's administrator.
    pub local: Option<Local>,
    /// For WHOIS, where it is wanted.
    pub whois: Option<TcpListener>,
    /// Where it is, with the port that the system chose.
    pub whois_address: Option<SocketAddr>,
    /// For the DNS, over UDP and TCP.
    pub dns: Vec<(UdpSocket, TcpListener)>,
    /// For metrics and health.
    pub metrics: TcpListener,
    /// Where they are, with the port that the system chose.
    pub metrics_address: SocketAddr,
}

impl Listeners {
    /// Binds what the settings name.
    pub async fn bind(settings: &Settings) -> Result<Self, Failure> {
        let (api, api_address) = bind("listen", settings.listen).await?;
        let (metrics, metrics_address) = bind("metrics.listen", settings.metrics.listen).await?;
        let (whois, whois_address) = if settings.whois.on {
            let (whois, address) = bind("whois.listen", settings.whois.listen).await?;
            let face = "whois";
            Listening { face, address }.emit();
            (Some(whois), Some(address))
        } else {
            (None, None)
        };
        let mut dns = Vec::new();
        for address in &settings.dns.listen {
            dns.push(both(*address).await?);
        }
        let path = &settings.admin_socket;
        let local = if path.as_os_str().is_empty() {
            None
        } else {
            Some(Local::bind(path).map_err(Failure::file("listen on", path))?)
        };
        Listening {
            face: "api",
            address: api_address,
        }
        .emit();
        Listening {
            face: "metrics",
            address: metrics_address,
        }
        .emit();
        Ok(Self {
            api,
            api_address,
            local,
            whois,
            whois_address,
            dns,
            metrics,
            metrics_address,
        })
    }
}

/// The same port over UDP and TCP.
async fn both(wanted: SocketAddr) -> Result<(UdpSocket, TcpListener), Failure> {
    let setting = "dns.listen";
    let (tcp, address) = bind(setting, wanted).await?;
    let udp = UdpSocket::bind(address).map_err(|source| Failure::Bind {
        setting,
        address,
        source,
    })?;
    Listening {
        face: "dns",
        address,
    }
    .emit();
    Ok((udp, tcp))
}

async fn bind(
    setting: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), Failure> {
    let wrong = |source| Failure::Bind {
        setting,
        address,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(wrong)?;
    let bound = listener.local_addr().map_err(wrong)?;
    Ok((listener, bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_told_with_its_setting() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            ..Settings::default()
        };
        settings.metrics.listen = taken.local_addr().unwrap();
        let said = Listeners::bind(&settings).await.unwrap_err().to_string();
        assert!(said.contains("metrics.listen"), "{said}");
        assert!(
            said.contains(&settings.metrics.listen.to_string()),
            "{said}"
        );
    }

    #[tokio::test]
    async fn port_0_lets_the_system_choose() {
        let mut settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            ..Settings::default()
        };
        settings.metrics.listen = "127.0.0.1:0".parse().unwrap();
        let bound = Listeners::bind(&settings).await.unwrap();
        assert_ne!(bound.api_address.port(), 0);
        assert_ne!(bound.api_address.port(), bound.metrics_address.port());
    }
}
