//! Every fuzz target for a moment, with the stable compiler: its body over its seeds, and over random changes of them.
//!
//! `OIDRA_FUZZ_SECONDS` (2) says for how long each. Seeds are the vectors in `data/`, what is written here, and what a long
//! campaign (`tests/fuzz`) left in `fuzz/corpus/`. A finding is told as the input in hexadecimal. Without the feedback of
//! coverage this finds little that is deep; it keeps the targets alive and their promises kept where inputs are near.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::needless_pass_by_value,
    missing_docs,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

use std::{
    collections::BTreeSet,
    env, fs,
    hash::{BuildHasher as _, RandomState},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Longest input, in octets: that of the long campaign.
const INPUT_BYTES_MAX: usize = 4_096;
/// Most changes of a seed for one input.
const CHANGES_MAX: u64 = 5;
/// What changes put in: what notations are made of, and what lies at the ends of ranges.
const WORDS: &[&[u8]] = &[
    b".",
    b"/",
    b"{",
    b"}",
    b"(",
    b")",
    b"-",
    b" ",
    b"0",
    b"1",
    b"2.25.",
    b"39",
    b"40",
    b"127",
    b"128",
    b"18446744073709551616",
    b"iso",
    b"joint-iso-itu-t(2)",
    b"urn:oid:",
    b"oid:/",
    b"OID.",
    b"%C3%A9",
    "é".as_bytes(),
    "\u{308}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"\x06",
    b"\x80",
    b"\x81\x80",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
];

fn seconds() -> Duration {
    let set = env::var("OIDRA_FUZZ_SECONDS").map_or(2, |text| text.parse().unwrap());
    Duration::from_secs(set)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A source of numbers that nobody has to trust: splitmix64.
struct Lots(u64);

impl Lots {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % (end as u64).max(1)) as usize
    }
}

/// One of the seeds, changed here and there.
fn changed(seeds: &[Vec<u8>], lots: &mut Lots) -> Vec<u8> {
    let mut input = seeds[lots.below(seeds.len())].clone();
    for _ in 0..=lots.next() % CHANGES_MAX {
        let at = lots.below(input.len() + 1);
        match lots.next() % 6 {
            0 if at < input.len() => input[at] ^= 1 << lots.below(8),
            1 if at < input.len() => input[at] = lots.next() as u8,
            2 => {
                let end = input.len().min(at + lots.below(8));
                input.drain(at..end);
            }
            3 => {
                let end = input.len().min(at + lots.below(16));
                let part = input[at..end].to_vec();
                input.splice(at..at, part);
            }
            4 => {
                let other = &seeds[lots.below(seeds.len())];
                let from = lots.below(other.len());
                input.truncate(at);
                input.extend(&other[from..]);
            }
            _ => {
                let word = WORDS[lots.below(WORDS.len())];
                input.splice(at..at, word.iter().copied());
            }
        }
    }
    input.truncate(INPUT_BYTES_MAX);
    input
}

fn run(name: &str, seeds: Vec<Vec<u8>>, body: impl Fn(&[u8])) {
    let mut seeds = seeds;
    let corpus = root().join("fuzz/corpus").join(name);
    for entry in fs::read_dir(corpus).into_iter().flatten() {
        seeds.push(fs::read(entry.unwrap().path()).unwrap());
    }
    let attempt = |input: &[u8]| {
        let tried = panic::catch_unwind(AssertUnwindSafe(|| body(input)));
        assert!(tried.is_ok(), "{name}: input {}", hex::encode(input));
    };
    for seed in &seeds {
        attempt(seed);
    }
    seeds.push(Vec::new());
    let mut lots = Lots(RandomState::new().hash_one(name));
    let (begun, seconds) = (Instant::now(), seconds());
    let mut tried = 0_u64;
    while begun.elapsed() < seconds {
        attempt(&changed(&seeds, &mut lots));
        tried += 1;
    }
    println!("{name}: {tried} inputs from {} seeds", seeds.len());
    assert!(tried > 0 || seconds.is_zero());
}

fn run_text(name: &str, seeds: Vec<Vec<u8>>, body: fn(&str)) {
    run(name, seeds, |input| body(&String::from_utf8_lossy(input)));
}

/// The lines of a file of vectors, by columns.
fn rows(file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("data").join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

/// One column of a file of vectors as it stands.
fn column(file: &str, place: usize) -> Vec<Vec<u8>> {
    let cells = rows(file)
        .into_iter()
        .filter_map(|row| row.get(place).cloned());
    cells.map(String::into_bytes).collect()
}

/// One column of a file of vectors that holds octets; cells that don't are left out.
fn octets(file: &str, place: usize) -> Vec<Vec<u8>> {
    let cells = column(file, place).into_iter();
    cells.filter_map(|cell| hex::decode(cell).ok()).collect()
}

fn own(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn notations() -> Vec<Vec<u8>> {
    let ours = [
        "2.16.834.1",
        "{joint-iso-itu-t(2) country(16) tz(834) 1}",
        "{iso standard 8571 application-context(1)}",
        "/Country/TZ/Afya",
        "/Joint-ISO-ITU-T/16/834",
        "urn:oid:2.999.3",
        "oid:/Example/3",
        "OID: 1.3.6.1.4.1",
        "2.25.329800735698586629295641978511506172918",
        "{1 3 6 1}",
    ];
    let mut seeds = own(&ours);
    seeds.extend(column("vectors/text-invalid.tsv", 1));
    seeds.extend(column("vectors/peer-verdicts.tsv", 1));
    seeds
}

/// Stored values and items, each with the octet before it that says what it is.
fn stored() -> Vec<Vec<u8>> {
    let kinds = ["entry", "hold", "principal", "credential", "registrant"];
    let mut seeds = Vec::new();
    for row in rows("stored/values-v1.tsv") {
        let kind = kinds.iter().position(|kind| row[0].starts_with(kind));
        let value = hex::decode(&row[2]).unwrap();
        seeds.extend(kind.map(|kind| [&[kind as u8], value.as_slice()].concat()));
    }
    for row in rows("stored/events-v1.tsv") {
        let body = hex::decode(&row[2]).unwrap();
        seeds.push([&[6, u8::MAX], body.as_slice()].concat());
    }
    assert!(seeds.len() > 20);
    seeds
}

#[test]
fn asn1_value() {
    run_text("asn1_value", notations(), bodies::asn1_value::run);
}

#[test]
fn codec() {
    run("codec", stored(), bodies::codec::run);
}

#[test]
fn der() {
    let mut seeds = octets("vectors/valid-der.tsv", 1);
    seeds.extend(octets("vectors/encodings-valid.tsv", 2));
    seeds.extend(octets("vectors/peer-verdicts.tsv", 1));
    run("der", seeds, bodies::der::run);
}

#[test]
fn dns() {
    let hex = |text: &str| hex::decode(text).unwrap();
    let mut seeds = own(&[
        "ors-dummy.7.834.16.2.oid-res.org",
        "7.834.16.2",
        "key \"xfr\" { algorithm hmac-sha256; secret \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"; };",
    ]);
    // A query with EDNS and a cookie, one with TSIG, a name alone, a pointer to itself.
    seeds.push(hex(
        "0001012000010000000000010b6f72732d64756d6d790137033833340231360132076f69642d726573036f72670000230001\
         00002904d000008000000c000a00080102030405060708",
    ));
    seeds.push(hex(
        "0005000000010000000000010132076f69642d726573036f72670000fc0001037866720000fa00ff0000000000200b686d61\
         632d736861323536000000000000000000012c00000000000000",
    ));
    seeds.push(hex("0132076f69642d726573036f726700"));
    seeds.push(hex("000700000001000000000000c00c00010001"));
    run("dns", seeds, bodies::dns::run);
}

#[test]
fn dot() {
    run_text("dot", notations(), bodies::dot::run);
}

#[test]
fn encodings() {
    let mut seeds = octets("vectors/encodings-valid.tsv", 2);
    seeds.extend(column("vectors/encodings-valid.tsv", 2));
    run("encodings", seeds, bodies::encodings::run);
}

#[test]
fn http_accept() {
    let seeds = own(&[
        "*/*",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;q=0.001, text/*;q=0, text/plain;x=\"a,b;q=0\\\"\"",
    ]);
    run_text("http_accept", seeds, bodies::http_accept::run);
}

#[test]
fn http_path() {
    let mut seeds = own(&[
        "/oid/2.16.834.json",
        "/oid/2.16.834/children",
        "/oid//Country/TZ",
        "/oid/%7B2%2016%20834%7D",
        "/oid/urn:oid:2.16.834",
        "/rdap/oid/2.16.834",
        "/uri-res/N2L",
    ]);
    let paths = notations().into_iter();
    seeds.extend(paths.map(|text| [b"/oid/".as_slice(), &text].concat()));
    run_text("http_path", seeds, bodies::http_path::run);
}

#[test]
fn iri() {
    run_text("iri", notations(), bodies::iri::run);
}

#[test]
fn journal() {
    let seeds = vec![
        vec![0, 0],
        vec![0, 1],
        vec![0, 0, 0, 60, 1],
        vec![1, 0, 0, 0, 0],
    ];
    run("journal", seeds, bodies::journal::run);
    let folder = env::temp_dir().join(format!("oidra-fuzz-{}", std::process::id()));
    drop(fs::remove_dir_all(folder.with_extension("out")));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn known() {
    let mut seeds = notations();
    let arcs = fs::read_to_string(root().join("data/arcs.csv")).unwrap();
    seeds.extend(own(&[&arcs.lines().take(3).collect::<Vec<_>>().join("\n")]));
    run_text("known", seeds, bodies::known::run);
}

#[test]
fn label() {
    run_text("label", column("vectors/labels.tsv", 1), bodies::label::run);
}

#[test]
fn oidip_line() {
    let mut seeds = own(&[
        "oid:",
        "oid:.2.999$format=json",
        "oid:2.999$auth=0123456789abcdef0123456789abcdef,t2$lang=en-US,en$x=y",
        "uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6$format=xml",
        "oid:2.999$format=yaml$format=json$auth=",
    ]);
    seeds.extend(notations());
    run_text("oidip_line", seeds, bodies::oidip_line::run);
}

#[test]
fn pasted_text() {
    run_text("pasted_text", notations(), bodies::pasted_text::run);
}

#[test]
fn tokens() {
    let token = format!("oidra_{}", "0123456789abcdef01".repeat(4));
    let seeds = own(&[
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "oidra/register\n17\nKn01LSfcCc45Tu5IX3HHqPxlkgfjUQvDl5sZhXGfb8I=\n\n— oidra/register xLJ44TWL\n",
        &token,
        "\"16-255fae8e37\"",
        "1 999",
        "AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]);
    run_text("tokens", seeds, bodies::tokens::run);
}

#[test]
fn every_target_is_run_here_and_under_cargo_fuzz() {
    let names = |folder: &Path| -> BTreeSet<String> {
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        files
            .filter(|file| file.extension().is_some_and(|end| end == "rs"))
            .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| name != "mod")
            .collect()
    };
    let targets = names(&root().join("fuzz/fuzz_targets"));
    assert_eq!(targets, names(&root().join("fuzz/bodies")));
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let here = include_str!("fuzz_short.rs");
    for name in &targets {
        let file = root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        let target = fs::read_to_string(file).unwrap();
        assert!(target.contains(&format!("../bodies/{name}.rs")), "{name}");
        assert!(target.contains("body::run("), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(here.contains(&format!("bodies::{name}::run")), "{name}");
    }
}
