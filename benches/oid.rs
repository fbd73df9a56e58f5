//! Encoding and decoding of an object identifier of six arcs, beside the `const-oid` crate in the same run.
//!
//! Encode: from arcs to contents octets, and from text to contents octets. Decode: from contents octets to arcs, and
//! to text. The arcs are those of rsadsi pkcs pkcs-1, held in the type that each crate takes.

#![allow(
    clippy::unwrap_used,
    reason = "the inputs are constants that are known to be good"
)]

use divan::{Bencher, black_box};
use oidra::oid::{ArcValue, Oid};

const TEXT: &str = "1.2.840.113549.1.1";
const ARCS: [u32; 6] = [1, 2, 840, 113_549, 1, 1];
const CONTENTS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];

fn main() {
    divan::main();
}

#[divan::bench_group]
mod encode_arcs {
    use super::{ARCS, ArcValue, Bencher, Oid, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Oid::from_arcs(black_box(ARCS).into_iter().map(ArcValue::from)).unwrap());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| const_oid::ObjectIdentifier::from_arcs(black_box(ARCS)).unwrap());
    }
}

#[divan::bench_group]
mod encode_text {
    use super::{Bencher, Oid, TEXT, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| black_box(TEXT).parse::<Oid>().unwrap());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| const_oid::ObjectIdentifier::new(black_box(TEXT)).unwrap());
    }
}

#[divan::bench_group]
mod decode_arcs {
    use super::{Bencher, CONTENTS, Oid, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| {
            let oid = Oid::from_contents(black_box(CONTENTS)).unwrap();
            oid.arcs().filter_map(|arc| arc.to_u64()).sum::<u64>()
        });
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| {
            let oid = const_oid::ObjectIdentifier::from_bytes(black_box(CONTENTS)).unwrap();
            oid.arcs().map(u64::from).sum::<u64>()
        });
    }
}

#[divan::bench_group]
mod decode_text {
    use super::{Bencher, CONTENTS, Oid, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Oid::from_contents(black_box(CONTENTS)).unwrap().to_string());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| {
            const_oid::ObjectIdentifier::from_bytes(black_box(CONTENTS))
                .unwrap()
                .to_string()
        });
    }
}
