//! A registration authority at work: the service, its administrator, a reviewer and an applicant with `oidctl`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{OIDCTL, Server, verify};

/// How long it may take until a notice is settled.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// The node below which arcs are asked for.
const NODE: &str = "2.16.834";

pub struct Office {
    server: Server,
    data: PathBuf,
    reviewer: String,
    applicant: String,
}

impl Office {
    /// A new register with these settings, open for applications, judged by one reviewer.
    pub fn open(folder: &Path, config: &str) -> Self {
        let data = folder.join("data");
        let server = Server::start_with(&data, &["--config", config]);
        let mut office = Self {
            server,
            data,
            reviewer: String::new(),
            applicant: String::new(),
        };
        office.take("principals");
        office.reviewer = office.known("Reviewer");
        let id = office.id_of("Reviewer");
        office.staff(&["role", "grant", &id, "reviewer", NODE]);
        office.applicant = office.known("Applicant");
        office
    }

    /// Takes applications from these, and lets one approval be enough.
    fn take(&self, applicants: &str) {
        let policy = ["policy", "set", NODE, "--applicants", applicants];
        self.staff(&[&policy[..], &["--approvals", "1", "--yes"]].concat());
    }

    /// Takes applications from everybody.
    pub fn take_strangers(&self) {
        self.take("public");
    }

    /// Lets somebody be known, with a token of their own.
    fn known(&self, name: &str) -> String {
        let made = self.staff(&["principal", "add", "--name", name, "-o", "json"]);
        let id = id_in(&made);
        let file = self.data.with_file_name(format!("{name}.token"));
        self.staff(&["token", "issue", &id, "--save", file.to_str().unwrap()]);
        fs::write(self.data.with_file_name(format!("{name}.id")), id).unwrap();
        fs::read_to_string(file).unwrap().trim().to_owned()
    }

    fn id_of(&self, name: &str) -> String {
        fs::read_to_string(self.data.with_file_name(format!("{name}.id"))).unwrap()
    }

    fn run(&self, token: &str, arguments: &[&str]) -> String {
        let (done, text, said) = self.as_somebody(token, arguments);
        assert!(done, "{arguments:?}\n{text}{said}");
        text
    }

    /// Runs `oidctl` with a token, none where it is empty: whether it could be done, and what was printed where.
    pub fn as_somebody(&self, token: &str, arguments: &[&str]) -> (bool, String, String) {
        let mut command = Command::new(OIDCTL);
        command
            .args(["--server", self.server.address()])
            .args(arguments)
            .env_remove("OIDRA_TOKEN")
            .env_remove("OIDRA_PROFILE")
            .stdin(Stdio::null());
        if !token.is_empty() {
            command.env("OIDRA_TOKEN", token);
        }
        let output = command.output().unwrap();
        let text = |octets| String::from_utf8(octets).unwrap();
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    /// The same without a token.
    pub fn nobody(&self, arguments: &[&str]) -> (bool, String, String) {
        self.as_somebody("", arguments)
    }

    /// The sequence number of the newest record.
    pub fn revision(&self) -> u64 {
        let told: Value =
            serde_json::from_str(&self.staff(&["server", "info", "-o", "json"])).unwrap();
        told["revision"]["sequence"].as_u64().unwrap()
    }

    /// The administrator's token.
    pub fn root(&self) -> String {
        self.server.token()
    }

    pub fn staff(&self, arguments: &[&str]) -> String {
        self.run(&self.server.token(), arguments)
    }

    pub fn reviewer(&self, arguments: &[&str]) -> String {
        self.run(&self.reviewer, arguments)
    }

    pub fn applicant(&self, arguments: &[&str]) -> String {
        self.run(&self.applicant, arguments)
    }

    /// Applies for an arc; gives the application's id.
    pub fn apply(&self, name: &str, email: &str, language: &str) -> String {
        let title = format!("{language}:{name}");
        let mut arguments = vec![
            "application",
            "submit",
            NODE,
            "--registrant-name",
            name,
            "--registrant-kind",
            "organisation",
            "--title",
            &title,
            "--purpose",
            "Codes",
            "--language",
            language,
            "--declare",
            "-o",
            "json",
        ];
        if !email.is_empty() {
            arguments.extend(["--registrant-email", email]);
        }
        id_in(&self.applicant(&arguments))
    }

    /// What became of the notices, in the order in which they came about.
    pub fn notices(&self) -> Vec<Value> {
        let output = self.server.oidctl(&["notice", "list", "-o", "json"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        told.as_array().unwrap().clone()
    }

    /// Waits until the notices are as they shall be.
    pub fn until(&self, are: impl Fn(&[Value]) -> bool) {
        let until = Instant::now() + WAIT_MAX;
        while !are(&self.notices()) {
            assert!(Instant::now() < until, "{:#?}", self.notices());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Kills the service and starts it again.
    pub fn killed_and_opened(self, config: &str) -> Self {
        let Self {
            server,
            data,
            reviewer,
            applicant,
        } = self;
        server.kill();
        let server = Server::start_with(&data, &["--config", config]);
        Self {
            server,
            data,
            reviewer,
            applicant,
        }
    }

    /// Stops the service and verifies the register.
    pub fn close(self) -> PathBuf {
        assert!(self.server.stop().success());
        verify(&self.data);
        self.data
    }
}

/// The first id in an answer in JSON.
fn id_in(json: &str) -> String {
    let rest = json.split_once("\"id\": \"").unwrap().1;
    rest.split('"').next().unwrap().to_owned()
}
