//! What the journal and the tables hold: rubbish is refused, and what is accepted is written again to the same value.

use oidra::journal::codec::{
    decode, decode_credential, decode_entry, decode_hold, decode_principal, decode_registrant,
    encode, encode_credential, encode_entry, encode_hold, encode_principal, encode_registrant,
};
use oidra::journal::{Draft, Header, Item, ItemKind, Seq, envelope};

/// Tries one input.
pub fn run(octets: &[u8]) {
    let Some((what, octets)) = octets.split_first() else {
        return;
    };
    match what % 7 {
        0 => same(decode_entry, encode_entry, octets),
        1 => same(decode_hold, encode_hold, octets),
        2 => same(decode_principal, encode_principal, octets),
        3 => same(decode_credential, encode_credential, octets),
        4 => same(decode_registrant, encode_registrant, octets),
        5 => {
            if let Ok(contents) = envelope::open(octets) {
                assert!(contents.commitments.len() <= octets.len());
            }
        }
        _ => record(octets),
    }
}

fn same<T: PartialEq + std::fmt::Debug, E: std::fmt::Debug>(
    decode: fn(&[u8]) -> Result<T, E>,
    encode: fn(&T) -> Vec<u8>,
    octets: &[u8],
) {
    if let Ok(value) = decode(octets) {
        assert_eq!(decode(&encode(&value)).unwrap(), value);
    }
}

/// A record of one public and one restricted item.
fn record(octets: &[u8]) {
    let Some((at, octets)) = octets.split_first() else {
        return;
    };
    let (open, restricted) = octets.split_at(octets.len().min(usize::from(*at)));
    let item = |kind, body: &[u8]| Item {
        kind,
        subject: String::new(),
        salt: [0; 16],
        body: body.to_vec(),
    };
    let mut items = vec![item(ItemKind::Public, open)];
    if !restricted.is_empty() {
        items.push(item(ItemKind::Restricted, restricted));
    }
    let sealed = |items| {
        envelope::seal(
            Seq::FIRST,
            Draft {
                header: Header::default(),
                items,
            },
        )
    };
    let Ok(happening) = decode(&sealed(items)) else {
        return;
    };
    let again = encode(&happening, &|_| false, &mut || [0; 16]);
    let again = decode(&sealed(again)).unwrap();
    assert_eq!(again.events, happening.events);
}
