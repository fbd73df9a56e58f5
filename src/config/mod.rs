//! Settings of `oidrad`: what can be set, what holds where nothing is, and what it may be.
//!
//! A later layer wins: defaults, the file, the environment, the flags (`load`). This room reads no clock and binds
//! nothing. Only `server` imports it: every other room gets a small options struct of its own. Every size and duration
//! ends with its unit. `deploy/oidra.toml` shows every key and is proven equal to the defaults.

pub mod bounds;
pub mod flags;
pub mod load;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

pub use flags::Flags;
pub use load::{ConfigError, load};

/// Where the API listens unless told otherwise: on loopback, because it is plain text unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8340);
/// Where metrics and health are told unless told otherwise.
pub const METRICS_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9340);
/// The data directory, below the working directory.
pub const DATA_DIR: &str = "./oidra-data";
/// Size of a journal segment before the next one begins, in bytes (64 MiB).
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Time between signed checkpoints, in seconds (one hour).
pub const CHECKPOINT_SECONDS: u64 = 3_600;
/// The name under which checkpoints are signed.
pub const ORIGIN: &str = "oidra/register";
/// Memory for sled's cache, in bytes (256 MiB).
pub const CACHE_BYTES: u64 = 256 * 1024 * 1024;
/// Most writes that wait for the writer.
pub const QUEUE_REQUESTS: u64 = 4_096;
/// Most records of one batch, which is one `fdatasync`.
pub const BATCH_RECORDS: u64 = 512;
/// Size of the largest message taken, in bytes (4 MiB).
pub const MESSAGE_BYTES: u64 = 4 * 1024 * 1024;
/// The longest a call may take, in seconds; streams apart.
pub const DEADLINE_SECONDS: u64 = 30;
/// Most connections at a time.
pub const CONNECTIONS: u64 = 1_024;
/// Most connections at a time of one source.
pub const CONNECTIONS_PER_SOURCE: u64 = 256;
/// How long a connection may take to be opened, in seconds.
pub const OPENING_SECONDS: u64 = 10;
/// How long a connection may be without a call, in seconds.
pub const IDLE_SECONDS: u64 = 600;
/// How long a caller may take nothing of its answers, in seconds.
pub const STALLED_SECONDS: u64 = 60;
/// Most calls at a time of one source.
pub const CALLS_PER_SOURCE: u64 = 1_024;
/// Most reading calls in a second, of one source and of one principal.
pub const READS_PER_SECOND: u64 = 20_000;
/// Most writing calls in a second, of one source and of one principal.
pub const WRITES_PER_SECOND: u64 = 5_000;
/// Most tokens of one source that nobody knows, in a minute.
pub const TOKEN_FAILURES_PER_MINUTE: u64 = 30;
/// Most calls at a time on one connection.
pub const STREAMS_PER_CONNECTION: u64 = 256;
/// For how long a request id is remembered, in seconds of record time (seven days).
pub const REQUEST_HORIZON_SECONDS: u64 = 7 * 86_400;
/// For how long public facts may be kept by whoever asked over HTTP, in seconds.
pub const CACHE_SECONDS: u64 = 60;
/// How often an issuer's keys are taken anew, in seconds (one hour).
pub const KEYS_REFRESH_SECONDS: u64 = 3_600;
/// Size of a file of the audit log before the next one begins, in bytes (64 MiB).
pub const AUDIT_BYTES: u64 = 64 * 1024 * 1024;
/// Files of the audit log that are kept.
pub const AUDIT_FILES: u64 = 16;
/// Where WHOIS listens unless told otherwise, if it is on (RFC 3912).
pub const WHOIS_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 43);
/// Most connections of WHOIS at a time.
pub const WHOIS_CONNECTIONS: u64 = 1_024;
/// Most connections of WHOIS at a time of one source.
pub const WHOIS_CONNECTIONS_PER_SOURCE: u64 = 64;
/// How long a line of WHOIS may take to come, in seconds.
pub const WHOIS_REQUEST_SECONDS: u64 = 10;
/// How long an answer of WHOIS may take to be taken, in seconds.
pub const WHOIS_ANSWER_SECONDS: u64 = 30;
/// The domain below which zones of the ORS lie unless they are named otherwise (X.672).
pub const ORS_DOMAIN: &str = "oid-res.org";
/// How long facts of a zone may be kept, in seconds (one hour).
pub const DNS_TTL_SECONDS: u64 = 3_600;
/// How long the absence of a name may be kept, in seconds.
pub const DNS_NEGATIVE_TTL_SECONDS: u64 = 900;
/// How often secondaries look for a change that they were not told of, in seconds.
pub const DNS_REFRESH_SECONDS: u64 = 1_800;
/// How soon they look again after a failure, in seconds.
pub const DNS_RETRY_SECONDS: u64 = 300;
/// For how long they answer without having reached the server, in seconds (one week).
pub const DNS_EXPIRE_SECONDS: u64 = 7 * 86_400;
/// How long signatures of a zone hold, in seconds (two weeks).
pub const DNS_SIGNATURE_SECONDS: u64 = 14 * 86_400;
/// Octets of a response over UDP at most: what every path carries in one piece.
pub const DNS_UDP_BYTES: u64 = 1_232;
/// How many times the same response goes to the same network in a second over UDP.
pub const DNS_RESPONSES_PER_SECOND: u64 = 100;
/// Most DNS connections at a time.
pub const DNS_CONNECTIONS: u64 = 256;
/// Most DNS connections at a time of one source.
pub const DNS_CONNECTIONS_PER_SOURCE: u64 = 32;
/// How long a DNS connection may be without a query, in seconds.
pub const DNS_IDLE_SECONDS: u64 = 10;
/// How long a message to a webhook may take to be taken, in seconds.
pub const WEBHOOK_TIMEOUT_SECONDS: u64 = 10;
/// How long is waited after the first message that a webhook did not take, in seconds.
pub const WEBHOOK_RETRY_SECONDS: u64 = 5;
/// How long is waited at most, in seconds (one hour).
pub const WEBHOOK_RETRY_LONGEST_SECONDS: u64 = 3_600;
/// Octets of one paper that is handed in with an application (8 MiB).
pub const ATTACHMENT_BYTES: u64 = 8 * 1024 * 1024;
/// Octets of all papers of one application (32 MiB).
pub const ATTACHMENTS_BYTES: u64 = 32 * 1024 * 1024;
/// Octets of all papers (4 GiB).
pub const ATTACHMENTS_TOTAL_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// The port of the mail server (RFC 6409).
pub const MAIL_PORT: u64 = 587;
/// How long one step of handing a letter in may take, in seconds.
pub const MAIL_TIMEOUT_SECONDS: u64 = 30;
/// How long is waited after the first letter that could not be handed in, in seconds.
pub const MAIL_RETRY_SECONDS: u64 = 60;
/// How long is waited at most until a letter is tried again, in seconds (one hour).
pub const MAIL_RETRY_LONGEST_SECONDS: u64 = 3_600;
/// What is logged.
pub const LOG_FILTER: &str = "info";
/// How long calls in flight may take to end when the server stops, in seconds.
pub const GRACE_SECONDS: u64 = 20;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where everything that is kept lies. Made at the first start, for its owner alone.
    pub data_dir: PathBuf,
    /// Where the API listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Whether plain text may leave the machine: wanted where something in front of it does TLS, or for the metrics.
    pub allow_plaintext: bool,
    /// The socket of this machine's administrator; empty means none. For its owner alone.
    pub admin_socket: PathBuf,
    /// How what is sent is sealed, and whether clients prove who they are.
    pub tls: Tls,
    /// The OpenID Connect issuer whose access tokens are taken.
    pub openid: OpenId,
    /// The HTTP face.
    pub http: Http,
    /// Metrics and health.
    pub metrics: Metrics,
    /// What the register is the registration authority of.
    pub authority: Authority,
    /// The journal.
    pub journal: Journal,
    /// The tables.
    pub projection: Projection,
    /// What is borne at most.
    pub limits: Limits,
    /// The zones of the object identifier resolution system, and the DNS server for them.
    pub dns: Dns,
    /// The audit log.
    pub audit: Audit,
    /// What answers of OID-IP tell beyond the register.
    pub oidip: OidIp,
    /// The WHOIS port.
    pub whois: Whois,
    /// Notices by mail.
    pub mail: Mail,
    /// What is posted to whom.
    pub webhooks: Webhooks,
    /// Papers that are handed in with applications.
    pub attachments: Attachments,
    /// What is logged, and how.
    pub log: Log,
    /// How the server stops.
    pub drain: Drain,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from(DATA_DIR),
            listen: LISTEN,
            allow_plaintext: false,
            admin_socket: PathBuf::new(),
            tls: Tls::default(),
            openid: OpenId::default(),
            http: Http::default(),
            metrics: Metrics::default(),
            authority: Authority::default(),
            journal: Journal::default(),
            projection: Projection::default(),
            limits: Limits::default(),
            dns: Dns::default(),
            audit: Audit::default(),
            oidip: OidIp::default(),
            whois: Whois::default(),
            mail: Mail::default(),
            webhooks: Webhooks::default(),
            attachments: Attachments::default(),
            log: Log::default(),
            drain: Drain::default(),
        }
    }
}

impl Settings {
    /// The settings as a TOML document, every key present: what `--dump-config` prints.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        toml::to_string(self).map_err(|fault| ConfigError::Unprintable(fault.to_string()))
    }
}

/// The OpenID Connect issuer whose access tokens are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenId {
    /// The issuer, as its tokens name it; empty means that none are taken.
    pub issuer: String,
    /// The audience that tokens for this server name.
    pub audience: String,
    /// Where its keys (JWKS) are: an address or a file.
    pub keys: String,
    /// How often they are taken anew.
    pub refresh_seconds: u64,
    /// The roles that claims bring.
    pub roles: Vec<ClaimedRole>,
}

impl Default for OpenId {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            audience: String::new(),
            keys: String::new(),
            refresh_seconds: KEYS_REFRESH_SECONDS,
            roles: Vec::new(),
        }
    }
}

impl OpenId {
    /// Whether an issuer is trusted.
    pub const fn is_on(&self) -> bool {
        !self.issuer.is_empty()
    }
}

/// A role that a claim brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimedRole {
    /// The claim, such as `groups`.
    pub claim: String,
    /// The value that it has, or holds where it is a list.
    pub value: String,
    /// The role, by its word, such as `registrar`.
    pub role: String,
    /// On which arc, in dot notation; `.` is the whole register.
    pub oid: String,
}

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuth {
    /// They are not.
    #[default]
    None,
    /// They may show one, which must be good.
    Optional,
    /// They must show one.
    Required,
}

/// TLS 1.2 and 1.3 on the API's port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// The server's certificate and those between it and its authority, as PEM; empty means plain text.
    pub certificate: PathBuf,
    /// The certificate's private key, as PEM.
    pub key: PathBuf,
    /// The authorities that certify clients, as PEM.
    pub client_ca: PathBuf,
    /// Whether clients are asked for a certificate.
    pub client_auth: ClientAuth,
}

impl Tls {
    /// Whether the API speaks TLS.
    pub fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }
}

/// The HTTP face: permalinks, RDAP, OID-IP, the files of the ORS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// The address at which the outside reaches it, such as `https://oid.example.org`; empty leaves scheme and host out of
    /// links, and links from outside (DNS, WHOIS) away.
    pub public_url: String,
    /// For how long public facts may be kept before they are asked for again.
    pub cache_seconds: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            cache_seconds: CACHE_SECONDS,
        }
    }
}

/// Metrics and health.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Where `/metrics`, `/live` and `/ready` are told; port 0 lets the system choose.
    pub listen: SocketAddr,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            listen: METRICS_LISTEN,
        }
    }
}

/// What the register is the registration authority of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authority {
    /// The file that names the nodes; empty means the one that is built in.
    pub file: PathBuf,
}

/// The journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Journal {
    /// Size of a segment before the next one begins.
    pub segment_bytes: u64,
    /// Time between signed checkpoints.
    pub checkpoint_seconds: u64,
    /// The name under which checkpoints are signed: one line, without spaces, best below a domain of one's own.
    pub origin: String,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            segment_bytes: SEGMENT_BYTES,
            checkpoint_seconds: CHECKPOINT_SECONDS,
            origin: ORIGIN.to_owned(),
        }
    }
}

/// The tables that the journal is projected into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Projection {
    /// Memory for the cache of the tables.
    pub cache_bytes: u64,
}

impl Default for Projection {
    fn default() -> Self {
        Self {
            cache_bytes: CACHE_BYTES,
        }
    }
}

/// What is borne at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Writes that wait for the writer; more are told to come back.
    pub queue_requests: u64,
    /// Records of one batch.
    pub batch_records: u64,
    /// Size of the largest message taken.
    pub message_bytes: u64,
    /// The longest a call may take, streams apart.
    pub deadline_seconds: u64,
    /// Connections at a time; more wait.
    pub connections: u64,
    /// Connections at a time of one source, which is an address of IPv4 or a network of IPv6 (/64); more are closed.
    pub connections_per_source: u64,
    /// How long a connection may take until it is known what it speaks: handshake, first bytes, headers over HTTP/1.1.
    pub opening_seconds: u64,
    /// How long a connection may be without a call before it is asked to go.
    pub idle_seconds: u64,
    /// How long a caller may take nothing of the answers it asked for.
    pub stalled_seconds: u64,
    /// Calls at a time of one source; more are refused. 0 means any number, here and in all that follow up to the tokens.
    pub calls_per_source: u64,
    /// Reading calls of one source in a second.
    pub source_reads_per_second: u64,
    /// Writing calls of one source in a second.
    pub source_writes_per_second: u64,
    /// Reading calls of one principal in a second.
    pub principal_reads_per_second: u64,
    /// Writing calls of one principal in a second.
    pub principal_writes_per_second: u64,
    /// Tokens of one source that nobody knows, in a minute; after them none of its tokens is looked up for a minute.
    pub token_failures_per_minute: u64,
    /// Calls at a time on one connection.
    pub streams_per_connection: u64,
    /// For how long a retry is recognised by its request id.
    pub request_horizon_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queue_requests: QUEUE_REQUESTS,
            batch_records: BATCH_RECORDS,
            message_bytes: MESSAGE_BYTES,
            deadline_seconds: DEADLINE_SECONDS,
            connections: CONNECTIONS,
            connections_per_source: CONNECTIONS_PER_SOURCE,
            opening_seconds: OPENING_SECONDS,
            idle_seconds: IDLE_SECONDS,
            stalled_seconds: STALLED_SECONDS,
            calls_per_source: CALLS_PER_SOURCE,
            source_reads_per_second: READS_PER_SECOND,
            source_writes_per_second: WRITES_PER_SECOND,
            principal_reads_per_second: READS_PER_SECOND,
            principal_writes_per_second: WRITES_PER_SECOND,
            token_failures_per_minute: TOKEN_FAILURES_PER_MINUTE,
            streams_per_connection: STREAMS_PER_CONNECTION,
            request_horizon_seconds: REQUEST_HORIZON_SECONDS,
        }
    }
}

/// The zones of the object identifier resolution system (ORS, X.672), and the DNS server for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// Where queries are answered, over UDP and TCP; none means that there is no DNS server.
    pub listen: Vec<SocketAddr>,
    /// The domain below which a zone lies that is not named otherwise.
    pub ors_domain: String,
    /// The zones; none means one for each of the authority's nodes, below `ors_domain`.
    pub zones: Vec<DnsZone>,
    /// The zones' servers, the primary one first.
    pub name_servers: Vec<String>,
    /// The mailbox of whoever looks after the zones, as a name; empty means `hostmaster` at each zone's name.
    pub hostmaster: String,
    /// Whether facts stand at a node's own name too, and not below `ors-dummy` alone.
    pub plain_names: bool,
    /// How long facts may be kept.
    pub ttl_seconds: u64,
    /// How long absence may be kept.
    pub negative_ttl_seconds: u64,
    /// How often secondaries look for a change.
    pub refresh_seconds: u64,
    /// How soon they look again.
    pub retry_seconds: u64,
    /// For how long they answer on their own.
    pub expire_seconds: u64,
    /// Whether the zones are signed.
    pub dnssec: bool,
    /// How long signatures hold; after a quarter of it all are made anew.
    pub signature_seconds: u64,
    /// The file of the keys shared with secondaries, as BIND writes it; empty means none.
    pub keys: PathBuf,
    /// Names of the keys by which zones may be transferred.
    pub transfer_keys: Vec<String>,
    /// Secondaries that are told of changes.
    pub notify: Vec<DnsNotify>,
    /// Octets of a response over UDP at most.
    pub udp_bytes: u64,
    /// How many times the same response goes to the same network in a second over UDP; 0 means any number.
    pub responses_per_second: u64,
    /// Threads that answer over UDP, for each address; 0 means one for each processor.
    pub threads: u64,
    /// Connections at a time; more are closed.
    pub connections: u64,
    /// Connections at a time of one source; more are closed.
    pub connections_per_source: u64,
    /// How long a connection may be without a query, or take nothing of an answer.
    pub idle_seconds: u64,
}

impl Default for Dns {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            ors_domain: ORS_DOMAIN.to_owned(),
            zones: Vec::new(),
            name_servers: Vec::new(),
            hostmaster: String::new(),
            plain_names: true,
            ttl_seconds: DNS_TTL_SECONDS,
            negative_ttl_seconds: DNS_NEGATIVE_TTL_SECONDS,
            refresh_seconds: DNS_REFRESH_SECONDS,
            retry_seconds: DNS_RETRY_SECONDS,
            expire_seconds: DNS_EXPIRE_SECONDS,
            dnssec: true,
            signature_seconds: DNS_SIGNATURE_SECONDS,
            keys: PathBuf::new(),
            transfer_keys: Vec::new(),
            notify: Vec::new(),
            udp_bytes: DNS_UDP_BYTES,
            responses_per_second: DNS_RESPONSES_PER_SECOND,
            threads: 0,
            connections: DNS_CONNECTIONS,
            connections_per_source: DNS_CONNECTIONS_PER_SOURCE,
            idle_seconds: DNS_IDLE_SECONDS,
        }
    }
}

impl Dns {
    /// Whether there is a DNS server.
    pub const fn is_on(&self) -> bool {
        !self.listen.is_empty()
    }
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsZone {
    /// The node at its top, in dot notation; `.` is the whole tree.
    pub oid: String,
    /// Its name.
    pub name: String,
}

/// A secondary that is told of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsNotify {
    /// Where it listens.
    pub address: SocketAddr,
    /// The name of the key that it is told with; empty means none.
    #[serde(default)]
    pub key: String,
}

/// The audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Whether one is kept.
    pub on: bool,
    /// Where it lies; empty means `audit` in the data directory.
    pub directory: PathBuf,
    /// Size of a file before the next one begins.
    pub bytes_max: u64,
    /// Files that are kept; one more takes the oldest away.
    pub files_max: u64,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            on: true,
            directory: PathBuf::new(),
            bytes_max: AUDIT_BYTES,
            files_max: AUDIT_FILES,
        }
    }
}

/// Whether answers of OID-IP in JSON are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signatures {
    /// They are not.
    #[default]
    Off,
    /// As RFC 7515 writes signatures: in Base64url.
    Jws,
    /// As the published schema takes them: in ordinary Base64.
    Schema,
}

/// What answers of OID-IP tell beyond the register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OidIp {
    /// The name of the registration authority, for what it keeps in its own hands; empty means that it is not told.
    pub authority_name: String,
    /// Where it receives mail.
    pub authority_email: String,
    /// Its page.
    pub authority_url: String,
    /// Whether answers in JSON are signed.
    pub signatures: Signatures,
}

/// The WHOIS port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Whois {
    /// Whether there is one.
    pub on: bool,
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Connections at a time; at seven eighths of this one more ends the oldest, beyond it they wait.
    pub connections: u64,
    /// Connections at a time of one source; more are closed.
    pub connections_per_source: u64,
    /// How long a line may take to come.
    pub request_seconds: u64,
    /// How long an answer may take to be taken.
    pub answer_seconds: u64,
    /// Whether tokens are looked at, which anybody on the way can read.
    pub tokens: bool,
}

impl Default for Whois {
    fn default() -> Self {
        Self {
            on: false,
            listen: WHOIS_LISTEN,
            connections: WHOIS_CONNECTIONS,
            connections_per_source: WHOIS_CONNECTIONS_PER_SOURCE,
            request_seconds: WHOIS_REQUEST_SECONDS,
            answer_seconds: WHOIS_ANSWER_SECONDS,
            tokens: false,
        }
    }
}

/// How mail is sealed on its way to the mail server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Not at all: for a server on this machine.
    None,
    /// Begun in plain text and then sealed (RFC 3207).
    #[default]
    StartTls,
    /// Sealed from the first byte (RFC 8314).
    Tls,
}

/// Notices by mail to applicants and registrants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The name of the mail server; empty means that no mail is sent.
    pub server: String,
    /// Its port.
    pub port: u64,
    /// How mail is sealed on its way there.
    pub security: MailSecurity,
    /// The authority that certified it, as PEM; empty means those of the system.
    pub ca: PathBuf,
    /// The name by which it knows this register; empty means that it asks for none.
    pub username: String,
    /// The file that holds the password; for its owner alone.
    pub password_file: PathBuf,
    /// Who sends: an address, or a name and an address in angle brackets.
    pub from: String,
    /// A directory of templates that stand before those that are shipped; empty means none.
    pub templates: PathBuf,
    /// How long one step of handing a letter in may take.
    pub timeout_seconds: u64,
    /// How long is waited after the first letter that could not be handed in; twice as long each time.
    pub retry_seconds: u64,
    /// How long is waited at most.
    pub retry_max_seconds: u64,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            server: String::new(),
            port: MAIL_PORT,
            security: MailSecurity::default(),
            ca: PathBuf::new(),
            username: String::new(),
            password_file: PathBuf::new(),
            from: String::new(),
            templates: PathBuf::new(),
            timeout_seconds: MAIL_TIMEOUT_SECONDS,
            retry_seconds: MAIL_RETRY_SECONDS,
            retry_max_seconds: MAIL_RETRY_LONGEST_SECONDS,
        }
    }
}

impl Mail {
    /// Whether mail is sent.
    pub const fn is_on(&self) -> bool {
        !self.server.is_empty()
    }
}

/// Papers that are handed in with applications: letters and proofs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attachments {
    /// Octets of one; 0 takes none.
    pub file_bytes: u64,
    /// Octets of all of one application.
    pub application_bytes: u64,
    /// Octets of all.
    pub total_bytes: u64,
    /// Media types that are taken beside PDF, PNG, JPEG and plain text.
    pub media_types: Vec<String>,
}

impl Default for Attachments {
    fn default() -> Self {
        Self {
            file_bytes: ATTACHMENT_BYTES,
            application_bytes: ATTACHMENTS_BYTES,
            total_bytes: ATTACHMENTS_TOTAL_BYTES,
            media_types: Vec::new(),
        }
    }
}

/// What a webhook is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookTells {
    /// The changes of arcs that everybody may see.
    #[default]
    Changes,
    /// The notices that applicants and registrants are sent, by their ids.
    Notices,
}

/// An address that is told what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// What it is called.
    pub name: String,
    /// Where it is posted to.
    pub url: String,
    /// The file that holds what messages are signed with; for its owner alone.
    pub secret_file: PathBuf,
    /// What it is told.
    #[serde(default)]
    pub tells: WebhookTells,
}

/// What is posted to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// To whom.
    pub to: Vec<Webhook>,
    /// The authority that certified them, as PEM; empty means those of the system.
    pub ca: PathBuf,
    /// How long one message may take to be taken.
    pub timeout_seconds: u64,
    /// How long is waited after the first message that was not taken; twice as long each time.
    pub retry_seconds: u64,
    /// How long is waited at most.
    pub retry_max_seconds: u64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            to: Vec::new(),
            ca: PathBuf::new(),
            timeout_seconds: WEBHOOK_TIMEOUT_SECONDS,
            retry_seconds: WEBHOOK_RETRY_SECONDS,
            retry_max_seconds: WEBHOOK_RETRY_LONGEST_SECONDS,
        }
    }
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// What is logged: a level, or directives such as `info,oidra::register=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: LOG_FILTER.to_owned(),
        }
    }
}

/// How the server stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Drain {
    /// How long calls in flight may take to end.
    pub grace_seconds: u64,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            grace_seconds: GRACE_SECONDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../deploy/oidra.toml");

    /// The sample with the mark of a commented setting taken away: `#key = value` and `#[section]` are settings, `# text` is
    /// a comment.
    fn uncommented() -> String {
        let bare = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with([' ', '#']) => rest.to_owned(),
            _ => line.to_owned(),
        };
        SAMPLE.lines().map(bare).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_shipped_sample_changes_nothing_and_shows_every_default() {
        let as_shipped: Settings = toml::from_str(SAMPLE).unwrap();
        assert_eq!(as_shipped, Settings::default());
        let shown: toml::Table = toml::from_str(&uncommented()).unwrap();
        let defaults: toml::Table =
            toml::from_str(&Settings::default().to_toml().unwrap()).unwrap();
        assert_eq!(shown, defaults);
    }

    #[test]
    fn every_key_of_the_sample_is_explained() {
        let lines: Vec<_> = SAMPLE.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if line.starts_with('#') && line.contains(" = ") && !line.starts_with("# ") {
                assert!(lines[at - 1].starts_with("# "), "unexplained: {line}");
            }
        }
    }

    #[test]
    fn what_is_dumped_reads_back_the_same() {
        let mut settings = Settings {
            listen: "[::1]:1".parse().unwrap(),
            ..Settings::default()
        };
        settings.log.format = LogFormat::Json;
        settings.authority.file = "node.toml".into();
        let text = settings.to_toml().unwrap();
        assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
    }
}
