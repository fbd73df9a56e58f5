//! What somebody is told who asks nothing: how to ask. Comment lines, as machines pass them over.

/// Whether a line asks for help.
pub(super) fn is_asked(line: &str) -> bool {
    matches!(line.trim(), "" | "?" | "help" | "HELP")
}

/// How to ask.
pub(super) const TEXT: &str = "\
% This service tells what an object identifier is. One line, one answer:\r
%\r
%   oid:2.999                        by its numbers\r
%   2.999                            the same\r
%   urn:oid:2.999                    the same, as a URN\r
%   {joint-iso-itu-t(2) 999}         in ASN.1 value notation\r
%   /Joint-ISO-ITU-T/Example         by its Unicode labels\r
%   oid:                             the root of the tree\r
%\r
% Arguments follow, each after a dollar sign:\r
%\r
%   oid:2.999$format=json            text (unless you say otherwise), json or xml\r
%   oid:2.999$lang=sw,en             languages, the dearest first\r
%   oid:2.999$auth=TOKEN             who you are, where this service takes tokens\r
%\r
% The protocol is OID-IP: urn:x-viathinksoft:std:0002:2024-09-02\r
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_comments_and_tells_nothing_of_the_program() {
        assert!(TEXT.ends_with("\r\n"));
        for line in TEXT.split_terminator("\r\n") {
            assert!(line.starts_with('%') && !line.contains('\n'), "{line}");
        }
        assert!(!TEXT.contains(env!("CARGO_PKG_VERSION")) && !TEXT.contains("oidra"));
        assert!(is_asked(" ") && is_asked("help") && !is_asked("oid:"));
    }
}
