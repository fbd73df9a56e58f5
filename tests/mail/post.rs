//! The mail server: aiosmtpd in a process of its own, and the letters that it took.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long letters may take to come.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A running mail server.
pub struct Post {
    child: Child,
    folder: PathBuf,
}

/// A letter that it took.
#[derive(Debug)]
pub struct Letter {
    /// `sealed known`, `plain unknown` and so on: how it came, and whether its sender showed a name and a password.
    pub how: String,
    /// To whom, as the envelope says.
    pub to: String,
    pub from: String,
    pub subject: String,
    pub message_id: String,
    pub body: String,
    pub raw: String,
}

/// A Python that has aiosmtpd.
fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/post/bin/python3");
    let all = [own, "python3".into(), "/usr/bin/python3".into()];
    all.into_iter().find(|python| {
        let tried = Command::new(python)
            .args(["-c", "import aiosmtpd"])
            .output();
        tried.is_ok_and(|output| output.status.success())
    })
}

impl Post {
    /// Starts it; `None` where aiosmtpd is not here.
    pub fn start(folder: &Path, port: u16, options: &[&str]) -> Option<Self> {
        let folder = folder.join("letters");
        fs::create_dir_all(&folder).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/server.py");
        let mut child = Command::new(python()?)
            .arg(script)
            .arg(port.to_string())
            .arg(&folder)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "listening");
        Some(Self { child, folder })
    }

    /// The letters so far, in order of arrival.
    pub fn letters(&self) -> Vec<Letter> {
        let mut files: Vec<_> = fs::read_dir(&self.folder)
            .unwrap()
            .map(|one| one.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "eml"))
            .collect();
        files.sort();
        files.iter().map(|file| read(file)).collect()
    }

    /// How often it said to try later.
    pub fn tries(&self) -> u64 {
        fs::read(self.folder.join("tries")).map_or(0, |marks| marks.len() as u64)
    }

    /// The letters, once there are so many.
    pub fn wait_for(&self, count: usize) -> Vec<Letter> {
        let until = Instant::now() + WAIT_MAX;
        loop {
            let letters = self.letters();
            if letters.len() >= count {
                return letters;
            }
            assert!(
                Instant::now() < until,
                "{count} letters wanted: {letters:#?}"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads a letter with Python's own library, which is not ours.
fn read(file: &Path) -> Letter {
    const SCRIPT: &str = "import email, email.policy, json, sys\n\
        raw = open(sys.argv[1], 'rb').read()\n\
        head, _, rest = raw.partition(b'\\n')\n\
        m = email.message_from_bytes(rest, policy=email.policy.default)\n\
        print(json.dumps([head.decode(), str(m['From']), str(m['Subject']), str(m['Message-ID']), m.get_content(), \
        rest.decode('latin-1'), len(m.get_all('Subject')), len(m.defects)]))";
    let output = Command::new("python3")
        .args(["-c", SCRIPT])
        .arg(file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let parts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&parts[6], &parts[7]), (&1.into(), &0.into()), "{parts}");
    let text = |at: usize| parts[at].as_str().unwrap().to_owned();
    let head = text(0);
    let words: Vec<_> = head.split(' ').collect();
    Letter {
        how: words[..2].join(" "),
        to: words[3..].join(" "),
        from: text(1),
        subject: text(2),
        message_id: text(3),
        body: text(4),
        raw: text(5),
    }
}
