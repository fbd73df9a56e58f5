//! `etcd`, where it is installed: puts of small values, each durable before it is answered, by the same caller on the same
//! disk. One member on loopback; nothing else of etcd is used.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::caller::{Target, frame};

/// The method that writes one key.
const PUT: &str = "/etcdserverpb.KV/Put";
/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(30);
/// The octets of a value: about what the record of one allocation takes.
const VALUE_BYTES: usize = 300;

/// `etcdserverpb.PutRequest`, as far as it is used.
#[derive(Clone, PartialEq, prost::Message)]
struct PutRequest {
    #[prost(bytes = "bytes", tag = "1")]
    key: bytes::Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: bytes::Bytes,
}

/// An `etcd` of this run.
pub struct Etcd {
    child: Child,
    address: SocketAddr,
}

impl Etcd {
    /// Starts one in `folder`; none where it is not installed.
    pub fn start(folder: &Path) -> Option<Self> {
        let (address, peer) = (free_port(), free_port());
        let (client, peer) = (format!("http://{address}"), format!("http://{peer}"));
        let log = File::create(folder.join("etcd.log")).unwrap();
        let spawned = Command::new("etcd")
            .args(["--name", "one", "--logger", "zap", "--log-level", "error"])
            .arg("--data-dir")
            .arg(folder.join("etcd"))
            .args(["--listen-client-urls", &client])
            .args(["--advertise-client-urls", &client])
            .args(["--listen-peer-urls", &peer])
            .args(["--initial-advertise-peer-urls", &peer])
            .args(["--initial-cluster", &format!("one={peer}")])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let etcd = Self {
            child: spawned.ok()?,
            address,
        };
        let begun = Instant::now();
        while !etcd.is_healthy() {
            let log = folder.join("etcd.log");
            assert!(
                begun.elapsed() < START_MAX,
                "etcd is not healthy; see {}",
                log.display()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(etcd)
    }

    fn is_healthy(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return false;
        };
        let mut answer = String::new();
        let asked = stream.write_all(b"GET /health HTTP/1.0\r\n\r\n");
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.contains("true")
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its write method, called over so many connections and streams.
    pub fn puts(&self, connections: usize, streams: usize) -> Target {
        Target {
            address: format!("http://{}", self.address),
            method: PUT,
            token: None,
            connections,
            streams,
        }
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The request for one call: a key of its own.
pub fn put(call: u64) -> bytes::Bytes {
    frame(&PutRequest {
        key: format!("2.16.834.1.{call}").into_bytes().into(),
        value: vec![0x5a; VALUE_BYTES].into(),
    })
}

fn free_port() -> SocketAddr {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    listener.local_addr().unwrap()
}
