//! A zone as a master file (RFC 1035 5), record by record.
//!
//! It must never write a record in another form than the one it is served in.

use std::io::{self, Write};

use domain::base::iana::Class;
use domain::base::rdata::ParseRecordData as _;
use domain::base::zonefile_fmt::{DisplayKind, ZonefileFmt as _};
use domain::base::{ParsedName, Record, Ttl};
use domain::rdata::ZoneRecordData;
use octseq::Parser;

use super::record::Rrset;

/// The data of a record of any type that stands in a zone.
type Data<'a> = ZoneRecordData<&'a [u8], ParsedName<&'a [u8]>>;

/// Writes the records of a set, one a line.
pub fn write(set: &Rrset, out: &mut dyn Write) -> io::Result<()> {
    for data in &set.data {
        let mut parser = Parser::from_ref(data.as_slice());
        let parsed = Data::parse_rdata(set.rtype, &mut parser);
        let odd = || io::Error::other("a record cannot be written");
        let data = parsed.map_err(|_| odd())?.ok_or_else(odd)?;
        let record = Record::new(&set.owner, Class::IN, Ttl::from_secs(set.ttl), data);
        writeln!(out, "{}", record.display_zonefile(DisplayKind::Simple))?;
    }
    Ok(())
}
