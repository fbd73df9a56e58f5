//! What HTTP says: JSON, RDAP and OID-IP in its three forms.

use http_body_util::{BodyExt as _, Empty};
use hyper_util::{
    client::legacy::Client, client::legacy::connect::HttpConnector, rt::TokioExecutor,
};
use serde_json::Value;

use crate::{
    facts::{Asked, Face, Facts},
    oidip,
    support::Server,
};

/// A client that keeps its connections.
pub struct Web {
    client: Client<HttpConnector, Empty<bytes::Bytes>>,
    base: String,
}

impl Web {
    /// One of a server.
    pub fn at(server: &Server) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base: server.address().to_owned(),
        }
    }

    /// What everybody is told.
    pub async fn get(&self, path: &str, accept: &str) -> (u16, String) {
        let request = http::Request::get(format!("{}{path}", self.base)).header("accept", accept);
        self.ask(request).await
    }

    /// What whoever has a token is told.
    pub async fn get_as(&self, token: &str, path: &str, accept: &str) -> (u16, String) {
        let request = http::Request::get(format!("{}{path}", self.base)).header("accept", accept);
        let bearer = format!("Bearer {token}");
        self.ask(request.header("authorization", bearer)).await
    }

    async fn ask(&self, request: http::request::Builder) -> (u16, String) {
        let request = request.body(Empty::new()).unwrap();
        let answer = self.client.request(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn json(&self, path: &str, accept: &str) -> (u16, Value) {
        let (status, body) = self.get(path, accept).await;
        let value = serde_json::from_str(&body);
        (
            status,
            value.unwrap_or_else(|why| panic!("{path}: {why}: {body}")),
        )
    }
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn words<'a>(
    value: &'a Value,
    of: impl Fn(&'a Value) -> &'a Value,
) -> impl Iterator<Item = String> {
    let list = value.as_array().into_iter().flatten();
    list.map(move |one| word(of(one)).unwrap())
}

/// The JSON form of the permalink.
pub struct Json(Web);

impl Json {
    /// That of a server.
    pub fn at(server: &Server) -> Self {
        Self(Web::at(server))
    }

    async fn ask(&self, oid: &str) -> Facts {
        let accept = "application/json";
        let (status, answer) = self.0.json(&format!("/oid/{oid}"), accept).await;
        let (distance, answer) = match status {
            200 => (0, answer),
            404 => {
                let nearest = &answer["nearest"];
                let Some(node) = word(&nearest["oid"]) else {
                    return Facts::default();
                };
                let distance = usize::try_from(nearest["distance"].as_u64().unwrap()).unwrap();
                let (status, answer) = self.0.json(&format!("/oid/{node}"), accept).await;
                assert_eq!(status, 200, "{node}, the nearest superior of {oid}");
                (distance, answer)
            }
            other => panic!("{other} for {oid}: {answer}"),
        };
        Facts {
            node: word(&answer["oid"]),
            distance: Some(distance),
            stub: answer["stub"].as_bool().unwrap(),
            state: word(&answer["state"]),
            identifiers: words(&answer["identifiers"], |one| one).collect(),
            labels: words(&answer["labels"], |one| &one["label"]).collect(),
            title: word(&answer["titles"][0]["text"]),
            revision: answer["revision"].as_u64(),
        }
    }
}

impl Face for Json {
    fn name(&self) -> &'static str {
        "JSON"
    }

    fn told<'a>(&'a self, oid: &'a str) -> Asked<'a> {
        Box::pin(self.ask(oid))
    }

    fn of_what_it_tells(&self, facts: &Facts) -> Facts {
        facts.clone()
    }
}

/// RDAP.
pub struct Rdap(Web);

impl Rdap {
    /// That of a server.
    pub fn at(server: &Server) -> Self {
        Self(Web::at(server))
    }

    async fn ask(&self, oid: &str) -> Facts {
        let accept = "application/rdap+json";
        let (status, answer) = self.0.json(&format!("/rdap/oid/{oid}"), accept).await;
        if status == 404 {
            return Facts::default();
        }
        assert_eq!(status, 200, "{oid}: {answer}");
        let stub = words(&answer["status"], |one| one).any(|one| one == "private");
        let title = answer["remarks"].as_array().into_iter().flatten();
        let mut title = title.filter(|remark| remark["title"] == "Title");
        Facts {
            node: word(&answer["handle"]),
            distance: Some(0),
            stub,
            state: word(&answer["oidra_state"]),
            identifiers: word(&answer["name"]).into_iter().collect(),
            title: title
                .next()
                .and_then(|remark| word(&remark["description"][0])),
            ..Facts::default()
        }
    }
}

impl Face for Rdap {
    fn name(&self) -> &'static str {
        "RDAP"
    }

    fn told<'a>(&'a self, oid: &'a str) -> Asked<'a> {
        Box::pin(self.ask(oid))
    }

    /// RDAP has nothing to say of what is not registered, one name (an identifier, else a label), and no revision.
    fn of_what_it_tells(&self, facts: &Facts) -> Facts {
        if facts.distance != Some(0) {
            return Facts::default();
        }
        let name = facts.identifiers.iter().chain(&facts.labels);
        Facts {
            // Arcs have one of each at most here.
            identifiers: name.take(1).cloned().collect(),
            labels: std::collections::BTreeSet::new(),
            revision: None,
            ..facts.clone()
        }
    }
}

/// OID-IP over HTTP.
pub struct OidIp {
    web: Web,
    form: &'static str,
}

impl OidIp {
    /// One form of it.
    pub fn at(server: &Server, form: &'static str) -> Self {
        Self {
            web: Web::at(server),
            form,
        }
    }

    async fn ask(&self, oid: &str) -> Facts {
        let (_, answer) = self
            .web
            .get(&format!("/oidip/oid/{oid}/{}", self.form), "*/*")
            .await;
        oidip::facts(&match self.form {
            "text" => oidip::of_text(&answer),
            "json" => oidip::of_json(&answer),
            _ => oidip::of_xml(&answer),
        })
    }
}

impl Face for OidIp {
    fn name(&self) -> &'static str {
        match self.form {
            "text" => "OID-IP as text",
            "json" => "OID-IP as JSON",
            _ => "OID-IP as XML",
        }
    }

    fn told<'a>(&'a self, oid: &'a str) -> Asked<'a> {
        Box::pin(self.ask(oid))
    }

    fn of_what_it_tells(&self, facts: &Facts) -> Facts {
        facts.clone()
    }
}
