//! Object identifiers of six arcs beside the `const-oid` crate, in the same run, like with like.
//!
//! Each group is one step: octets to the typed value, the typed value to octets, text to the typed value, the typed value to
//! text, arcs to the typed value, and the typed value's arcs one by one. The arcs are those of rsadsi pkcs pkcs-1; each
//! crate takes and gives them in its own type, which is `u32` there and a number of any size here.

#![allow(
    clippy::unwrap_used,
    reason = "the inputs are constants that are known to be good"
)]

use const_oid::ObjectIdentifier;
use divan::{Bencher, black_box};
use oidra::oid::{ArcValue, Oid};

const TEXT: &str = "1.2.840.113549.1.1";
const ARCS: [u32; 6] = [1, 2, 840, 113_549, 1, 1];
const CONTENTS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];

fn main() {
    divan::main();
}

#[divan::bench_group]
mod octets_to_oid {
    use super::{Bencher, CONTENTS, ObjectIdentifier, Oid, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Oid::from_contents(black_box(CONTENTS)).unwrap());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| ObjectIdentifier::from_bytes(black_box(CONTENTS)).unwrap());
    }
}

#[divan::bench_group]
mod oid_to_octets {
    use super::{Bencher, ObjectIdentifier, Oid, TEXT, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        let oid: Oid = TEXT.parse().unwrap();
        bencher.bench(|| black_box(&oid).as_contents().to_vec());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        let oid: ObjectIdentifier = TEXT.parse().unwrap();
        bencher.bench(|| black_box(&oid).as_bytes().to_vec());
    }
}

#[divan::bench_group]
mod text_to_oid {
    use super::{Bencher, ObjectIdentifier, Oid, TEXT, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| black_box(TEXT).parse::<Oid>().unwrap());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| black_box(TEXT).parse::<ObjectIdentifier>().unwrap());
    }
}

#[divan::bench_group]
mod oid_to_text {
    use super::{Bencher, ObjectIdentifier, Oid, TEXT, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        let oid: Oid = TEXT.parse().unwrap();
        bencher.bench(|| black_box(&oid).to_string());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        let oid: ObjectIdentifier = TEXT.parse().unwrap();
        bencher.bench(|| black_box(&oid).to_string());
    }
}

#[divan::bench_group]
mod arcs_to_oid {
    use super::{ARCS, ArcValue, Bencher, ObjectIdentifier, Oid, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        bencher.bench(|| Oid::from_arcs(black_box(ARCS).into_iter().map(ArcValue::from)).unwrap());
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        bencher.bench(|| ObjectIdentifier::from_arcs(black_box(ARCS)).unwrap());
    }
}

#[divan::bench_group]
mod oid_to_arcs {
    use super::{Bencher, ObjectIdentifier, Oid, TEXT, black_box};

    #[divan::bench]
    fn oidra(bencher: Bencher<'_, '_>) {
        let oid: Oid = TEXT.parse().unwrap();
        bencher.bench(|| {
            let arcs = black_box(&oid).arcs();
            arcs.filter_map(|arc| arc.to_u64()).sum::<u64>()
        });
    }

    #[divan::bench]
    fn const_oid(bencher: Bencher<'_, '_>) {
        let oid: ObjectIdentifier = TEXT.parse().unwrap();
        bencher.bench(|| black_box(&oid).arcs().map(u64::from).sum::<u64>());
    }
}

#[divan::bench_group]
mod octets_to_arcs {
    use super::{Bencher, CONTENTS, ObjectIdentifier, Oid, black_box};

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
            let oid = ObjectIdentifier::from_bytes(black_box(CONTENTS)).unwrap();
            oid.arcs().map(u64::from).sum::<u64>()
        });
    }
}
