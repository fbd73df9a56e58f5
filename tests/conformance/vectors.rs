//! Reads `data/vectors`; it must never skip a row that it can't read.

use std::path::Path;

/// The rows of a file, each with exactly `columns` columns.
pub fn rows(file: &str, columns: usize) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/vectors")
        .join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect();
    assert!(!rows.is_empty(), "{file} has no rows");
    assert!(
        rows.iter().all(|row| row.len() == columns),
        "{file}: a row without {columns} columns"
    );
    rows
}

/// The value and the encoded form of one encoding in `encodings-valid.tsv`.
pub fn encodings(kind: &str) -> Vec<(String, String)> {
    let found: Vec<(String, String)> = rows("encodings-valid.tsv", 4)
        .into_iter()
        .filter(|row| row[0] == kind)
        .map(|row| (row[1].clone(), row[2].clone()))
        .collect();
    assert!(!found.is_empty(), "no row for {kind}");
    found
}

/// Undoes the escapes `\t`, `\n`, `\r`, `\\` and `\u{..}`.
pub fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next().unwrap() {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'u' => {
                let digits: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
            }
            other => other,
        });
    }
    out
}

/// Octets of hexadecimal digits.
pub fn octets(digits: &str) -> Vec<u8> {
    hex::decode(digits).unwrap()
}

/// The texts of one notation in `text-invalid.tsv` must be refused, each with its own code.
pub fn refused(notation: &str, refuse: impl Fn(&str) -> Option<&'static str>) {
    let mut seen = 0;
    for row in rows("text-invalid.tsv", 4)
        .iter()
        .filter(|row| row[0] == notation)
    {
        let text = unescape(&row[1]);
        assert_eq!(refuse(&text), Some(row[2].as_str()), "{notation}: {text:?}");
        seen += 1;
    }
    assert!(seen > 0, "no row for {notation}");
}
