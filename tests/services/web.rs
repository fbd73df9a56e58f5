//! The HTTP face: permalinks in every representation, what may be kept by whom, problems, RDAP, the ORS's files.

use std::{collections::BTreeMap, net::SocketAddr};

use oidra::{
    http::limits::{
        BATCH_BYTES_MAX, BATCH_OIDS_MAX, HEADERS_BYTES_MAX, PAGE_SIZE_MAX, TARGET_BYTES_MAX,
    },
    pb::v1 as pb,
    telemetry::audit::{self, Audit},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::harness::{House, NODE, because, soon, titled};

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    fields: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Reply {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an answer in JSON")
    }
}

/// Sends a request of HTTP/1.1, as it is written here, and reads all that comes back.
async fn send(to: SocketAddr, head: &str, body: &str) -> Reply {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let length = body.len();
    let request =
        format!("{head}host: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    // A refusal may come before all is sent.
    drop(stream.write_all(request.as_bytes()).await);
    let mut came = Vec::new();
    drop(stream.read_to_end(&mut came).await);
    let at = came
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(came[..at].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap()[9..12].parse().unwrap();
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        let known = fields.entry(name.to_owned()).or_default();
        *known = if known.is_empty() {
            value.to_owned()
        } else {
            format!("{known}, {value}")
        };
    }
    Reply {
        status,
        fields,
        body: came[at + 4..].to_vec(),
    }
}

impl House {
    pub async fn get(&self, target: &str) -> Reply {
        self.ask("GET", target, &[]).await
    }

    async fn ask(&self, method: &str, target: &str, fields: &[(&str, &str)]) -> Reply {
        let lines = fields
            .iter()
            .map(|(name, value)| [name, ": ", value, "\r\n"].concat());
        let fields = lines.collect::<Vec<_>>().concat();
        send(
            self.address,
            &format!("{method} {target} HTTP/1.1\r\n{fields}"),
            "",
        )
        .await
    }

    async fn batch(&self, body: &str) -> Reply {
        let head = "POST /oids HTTP/1.1\r\ncontent-type: application/json\r\n";
        send(self.address, head, body).await
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

fn health() -> pb::NewEntry {
    pb::NewEntry {
        identifiers: vec!["health".into()],
        labels: vec![pb::Label {
            label: "Afya".into(),
            language: "sw".into(),
        }],
        services: vec![
            service("web", "https://health.example.org/", 1),
            service("catalogue", "https://health.example.org/catalogue", 5),
            service("mail", "mailto:oid@example.org", 0),
        ],
        ..titled("Health <b>&")
    }
}

fn service(kind: &str, uri: &str, priority: u32) -> pb::Service {
    pb::Service {
        kind: kind.into(),
        uri: uri.into(),
        priority,
    }
}

fn hidden(title: &str) -> pb::NewEntry {
    pb::NewEntry {
        visibility: pb::Visibility::Hidden as i32,
        identifiers: vec!["secret".into()],
        ..titled(title)
    }
}

const KINDS: [(&str, &str); 10] = [
    ("json", "application/json"),
    ("html", "text/html"),
    ("text", "text/plain"),
    ("rdap", "application/rdap+json"),
    ("oidip-text", "text/vnd.viathinksoft.oidip"),
    ("oidip-json", "application/vnd.viathinksoft.oidip+json"),
    ("oidip-xml", "application/vnd.viathinksoft.oidip+xml"),
    ("linkset", "application/linkset+json"),
    ("linkset-text", "application/linkset"),
    ("der", "application/octet-stream"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_permalink_has_every_representation_by_three_ways() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    for (word, media) in KINDS {
        let accepted = house.ask("GET", "/oid/2.999.3", &[("accept", media)]).await;
        assert_eq!(accepted.status, 200, "{word}: {}", accepted.text());
        assert!(accepted.field("content-type").starts_with(media), "{word}");
        assert!(
            accepted
                .field("link")
                .contains("</oid/2.999.3>; rel=\"canonical\"")
        );
        assert!(accepted.field("link").contains("</oid/2.999>; rel=\"up\""));
        assert!(accepted.field("vary").contains("Accept, Authorization"));
        assert_eq!(accepted.field("access-control-allow-origin"), "*");
        let named = house.get(&format!("/oid/2.999.3?format={word}")).await;
        let suffixed = house.get(&format!("/oid/2.999.3.{word}")).await;
        assert_eq!(accepted.body, named.body, "{word}");
        assert_eq!(accepted.body, suffixed.body, "{word}");
        let head = house
            .ask("HEAD", "/oid/2.999.3", &[("accept", media)])
            .await;
        assert!(head.body.is_empty());
        for name in ["content-length", "etag", "content-type", "link"] {
            assert_eq!(head.field(name), accepted.field(name), "{word} {name}");
        }
    }
    let der = house.get("/oid/2.999.3.der").await;
    assert_eq!(hex::encode(&der.body), "0603883703");
    let json = house.get("/oid/2.999.3").await.json();
    assert_eq!(json["notations"]["iri"], "/2/999/Afya");
    assert_eq!(json["state"], "active");
    assert_eq!(json["superiors"][0]["oid"], NODE);
    let html = house.get("/oid/2.999.3.html").await;
    assert!(
        html.text().contains("Health &#60;b&#62;&#38;"),
        "{}",
        html.text()
    );
    assert!(!html.text().contains("<script") && !html.text().contains("style="));
    assert!(
        html.field("content-security-policy")
            .contains("default-src 'none'")
    );
    let set = house.get("/oid/2.999.3.linkset").await.json();
    let context = &set["linkset"][0];
    assert_eq!(context["up"][0]["href"], "/oid/2.999");
    assert_eq!(context["related"][1]["kind"], json!(["catalogue"]));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_has_is_not_sent_again_until_it_changes() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    for (word, _) in KINDS {
        let target = format!("/oid/2.999.3?format={word}");
        let first = house.get(&target).await;
        let tag = first.field("etag").to_owned();
        assert!(
            tag.contains(&format!(".{word}.")) || word.starts_with("oidip"),
            "{word} {tag}"
        );
        assert_eq!(first.field("cache-control"), "public, max-age=60");
        let again = house.ask("GET", &target, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{word}");
        assert_eq!(again.field("etag"), tag);
        assert!(!again.field("vary").is_empty());
    }
    let first = house.get("/oid/2.999.3").await;
    let since = first.field("last-modified").to_owned();
    let unchanged = [("if-modified-since", since.as_str())];
    assert_eq!(
        house.ask("GET", "/oid/2.999.3", &unchanged).await.status,
        304
    );
    // Another change of the same second is told by the tag.
    let tag = first.field("etag").to_owned();
    let change = pb::ChangeStateRequest {
        oid: "2.999.3".into(),
        state: pb::State::Deprecated as i32,
        options: because("a test"),
        ..Default::default()
    };
    let change = house.signed(change);
    house.writes().change_state(change).await.unwrap();
    let changed = house
        .ask("GET", "/oid/2.999.3", &[("if-none-match", &tag)])
        .await;
    assert_eq!(
        (changed.status, changed.json()["state"].as_str()),
        (200, Some("deprecated"))
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_notation_leads_to_the_canonical_one() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    for rest in [
        "urn:oid:2.999.3",
        "URN:OID:2.999.3",
        "/2/999/Afya",
        "2/999/Afya",
        "%2F2%2F999%2FAfya",
        "%7B2%20999%20health(3)%7D",
        ".2.999.3",
        "OID:2.999.3",
        "oid:/2/999/Afya",
        "%32.999.3",
    ] {
        let reply = house.get(&format!("/oid/{rest}?format=json")).await;
        assert_eq!(reply.status, 308, "{rest}: {}", reply.text());
        assert_eq!(
            reply.field("location"),
            "/oid/2.999.3?format=json",
            "{rest}"
        );
    }
    let root = house.get("/oid/").await.json();
    assert_eq!(root["children"][0]["oid"], "2");
    assert_eq!(house.get("/oid/2").await.json()["oid"], "2");
    // A root arc alone has no encoding.
    assert_eq!(house.get("/oid/2.der").await.status, 406);
    let moved = house.get("/rdap/oid/urn:oid:2.999").await;
    assert_eq!(
        (moved.status, moved.field("location")),
        (308, "/rdap/oid/2.999")
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_is_a_problem() {
    let house = House::open().await;
    let reply = house.get("/oid/2.999.7.1").await;
    assert_eq!(reply.status, 404);
    assert_eq!(reply.field("content-type"), "application/problem+json");
    let problem = reply.json();
    assert_eq!(problem["code"], "NOT_REGISTERED");
    assert_eq!(
        problem["nearest"],
        json!({"oid": NODE, "url": "/oid/2.999", "distance": 2})
    );
    let page = problem["type"].as_str().unwrap().to_owned();
    assert!(house.get(&page).await.text().contains("<h1>NOT_REGISTERED"));
    let plain = [("accept", "text/markdown")];
    assert!(
        house
            .ask("GET", &page, &plain)
            .await
            .text()
            .starts_with("# NOT_REGISTERED")
    );
    let reply = house
        .ask("GET", "/oid/2.999.7.1", &[("accept", "text/html")])
        .await;
    assert!(reply.field("content-type").starts_with("text/html") && reply.status == 404);
    for (target, status, code) in [
        ("/oid/2.0999", 400, "OID_SYNTAX"),
        ("/oid/%ff", 400, "OID_SYNTAX"),
        ("/oid/3.1", 400, "ARC_OUT_OF_RANGE"),
        ("/oid/2.999?format=yaml", 400, "FIELD_INVALID"),
        ("/oid/2.999?as_of_time=soon", 400, "MOMENT_SYNTAX"),
        ("/oid/2.999?as_of_revision=x", 400, "REVISION_INVALID"),
        ("/oid/2.999?format=json&format=html", 400, "DUPLICATE_VALUE"),
        ("/oid/2.999/children?after=x", 400, "FIELD_INVALID"),
        ("/convert", 400, "FIELD_REQUIRED"),
        ("/oid//Nowhere", 404, "NAME_UNKNOWN"),
        ("/uri-res/N2L?urn:isbn:1", 400, "OID_SYNTAX"),
        ("/ors/cinf/2.0999", 400, "OID_SYNTAX"),
    ] {
        let reply = house.get(target).await;
        let problem = reply.json();
        assert_eq!(reply.status, status, "{target}: {problem}");
        assert_eq!(problem["code"], code, "{target}");
    }
    for (method, target, fields, status) in [
        ("DELETE", "/oid/2.999", [("a", "b")], 405),
        ("POST", "/oid/2.999", [("a", "b")], 405),
        ("GET", "/oids", [("a", "b")], 405),
        ("GET", "/oid/2.999", [("accept", "image/png")], 406),
        ("GET", "/nowhere", [("a", "b")], 404),
        ("GET", "/refusals/NO_SUCH_CODE", [("a", "b")], 404),
        ("GET", "/oid/2.999", [("authorization", "Basic x")], 401),
        (
            "GET",
            "/oid/2.999",
            [("authorization", "Bearer oidra_nobodys")],
            401,
        ),
    ] {
        let reply = house.ask(method, target, &fields).await;
        assert_eq!(reply.status, status, "{method} {target}: {}", reply.text());
        if status == 405 {
            assert!(reply.field("allow").contains("OPTIONS"), "{target}");
        }
        if status == 401 {
            assert_eq!(reply.field("www-authenticate"), "Bearer");
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_may_be_so_long_and_no_longer() {
    let house = House::open().await;
    let path = |bytes: usize| format!("/{}", "a".repeat(bytes - 1));
    assert_eq!(house.get(&path(TARGET_BYTES_MAX)).await.status, 404);
    assert_eq!(house.get(&path(TARGET_BYTES_MAX + 1)).await.status, 414);
    let long = "a".repeat(HEADERS_BYTES_MAX);
    let reply = house.ask("GET", "/oid/2.999", &[("x-long", &long)]).await;
    assert_eq!(reply.status, 431);
    // More than the transport keeps is refused before the face sees it.
    let longest = "a".repeat(1 << 20);
    let reply = house
        .ask("GET", "/oid/2.999", &[("x-long", &longest)])
        .await;
    assert_eq!(reply.status, 431);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browsers_of_other_origins_may_read() {
    let house = House::open().await;
    let wanted = [("access-control-request-headers", "authorization")];
    let reply = house.ask("OPTIONS", "/oid/2.999", &wanted).await;
    assert_eq!(reply.status, 204);
    assert_eq!(
        reply.field("access-control-allow-methods"),
        "GET, HEAD, OPTIONS"
    );
    assert_eq!(reply.field("access-control-allow-headers"), "authorization");
    assert_eq!(reply.field("access-control-allow-origin"), "*");
    let reply = house.ask("OPTIONS", "/oids", &wanted).await;
    assert_eq!(reply.field("allow"), "POST, OPTIONS");
    // A browser that asks for gRPC-Web is answered by that face.
    let wanted = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "POST"),
    ];
    let reply = house
        .ask("OPTIONS", "/oidra.v1.NotationService/Convert", &wanted)
        .await;
    assert!(
        reply.field("access-control-allow-methods").contains("POST"),
        "{reply:?}"
    );
    house.close().await;
}

/// Every address that tells of a node.
fn addresses(oid: &str, name: &str) -> Vec<String> {
    let mut all: Vec<_> = KINDS
        .iter()
        .map(|(word, _)| format!("/oid/{oid}?format={word}"))
        .collect();
    let iri = oid.replace('.', "/");
    all.extend([
        format!("/oid/{oid}/children"),
        format!("/oid/urn:oid:{oid}"),
        format!("/oid//{iri}"),
        format!("/oid/{oid}.1"),
        format!("/oid/%7B2%20999%20{name}%7D"),
        format!("/oid/{oid}?linkType=all"),
        format!("/oid/{oid}?linkType=web"),
        format!("/rdap/oid/{oid}"),
        format!("/rdap/oids?name={name}"),
        format!("/rdap/oids?name={name}&under={oid}"),
        format!("/ors/cinf/{oid}"),
        format!("/ors/rinf/{oid}"),
        format!("/oidip/oid/{oid}/text"),
        format!("/oidip/oid/{oid}/json"),
        format!("/oidip/oid/{oid}/xml"),
        format!("/uri-res/N2L?urn:oid:{oid}"),
        format!("/convert?oid={oid}"),
        format!("/convert?oid=%7B2%20999%20{name}%7D"),
    ]);
    all
}

/// A whole answer, without what tells calls apart, in which one node's number and name read as another's.
fn whole(reply: &Reply, from: (&str, &str)) -> String {
    let mut fields = reply.fields.clone();
    fields.remove("x-request-id");
    fields.remove("date");
    // The tag of a conversion is over its content, which names the node.
    fields.remove("etag");
    let body = String::from_utf8_lossy(&reply.body);
    let whole = format!("{} {fields:?}\n{body}", reply.status);
    let der = |number: &str| format!("8837{}", der_of(number.parse().unwrap()));
    whole
        .replace(from.0, "NUMBER")
        .replace(from.1, "NAME")
        .replace(&der(from.0), "DER")
        .replace(&hex::encode(from.0), "OCTETS")
}

/// The contents octets of one small number.
fn der_of(number: u32) -> String {
    format!("{:02x}{:02x}", 0x80 | (number >> 7), number & 0x7f)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_answered_as_what_is_absent() {
    let house = House::open().await;
    house.allocate(Some(500), hidden("Secret")).await;
    house.allocate(Some(503), titled("Open")).await;
    let ours = [("authorization", house.bearer())];
    let ours = ours.map(|(name, value)| (name, value.leak() as &str));
    let there = addresses("2.999.500", "secret");
    let absent = addresses("2.999.502", "absent");
    for (there, absent) in there.iter().zip(&absent) {
        let one = whole(&house.get(there).await, ("500", "secret"));
        let other = whole(&house.get(absent).await, ("502", "absent"));
        assert_eq!(one, other, "{there}");
    }
    for list in [
        "/oid/2.999/children",
        "/oid/2.999.html",
        "/oid/2.999.linkset",
        "/ors/cinf/2.999",
    ] {
        assert!(!house.get(list).await.text().contains("500"), "{list}");
        let seen = house.ask("GET", list, &ours).await;
        assert!(seen.text().contains("500"), "{list}");
    }
    let batch = house.batch("[\"2.999.500\", \"2.999.502\"]").await.json();
    assert_eq!(batch["answers"][0]["outcome"], "superior-found");
    let (one, other) = (&batch["answers"][0], &batch["answers"][1]);
    assert_eq!(one["entry"], other["entry"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_known_is_shown_is_kept_by_nobody() {
    let house = House::open().await;
    house.allocate(Some(500), hidden("Secret")).await;
    house.allocate(Some(3), health()).await;
    let bearer = house.bearer();
    let ours = [("authorization", bearer.as_str())];
    let seen = house.ask("GET", "/oid/2.999.500", &ours).await;
    assert_eq!(seen.json()["titles"][0]["text"], "Secret");
    for (word, _) in KINDS {
        let target = format!("/oid/2.999.3?format={word}");
        let public = house.get(&target).await;
        let tag = public.field("etag").to_owned();
        let ours = [("authorization", bearer.as_str()), ("if-none-match", &tag)];
        let private = house.ask("GET", &target, &ours).await;
        assert_eq!(private.status, 200, "{word}");
        assert_eq!(
            private.field("cache-control"),
            "private, no-store",
            "{word}"
        );
        assert_eq!(
            (private.field("etag"), private.field("last-modified")),
            ("", ""),
            "{word}"
        );
    }
    for target in [
        "/oidip/oid/2.999.500/json",
        "/rdap/oid/2.999.500",
        "/ors/rinf/2.999.500",
    ] {
        let private = house.ask("GET", target, &ours).await;
        assert_eq!(private.status, 200, "{target}");
        assert_eq!(
            private.field("cache-control"),
            "private, no-store",
            "{target}"
        );
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_asked_for_at_once() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    let batch = house
        .batch("[\"2.999.3\", \"urn:oid:2.999.4.1\", \"1.3.6\", \"nonsense here\"]")
        .await;
    assert_eq!(batch.status, 200, "{}", batch.text());
    let answers = batch.json()["answers"].clone();
    let outcomes: Vec<_> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["found", "superior-found", "unknown", "refused"]);
    assert_eq!(
        (&answers[1]["distance"], &answers[1]["entry"]["oid"]),
        (&json!(2), &json!(NODE))
    );
    let many = |count: usize| serde_json::to_string(&vec!["2.999"; count]).unwrap();
    assert_eq!(house.batch(&many(BATCH_OIDS_MAX)).await.status, 200);
    let reply = house.batch(&many(BATCH_OIDS_MAX + 1)).await;
    assert_eq!(
        (reply.status, reply.json()["code"].as_str()),
        (400, Some("TOO_MANY_VALUES"))
    );
    assert_eq!(house.batch("[]").await.json()["code"], "FIELD_REQUIRED");
    assert_eq!(
        house.batch("{\"oids\": []}").await.json()["code"],
        "FIELD_INVALID"
    );
    assert_eq!(
        house.batch(&" ".repeat(BATCH_BYTES_MAX + 1)).await.status,
        413
    );
    let head = "POST /oids HTTP/1.1\r\ncontent-type: text/plain\r\n";
    assert_eq!(send(house.address, head, "[\"2.999\"]").await.status, 415);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_of_a_list_are_of_one_revision() {
    let house = House::open().await;
    house.block(25).await;
    let mut target = "/oid/2.999/children?page_size=10".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = house.get(&target).await.json();
        let children = page["children"].as_array().unwrap();
        seen.extend(
            children
                .iter()
                .map(|one| one["oid"].as_str().unwrap().to_owned()),
        );
        // What comes in between is not of the first page's revision.
        house.block(1).await;
        let Some(next) = page["next"].as_str() else {
            break;
        };
        next.clone_into(&mut target);
    }
    assert_eq!(seen.len(), 25);
    let page = house
        .get(&format!(
            "/oid/2.999/children?page_size={}",
            PAGE_SIZE_MAX + 1
        ))
        .await;
    assert_eq!(page.json()["children"].as_array().unwrap().len(), 28);
    house.block(100).await;
    let html = house.get("/oid/2.999.html").await;
    let next = html
        .text()
        .split("href=\"")
        .find(|part| part.contains("rel=\"next\""))
        .unwrap();
    let next = next
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&");
    let further = house.get(&next).await;
    assert_eq!(further.status, 200, "{next}");
    assert!(further.text().contains("<ol class=\"children\">"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_read_as_it_was() {
    let house = House::open().await;
    let written = house.allocate(Some(3), titled("First")).await;
    let revision = written.revision.unwrap().token;
    let amend = pb::AmendRequest {
        oid: "2.999.3".into(),
        entry: Some(titled("Second")),
        ..Default::default()
    };
    house.writes().amend(house.signed(amend)).await.unwrap();
    let title = |reply: Reply| reply.json()["titles"][0]["text"].clone();
    assert_eq!(title(house.get("/oid/2.999.3").await), "Second");
    let then = house
        .get(&format!("/oid/2.999.3?as_of_revision={revision}"))
        .await;
    assert_eq!(then.field("oidra-revision"), revision);
    assert_eq!(title(then), "First");
    let now = house
        .get(&format!("/oid/2.999.3?at_least_revision={revision}"))
        .await;
    assert_eq!(title(now), "Second");
    house.close().await;
}

async fn delegated_elsewhere(house: &House) {
    elsewhere(house, 9).await;
}

async fn elsewhere(house: &House, number: u64) {
    let mut entry = titled("Elsewhere");
    entry.services = vec![service("rdap", "https://rdap.example.org/x", 1)];
    house.allocate(Some(number), entry).await;
    let external = pb::delegation::External {
        oidip: "https://oid.example.org/oidip/".into(),
        ors: "ns.example.org".into(),
        ..Default::default()
    };
    let request = pb::DelegateRequest {
        oid: format!("{NODE}.{number}"),
        delegation: Some(pb::Delegation {
            kind: Some(pb::delegation::Kind::External(external)),
        }),
        ..Default::default()
    };
    house
        .writes()
        .delegate(house.signed(request))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rdap_answers_searches_and_sends_on() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    house.allocate(Some(4), hidden("Health of spies")).await;
    delegated_elsewhere(&house).await;
    let object = house.get("/rdap/oid/2.999.3").await;
    assert_eq!(object.field("content-type"), "application/rdap+json");
    let object = object.json();
    assert_eq!(object["objectClassName"], "oid");
    assert_eq!(
        (&object["handle"], &object["parentHandle"]),
        (&json!("2.999.3"), &json!(NODE))
    );
    assert_eq!(object["status"], json!(["active"]));
    assert_eq!(object["events"][0]["eventAction"], "registration");
    for kind in [pb::LockKind::Holder, pb::LockKind::Authority] {
        let lock = pb::LockRequest {
            oid: "2.999.3".into(),
            kind: kind.into(),
            ..Default::default()
        };
        house.writes().lock(house.signed(lock)).await.unwrap();
    }
    let locked = house.get("/rdap/oid/2.999.3").await.json();
    let prohibited = [
        "active",
        "client update prohibited",
        "client transfer prohibited",
        "server update prohibited",
        "server transfer prohibited",
    ];
    assert_eq!(locked["status"], json!(prohibited));
    let found = house.get("/rdap/oids?name=hea*").await.json();
    let results = found["oidra_oidSearchResults"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["handle"], "2.999.3");
    let none = house.get("/rdap/oids?name=AFYA&under=2.999.9").await.json();
    assert_eq!(none["oidra_oidSearchResults"], json!([]));
    let error = house.get("/rdap/oid/2.999.7").await;
    assert_eq!(
        (error.status, error.field("content-type")),
        (404, "application/rdap+json")
    );
    assert_eq!(error.json()["errorCode"], 404);
    let on = house.get("/rdap/oid/2.999.9.1").await;
    assert_eq!(on.status, 307);
    assert_eq!(
        on.field("location"),
        "https://rdap.example.org/x/oid/2.999.9.1"
    );
    let bootstrap = house.get("/rdap/bootstrap/oid").await.json();
    let expect = json!([[["2.999.9"], ["https://rdap.example.org/x/"]]]);
    assert_eq!(bootstrap["services"], expect);
    let referred = house.get("/oid/2.999.9.1").await.json();
    assert_eq!(
        referred["referral"]["oidip"],
        "https://oid.example.org/oidip/"
    );
    assert_eq!(house.get("/rdap/help").await.status, 200);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_found_by_its_kind() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    let twice = pb::NewEntry {
        services: vec![
            service("web", "https://a.example.org/", 1),
            service("web", "https://b.example.org/", 1),
        ],
        ..titled("Twice")
    };
    house.allocate(Some(4), twice).await;
    for (wanted, to) in [
        ("web", "https://health.example.org/"),
        ("describedby", "https://health.example.org/"),
        ("catalogue", "https://health.example.org/catalogue"),
        ("default", "https://health.example.org/"),
    ] {
        let reply = house.get(&format!("/oid/2.999.3?linkType={wanted}")).await;
        assert_eq!(
            (reply.status, reply.field("location")),
            (307, to),
            "{wanted}"
        );
        assert!(reply.field("link").contains("rel=\"linkset\""));
    }
    // A browser is sent to addresses of the web alone.
    assert_eq!(house.get("/oid/2.999.3?linkType=mail").await.status, 404);
    let choices = house.get("/oid/2.999.4?linkType=web").await;
    assert_eq!(choices.status, 300);
    assert_eq!(choices.json()["choices"].as_array().unwrap().len(), 2);
    for all in ["all", "linkset"] {
        let reply = house.get(&format!("/oid/2.999.3?linkType={all}")).await;
        assert_eq!(reply.field("content-type"), "application/linkset+json");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn urns_are_resolved_as_rfc_2169_has_it() {
    let house = House::open().await;
    for (service, to) in [
        ("N2L", "/oid/2.999"),
        ("N2R", "/oid/2.999"),
        ("N2C", "/oid/2.999?format=json"),
    ] {
        let reply = house
            .get(&format!("/uri-res/{service}?urn:oid:2.999"))
            .await;
        assert_eq!((reply.status, reply.field("location")), (303, to));
    }
    let list = house.get("/uri-res/N2Ls?urn:oid:2.999").await;
    assert_eq!(list.field("content-type"), "text/uri-list");
    assert!(list.text().contains("/oid/2.999\r\n"));
    assert_eq!(house.get("/uri-res/N2L?urn:oid:2.999.1").await.status, 404);
    assert_eq!(house.get("/uri-res/L2N?urn:oid:2.999").await.status, 404);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ors_has_its_files() {
    let house = House::open().await;
    house.allocate(Some(3), health()).await;
    house.allocate(Some(4), hidden("Secret")).await;
    delegated_elsewhere(&house).await;
    let cinf = house.get("/ors/cinf/2.999").await;
    assert_eq!(cinf.field("content-type"), "application/xml; charset=utf-8");
    let expect = "<disclosedChild><orsSupported>true</orsSupported><unicodeLabels>\
                  <numericLabel>3</numericLabel><non-numeric><labels>Afya</labels></non-numeric>\
                  </unicodeLabels></disclosedChild>";
    assert!(cinf.text().contains(expect), "{}", cinf.text());
    assert!(cinf.text().contains("<otherChildren>-1</otherChildren>"));
    assert!(!cinf.text().contains("<numericLabel>4<"));
    let rinf = house.get("/ors/rinf/2.999.3").await;
    let title = "&lt;p&gt;Health &amp;lt;b&amp;gt;&amp;amp;&lt;/p&gt;";
    assert!(rinf.text().contains(title), "{}", rinf.text());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oid_ip_has_the_statuses_of_its_standard() {
    let house = House::open().await;
    house.allocate(Some(4), hidden("Secret")).await;
    for (target, status, kind) in [
        ("/oidip/oid/2.999/text", 200, "text/vnd.viathinksoft.oidip"),
        ("/oidip/oid/2.999", 200, "text/vnd.viathinksoft.oidip"),
        (
            "/oidip/oid/2.999/json",
            200,
            "application/vnd.viathinksoft.oidip+json",
        ),
        (
            "/oidip/oid/2.999/xml",
            200,
            "application/vnd.viathinksoft.oidip+xml",
        ),
        (
            "/oidip/oid/2.999.4.1/json",
            470,
            "application/vnd.viathinksoft.oidip+json",
        ),
        (
            "/oidip/oid/1.3.6/xml",
            404,
            "application/vnd.viathinksoft.oidip+xml",
        ),
        ("/oidip/oid/2.999/yaml", 400, "text/vnd.viathinksoft.oidip"),
        (
            "/oidip/oid/2.0999/json",
            400,
            "application/vnd.viathinksoft.oidip+json",
        ),
    ] {
        let reply = house.get(target).await;
        assert_eq!(reply.status, status, "{target}: {}", reply.text());
        assert!(reply.field("content-type").starts_with(kind), "{target}");
    }
    // The token is taken from the query, the form and the field; a wrong one is never told.
    let token = &house.token;
    let target = "/oidip/oid/2.999.4/text";
    assert_eq!(
        house.get(&format!("{target}?auth={token}")).await.status,
        200
    );
    let bearer = house.bearer();
    let ours = [("authorization", bearer.as_str())];
    assert_eq!(house.ask("GET", target, &ours).await.status, 200);
    let head =
        format!("POST {target} HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n");
    let form = send(house.address, &head, &format!("auth={token}")).await;
    assert_eq!(form.status, 200);
    assert!(!form.text().contains(token.as_str()));
    let wrong = [("authorization", "Bearer oidra_nobodys")];
    assert_eq!(house.ask("GET", target, &wrong).await.status, 470);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let house = House::open_with(|options| options.rates.source_reads = 2).await;
    let mut last = house.get("/oid/2.999").await;
    for _ in 0..4 {
        last = house.get("/oid/2.999").await;
    }
    assert_eq!(last.status, 429);
    assert_eq!(last.json()["code"], "RATE_LIMITED");
    assert_eq!(last.field("retry-after"), "1");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_describes_itself() {
    let house = House::open().await;
    let told = house.get("/.well-known/oidra").await.json();
    assert_eq!(told["authorities"][0]["oid"], NODE);
    let names: Vec<_> = told["interfaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    for name in ["permalink", "batch", "rdap-oid", "oidip", "cinf", "openapi"] {
        assert!(names.contains(&json!(name)), "{name}");
    }
    let catalog = house.get("/.well-known/api-catalog").await;
    assert!(
        catalog
            .field("content-type")
            .starts_with("application/linkset+json")
    );
    let document = house.get("/openapi.json").await.json();
    // Every address that the document knows is answered.
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("get").is_none() {
            continue;
        }
        let path = path
            .replace("{oid}", "2.999")
            .replace("{code}", "OID_SYNTAX")
            .replace("{service}", "N2L?urn:oid:2.999");
        let query = match path.as_str() {
            "/convert" => "?oid=2.999",
            "/rdap/oids" => "?name=example",
            _ => "",
        };
        let status = house.get(&format!("{path}{query}")).await.status;
        assert!([200, 303].contains(&status), "{path}: {status}");
    }
    let home = house.ask("GET", "/", &[("accept", "text/html")]).await;
    assert!(home.text().contains("<form") && home.text().contains("/oid/2.999"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_searches_end_where_the_options_say() {
    let house = House::open_with_both(
        |_| {},
        |options| {
            options.linkset_items_max = 3;
            options.cinf_children_max = 3;
            options.search_results_max = 3;
            options.search_nodes_max = 6;
            options.bootstrap_services_max = 1;
        },
    )
    .await;
    house.block(3).await;
    let count = |reply: Reply, what: &str| reply.text().matches(what).count();
    assert_eq!(
        count(house.get("/oid/2.999.linkset").await, "\"/oid/2.999."),
        3
    );
    let search = "/rdap/oids?name=x";
    let notice = "result set truncated due to excessive load";
    assert!(!house.get(search).await.text().contains(notice));
    house.block(1).await;
    assert_eq!(
        count(house.get("/oid/2.999.linkset").await, "\"/oid/2.999."),
        3
    );
    assert_eq!(
        count(house.get("/ors/cinf/2.999").await, "<disclosedChild>"),
        3
    );
    let found = house.get(search).await;
    assert!(found.text().contains(notice));
    assert_eq!(
        found.json()["oidra_oidSearchResults"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    // With the node itself these are six, and then seven.
    house.block(1).await;
    assert!(
        !house
            .get("/rdap/oids?name=nobody")
            .await
            .text()
            .contains(notice)
    );
    house.block(1).await;
    assert!(
        house
            .get("/rdap/oids?name=nobody")
            .await
            .text()
            .contains(notice)
    );
    for number in [20, 21] {
        elsewhere(&house, number).await;
    }
    let bootstrap = house.get("/rdap/bootstrap/oid").await.json();
    assert_eq!(bootstrap["services"].as_array().unwrap().len(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_searches_are_carried_out_at_once() {
    let set = |options: &mut oidra::http::Options| options.searches_at_once_max = 0;
    let house = House::open_with_both(|_| {}, set).await;
    let reply = house.get("/rdap/oids?name=x").await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.json()["oidra_code"], "OVERLOADED");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_told_who_was_shown_what_is_hidden() {
    let dir = tempfile::tempdir().unwrap();
    let audit = Audit::open(audit::Options {
        directory: dir.path().to_owned(),
        bytes_max: 1 << 20,
        files_max: 4,
    });
    let audit = audit.unwrap();
    let kept = audit.clone();
    let house = House::open_with(|options| options.audit = Some(kept)).await;
    house.allocate(Some(500), hidden("Secret")).await;
    let bearer = house.bearer();
    let ours = [("authorization", bearer.as_str())];
    for target in ["/oid/2.999.500", "/rdap/oid/2.999.500", "/oid/2.999.html"] {
        assert_eq!(house.ask("GET", target, &ours).await.status, 200);
        house.get(target).await;
    }
    // What everybody is shown is not told of.
    assert_eq!(house.ask("GET", "/oid/2.999", &ours).await.status, 200);
    let told = soon(async {
        loop {
            let files = std::fs::read_dir(dir.path()).unwrap();
            let text: String = files
                .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
                .collect();
            let lines: Vec<Value> = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect();
            if lines.len() >= 4 {
                return lines;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    let methods: Vec<_> = told
        .iter()
        .map(|line| line["method"].as_str().unwrap())
        .collect();
    assert_eq!(
        methods[1..],
        ["permalink", "rdap-oid", "permalink"],
        "{told:#?}"
    );
    assert!(
        told[1..]
            .iter()
            .all(|line| line.to_string().contains("2.999.500"))
    );
    house.close().await;
}
