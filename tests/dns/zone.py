"""Takes the zone over with dnspython and validates every set of it: PORT ZONE SECRET. Prints how many sets were validated."""

import sys

import dns.dnssec
import dns.message
import dns.query
import dns.rdatatype
import dns.rrset
import dns.tsigkeyring
import dns.zone

port, apex, secret = int(sys.argv[1]), dns.name.from_text(sys.argv[2]), sys.argv[3]
keyring = dns.tsigkeyring.from_text({"xfr": secret})
transfer = dns.query.xfr("127.0.0.1", apex, port=port, keyring=keyring, keyalgorithm="hmac-sha256", relativize=False)
zone = dns.zone.from_xfr(transfer, relativize=False)


def rrset(name, rdataset):
    made = dns.rrset.RRset(name, rdataset.rdclass, rdataset.rdtype, rdataset.covers)
    made.update(rdataset)
    return made


keys = {apex: rrset(apex, zone.find_rdataset(apex, dns.rdatatype.DNSKEY))}
validated = 0
for name, rdataset in zone.iterate_rdatasets():
    if rdataset.rdtype == dns.rdatatype.RRSIG:
        continue
    signatures = zone.get_rdataset(name, dns.rdatatype.RRSIG, rdataset.rdtype)
    if signatures is None:
        assert rdataset.rdtype in (dns.rdatatype.NS, dns.rdatatype.A, dns.rdatatype.AAAA), (name, rdataset)
        continue
    dns.dnssec.validate(rrset(name, rdataset), rrset(name, signatures), keys)
    validated += 1

query = dns.message.make_query("ors-dummy." + sys.argv[2], "NAPTR", want_dnssec=True)
answer = dns.query.udp(query, "127.0.0.1", port=port)
assert answer.rcode() == 0 and len(answer.answer) == 2, answer
dns.dnssec.validate(answer.answer[0], answer.answer[1], keys)
again = dns.query.tcp(query, "127.0.0.1", port=port)
assert sorted(map(str, again.answer)) == sorted(map(str, answer.answer))
print(validated)
