//! What strangers send: rubbish, floods, forged addresses, connections that do nothing.

use std::{
    io::{Read as _, Write as _},
    net::{TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use oidra::dns::serve::{tcp, udp};

use crate::harness::{APEX, Primary, SECRET, has};

/// Numbers that nobody has to trust: splitmix64.
struct Lots(u64);

impl Lots {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 27)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

fn socket(port: u16) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(("127.0.0.1", port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    socket
}

/// A query without EDNS, or with it and the DO bit.
fn query(id: u16, name: &str, rtype: u16, edns: Option<u16>) -> Vec<u8> {
    let mut query = id.to_be_bytes().to_vec();
    query.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(edns.is_some())]);
    for label in name.split('.').filter(|label| !label.is_empty()) {
        query.push(label.len() as u8);
        query.extend(label.as_bytes());
    }
    query.push(0);
    query.extend(rtype.to_be_bytes());
    query.extend([0, 1]);
    if let Some(bytes) = edns {
        query.extend([0, 0, 41]);
        query.extend(bytes.to_be_bytes());
        query.extend([0, 0, 0x80, 0, 0, 0]);
    }
    query
}

const NAPTR: u16 = 35;

fn is_answered(port: u16) -> bool {
    let socket = socket(port);
    let mut answer = [0; 4_096];
    (0..10).any(|at| {
        socket.send(&query(at, APEX, 6, None)).unwrap();
        socket
            .recv(&mut answer)
            .is_ok_and(|length| length > 50 && answer[1] == at as u8)
    })
}

#[test]
fn rubbish_kills_nothing() {
    let primary = Primary::start("responses_per_second = 0\n");
    primary.allocate("7", &["--label", "Afya"]);
    let socket = socket(primary.port);
    socket
        .set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    let name = format!("ors-dummy.7.{APEX}");
    let mut seeds = vec![
        query(1, &name, NAPTR, None),
        query(2, &name, NAPTR, Some(1_232)),
        query(3, APEX, 251, Some(4_096)),
        query(4, &format!("x.y.afya.{APEX}"), 255, Some(512)),
    ];
    // With a TSIG record that is none, with a cookie that is none, with pointers that go round.
    let mut tsig = query(5, APEX, 252, None);
    tsig[11] = 1;
    tsig.extend(b"\x03xfr\x00\x00\xfa\x00\xff\x00\x00\x00\x00\x00\x20\x0bhmac-sha256\x00\x00\x00\x00\x00\x00\x00\x01\x2c\x00\x00\x00\x00\x00\x00\x00");
    seeds.push(tsig);
    let mut cookie = query(6, APEX, 6, Some(1_232));
    let end = cookie.len();
    cookie[end - 1] = 12;
    cookie.extend(b"\x00\x0a\x00\x08cookies!");
    seeds.push(cookie);
    seeds
        .push(b"\x00\x07\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01".to_vec());
    let mut lots = Lots(7);
    let mut answer = vec![0; 65_535];
    let mut worst = 0;
    for round in 0..30_000 {
        let datagram = if round % 4 == 0 {
            (0..lots.below(600)).map(|_| lots.next() as u8).collect()
        } else {
            let mut seed = seeds[lots.below(seeds.len())].clone();
            for _ in 0..=lots.below(4) {
                let at = lots.below(seed.len());
                match lots.below(4) {
                    0 => seed[at] = lots.next() as u8,
                    1 => seed.truncate(at.max(1)),
                    2 => seed.insert(at, lots.next() as u8),
                    _ => seed.extend_from_within(at..),
                }
            }
            seed.truncate(4_096);
            seed
        };
        if socket.send(&datagram).is_err() {
            continue;
        }
        if round % 64 == 0 {
            while let Ok(length) = socket.recv(&mut answer) {
                // Nobody gets an answer to an answer, nor one that is no answer.
                assert!(length >= 12 && answer[2] & 0x80 != 0);
                worst = worst.max(length);
            }
            assert!(worst <= 1_232);
        }
    }
    // A datagram that is longer than any query is cut, and then is none.
    let mut long = query(7, &name, NAPTR, None);
    long[11] = 1;
    long.extend([0, 0, 10, 0, 1, 0, 0, 0, 0, 0x0F, 0xFF]);
    long.resize(udp::QUERY_BYTES_MAX + 1, 0);
    socket.send(&long).unwrap();
    assert!(is_answered(primary.port));
    // Over TCP the same, with lengths that are wrong.
    for round in 0..500 {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", primary.port)) else {
            continue;
        };
        stream
            .set_read_timeout(Some(Duration::from_millis(2)))
            .unwrap();
        let seed = &seeds[round % seeds.len()];
        let length = if round % 3 == 0 {
            lots.next() as u16
        } else {
            seed.len() as u16
        };
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend_from_slice(seed);
        let at = lots.below(framed.len());
        framed[at] = lots.next() as u8;
        // The other side may have closed already.
        drop(stream.write_all(&framed));
        drop(stream.read(&mut answer));
    }
    assert!(is_answered(primary.port));
    primary.close();
}

#[test]
fn an_answer_is_not_much_longer_than_its_question() {
    let primary = Primary::start("responses_per_second = 0\n");
    primary.allocate("7", &["--label", "Afya"]);
    let socket = socket(primary.port);
    let mut answer = vec![0; 65_535];
    let mut ask = |query: Vec<u8>| {
        socket.send(&query).unwrap();
        let length = socket.recv(&mut answer).unwrap();
        (query.len(), length)
    };
    for name in [
        APEX.to_owned(),
        format!("ors-dummy.7.{APEX}"),
        format!("x.afya.{APEX}"),
        format!("a.b.{APEX}"),
    ] {
        for rtype in [NAPTR, 255, 6, 46, 48, 50, 16, 43, 0, 65_535] {
            // Without EDNS nobody gets more than 512 octets, and less than eight times what they sent.
            let (asked, told) = ask(query(1, &name, rtype, None));
            assert!(
                told <= 512 && told <= asked * 8,
                "{name} {rtype}: {asked} -> {told}"
            );
            // With it never more than goes through any path in one piece.
            for bytes in [0, 511, 1_232, 4_096, 65_535] {
                let (asked, told) = ask(query(2, &name, rtype, Some(bytes)));
                assert!(
                    told <= 1_232.min(usize::from(bytes).max(512)),
                    "{name} {rtype} {bytes}: {told}"
                );
                assert!(told <= asked * 16, "{name} {rtype}: {asked} -> {told}");
            }
        }
    }
    // What is not ours is refused in no more octets than it was asked with.
    for name in ["example.com", "", "version.bind"] {
        for rtype in [NAPTR, 255, 2, 252] {
            let (asked, told) = ask(query(3, name, rtype, Some(4_096)));
            assert!(told <= asked, "{name} {rtype}: {asked} -> {told}");
        }
    }
    primary.close();
}

#[test]
fn a_flood_from_one_address_is_answered_in_part() {
    let primary = Primary::start("responses_per_second = 20\n");
    primary.allocate("7", &[]);
    let socket = socket(primary.port);
    let name = format!("ors-dummy.7.{APEX}");
    let mut answer = [0; 4_096];
    let begun = Instant::now();
    let (mut whole, mut cut) = (0, 0);
    let mut drain = |patience: u64| {
        socket
            .set_read_timeout(Some(Duration::from_millis(patience)))
            .unwrap();
        while socket.recv(&mut answer).is_ok() {
            if answer[2] & 2 == 0 {
                whole += 1;
            } else {
                cut += 1;
            }
        }
    };
    for round in 0..1_000_u16 {
        socket
            .send(&query(round, &name, NAPTR, Some(1_232)))
            .unwrap();
        if round % 50 == 0 {
            drain(1);
        }
    }
    drain(300);
    let seconds = begun.elapsed().as_secs() + 2;
    assert!(whole <= 20 * seconds, "{whole} in {seconds} s");
    assert!(cut > 100 && cut < 600, "{cut}");
    // Another name is another matter, and so is TCP; who shows a cookie of ours is known.
    if has("dig", "bind9-dnsutils") {
        let told = primary.dig(&["+tcp", "+short", &name, "NAPTR"]);
        assert!(told.contains("/2/16/834/7!"), "{told}");
        let told = crate::harness::run(
            "dig",
            &[
                "@127.0.0.1",
                "-p",
                &primary.port.to_string(),
                "+norec",
                "+cookie",
                &format!("7.{APEX}"),
                "NAPTR",
            ],
        );
        assert!(
            told.contains("(good)") && told.contains("NOERROR"),
            "{told}"
        );
    }
    primary.close();
}

#[test]
fn connections_are_bounded_and_idle_ones_end() {
    let primary = Primary::start("connections_per_source = 4\nidle_seconds = 1\n");
    let open = || TcpStream::connect(("127.0.0.1", primary.port)).unwrap();
    let ask = |stream: &mut TcpStream| {
        let query = query(9, APEX, 6, None);
        let mut framed = (query.len() as u16).to_be_bytes().to_vec();
        framed.extend(query);
        stream
            .set_read_timeout(Some(Duration::from_secs(3)))
            .unwrap();
        let mut length = [0; 2];
        if stream.write_all(&framed).is_err() || stream.read_exact(&mut length).is_err() {
            return false;
        }
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut answer).is_ok()
    };
    let mut held: Vec<_> = (0..4).map(|_| open()).collect();
    assert!(held.iter_mut().all(ask));
    assert!(!ask(&mut open()));
    // Those that ask nothing are closed, and then there is room.
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(held.iter_mut().all(|stream| !ask(stream)));
    assert!(ask(&mut open()));
    // Queries that come at once are answered one after the other.
    let mut stream = open();
    let mut framed = Vec::new();
    for id in 0..50 {
        let query = query(id, APEX, 6, None);
        framed.extend((query.len() as u16).to_be_bytes());
        framed.extend(query);
    }
    stream.write_all(&framed).unwrap();
    for id in 0..50_u16 {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer[..2], id.to_be_bytes());
    }
    // A query of more octets than any has is not read.
    let mut stream = open();
    let long = u16::try_from(tcp::QUERY_BYTES_MAX + 1).unwrap();
    stream.write_all(&long.to_be_bytes()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(3)))
        .unwrap();
    assert_eq!(stream.read(&mut [0; 2]).unwrap_or(0), 0);
    primary.close();
}

/// A secret must not be told, whatever is wrong with its file.
#[test]
fn settings_that_cannot_be_used_are_told_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    let config = dir.path().join("oidra.toml");
    let check = |text: &str, key: &str, mode: u32, expect: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::write(&keys, key).unwrap();
        std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(mode)).unwrap();
        let settings = format!(
            "[dns]\nlisten = [\"127.0.0.1:0\"]\nname_servers = [\"ns1.example.net\"]\nkeys = \"{}\"\n{text}",
            keys.display()
        );
        std::fs::write(&config, settings).unwrap();
        let output = std::process::Command::new(crate::support::OIDRAD)
            .args(["--config", config.to_str().unwrap(), "--check-config"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(
            said.contains(expect) && !said.contains(SECRET),
            "{expect}: {said}"
        );
    };
    let good = format!("key \"xfr\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n");
    check("", &good, 0o644, "chmod 600");
    check("", &good.replace("sha256", "md5"), 0o600, "algorithm");
    check("", &good.replace("};", ""), 0o600, "clause 1");
    check(
        "transfer_keys = [\"nobody\"]\n",
        &good,
        0o600,
        "no such key",
    );
    check(
        "notify = [{ address = \"192.0.2.1:53\", key = \"nobody\" }]\n",
        &good,
        0o600,
        "dns.notify",
    );
    check("hostmaster = \"a..b\"\n", &good, 0o600, "dns.hostmaster");
    check(
        "zones = [{ oid = \"2.16.834\", name = \"ns1.example.net\" }]\n",
        &good,
        0o600,
        "dns.name_servers",
    );
    check(
        "zones = [{ oid = \"2.16.834\", name = \"a.b\" }, { oid = \"2.999\", name = \"x.a.b\" }]\n",
        &good,
        0o600,
        "dns.zones",
    );
    check(
        "zones = [{ oid = \"9.9\", name = \"a.b\" }]\n",
        &good,
        0o600,
        "dns.zones",
    );
}
