//! Carries out every command of docs/registrar-guide.md, in order, with the real programs, and compares what they print.
//!
//! What is about mail needs a mail server that is not ours (aiosmtpd, which `tests/run` installs): without it that is said and
//! passed over.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

#[path = "support/page.rs"]
mod page;
#[allow(dead_code, reason = "the tests of mail read letters, too")]
#[path = "mail/post.rs"]
mod post;
#[path = "support/redact.rs"]
mod redact;
mod support;

use std::{fs, path::Path};

/// The service's settings, and the mail server, which keeps its letters as files in `letters`.
fn with_mail(folder: &Path) -> (Vec<String>, bool, Option<post::Post>) {
    let port = support::free_port();
    let Some(mailbox) = post::Post::start(folder, port, &[]) else {
        eprintln!("aiosmtpd is not here: what is about mail is passed over");
        return (Vec::new(), false, None);
    };
    let settings = folder.join("oidra.toml");
    let text = format!(
        "[mail]\nserver = \"localhost\"\nport = {port}\nsecurity = \"none\"\n\
         from = \"Example Registry <oid@ra.example>\"\nretry_seconds = 1\n"
    );
    fs::write(&settings, text).unwrap();
    let arguments = vec!["--config".to_owned(), settings.to_str().unwrap().to_owned()];
    (arguments, true, Some(mailbox))
}

#[test]
fn every_command_of_the_guide_does_what_it_says() {
    let (page, test) = ("docs/registrar-guide.md", "tests/registrar_guide.rs");
    page::carry_out(page, test, 10, with_mail);
}
