//! Takes out of an output what differs from run to run: moments, dates, ids, hashes, tokens, ports.
//!
//! It must never take out anything else: what stays is what the product promises to print.

/// What stands in the place of what was taken out.
pub const GONE: &str = "…";
/// Hexadecimal digits of an id after its letter and hyphen.
const ID_DIGITS: usize = 32;
/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 64;
/// Hexadecimal digits of a token or an invitation code.
const SECRET_DIGITS: usize = 72;
/// Hexadecimal digits of an etag after its revision.
const ETAG_DIGITS: usize = 8;
/// Characters of a revision token.
const TOKEN_CHARS: usize = 32;
/// What stands in the middle of a token of the first epoch.
const TOKEN_MIDDLE: &str = "AAAABAAAAAAA";
/// Characters of a hash in base64.
const BASE64_CHARS: usize = 44;
/// Characters of a key in base64url.
const KEY_CHARS: usize = 43;

/// The text without what differs from run to run.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_alphanumeric() || "-_:.+=/".contains(character) {
            word.push(character);
        } else {
            let whole = std::mem::take(&mut word);
            let core = whole.trim_end_matches(['.', ':']);
            let (core, stop) = whole.split_at(core.len());
            out.push_str(&redacted(core));
            out.push_str(stop);
            out.push(character);
        }
    }
    out.pop();
    out
}

fn redacted(word: &str) -> String {
    let hex = |text: &str, digits| {
        text.len() == digits
            && text
                .bytes()
                .all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    if let Some((prefix, secret)) = word.rsplit_once('_')
        && prefix.starts_with("oidra")
        && hex(secret, SECRET_DIGITS)
    {
        return format!("{prefix}_{GONE}");
    }
    if is_date(word) || hex(word, HASH_DIGITS) || is_token(word) {
        return GONE.to_owned();
    }
    if let Some((head, tail)) = word.split_once('-') {
        let id = head.len() == 1 && hex(tail, ID_DIGITS);
        let etag = head.bytes().all(|b| b.is_ascii_digit()) && hex(tail, ETAG_DIGITS);
        if !head.is_empty() && (id || etag) {
            return format!("{head}-{GONE}");
        }
    }
    if let Some(at) = word.find("127.0.0.1:") {
        let (before, after) = word.split_at(at + "127.0.0.1:".len());
        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        return format!("{before}{GONE}{rest}");
    }
    word.to_owned()
}

/// A date or a moment of this century.
fn is_date(word: &str) -> bool {
    let date = word.get(..10).unwrap_or_default();
    let form: String = date
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let rest = word.get(10..).unwrap_or_default();
    form == "0000-00-00" && date.starts_with("20") && (rest.is_empty() || rest.starts_with('T'))
}

/// A revision token (base64url of register, epoch and sequence), a verifier key, or a hash or signature in base64.
fn is_token(word: &str) -> bool {
    let token = word.len() == TOKEN_CHARS && word.contains(TOKEN_MIDDLE);
    let vkey = word
        .splitn(3, '+')
        .nth(2)
        .is_some_and(|key| key.len() == BASE64_CHARS);
    token || vkey || is_key(word) || (word.len() >= BASE64_CHARS && word.ends_with('='))
}

/// A key in base64url: letters of both cases and digits.
fn is_key(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    word.len() == KEY_CHARS
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

/// A line with its columns closed up, since the width of a column may be that of something taken out.
pub fn close_up(line: &str) -> String {
    let body = line.trim_start();
    let indent = line.len() - body.len();
    let words: Vec<&str> = body.split_whitespace().collect();
    format!("{}{}", " ".repeat(indent), words.join(" "))
}

#[test]
fn only_what_differs_is_taken_out() {
    let check = |text: &str, expect: &str| assert_eq!(redact(text), expect);
    check("2.16.834.1  active", "2.16.834.1  active");
    check("at 2026-11-22T03:24:21.038593Z.", "at ….");
    check("1998-04-01T00:00:00Z 2026-11-22", "1998-04-01T00:00:00Z …");
    check(
        "(revision 2, request q-1dc5b31e18c87af2d61428d245500d24).",
        "(revision 2, request q-…).",
    );
    check("\"16-255fae8e\"", "\"16-…\"");
    check("ZrZgenhxok4AAAABAAAAAAAAAA-GX-KX", "…");
    check("sshfqEVcmmkAAAABAAAAAAAAAAddJyic", "…");
    check("Kn01LSfcCc45Tu5IX3HHqPxlkgfjUQvDl5sZhXGfb8I=", "…");
    check(
        "oidra/register+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "…",
    );
    check(
        "{\"x\":\"JyQGEDmhxEPZs4noanp5vk_LCKWzRXK_-9m3RwDTVXo\"}",
        "{\"x\":\"…\"}",
    );
    check("http://127.0.0.1:8340/ready", "http://127.0.0.1:…/ready");
    let secret = "0a".repeat(SECRET_DIGITS / 2);
    check(
        &format!("oidra_{secret} oidra_wrong"),
        "oidra_… oidra_wrong",
    );
    check(&format!("oidra_invitation_{secret}"), "oidra_invitation_…");
    check("060460864201 {a b(1)}", "060460864201 {a b(1)}");
    assert_eq!(close_up("  a    b "), "  a b");
}
