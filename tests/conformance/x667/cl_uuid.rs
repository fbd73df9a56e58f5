//! X.667: UUIDs as arcs and as labels below 2.25.

use oidra::oid::notation::{Mode, NoNames, forms, parse, resolve};

#[test]
fn number_and_label_are_one_node() {
    let number = "2.25.329800735698586629295641978511506172918";
    let label = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    for text in [
        number.to_owned(),
        format!("oid:/2/25/{label}"),
        format!("/2/25/{}", label.to_uppercase()),
    ] {
        let parsed = parse(&text, Mode::Strict).unwrap();
        let path = resolve(&parsed, &NoNames, None).unwrap().path;
        assert_eq!(path.to_string(), number);
        assert_eq!(forms(&path, &NoNames).uuid().as_deref(), Some(label));
    }
}

#[test]
fn a_number_of_more_than_128_bits_is_no_uuid() {
    let parsed = parse("2.25.340282366920938463463374607431768211456", Mode::Strict).unwrap();
    assert_eq!(
        resolve(&parsed, &NoNames, None).unwrap_err().code(),
        "UUID_TOO_LARGE"
    );
}
