//! Comma-separated values (RFC 4180) for spreadsheets. It must never pass on what a spreadsheet would take for a formula: what
//! stands in a register was written by strangers.

/// A row: its fields, parted by commas, with the end of the line.
pub fn row<const N: usize>(fields: [&str; N]) -> String {
    let mut row = fields.map(quoted).join(",");
    row.push_str("\r\n");
    row
}

/// A field; what a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if formula {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if field.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_csv_end_where_they_should() {
        assert_eq!(quoted("a"), "a");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("\t=1+1"), "'\t=1+1");
        assert_eq!(row(["a", "b\nc", ""]), "a,\"b\nc\",\r\n");
    }
}
