//! The one table of this face's addresses: which path leads to which handler, by which method, and what it gives.
//!
//! Requests are dispatched by it and the `OpenAPI` document is made from it, so that neither can know an address that the other
//! does not.

use http::Method;

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// The first page.
    Home,
    /// The style sheet of the pages.
    Style,
    /// An object identifier, in the representation that is asked for.
    Permalink,
    /// The subordinates of an object identifier, a page at a time.
    Children,
    /// Many object identifiers at once.
    Batch,
    /// A text in every notation.
    Convert,
    /// An object identifier in OID-IP.
    Oidip,
    /// An object identifier in RDAP.
    RdapOid,
    /// What the RDAP service is.
    RdapHelp,
    /// RDAP's search.
    RdapSearch,
    /// Where else to ask over RDAP.
    RdapBootstrap,
    /// The children of a node, for the ORS.
    Cinf,
    /// The registration of a node, for the ORS.
    Rinf,
    /// The resolution of a URN.
    Urn,
    /// What this service offers.
    WellKnown,
    /// The same as a linkset.
    Catalog,
    /// The description of this face for programs.
    OpenApi,
    /// The page on a refusal.
    Refusal,
}

/// One address.
#[derive(Clone, Debug)]
pub struct Address {
    /// Where it leads.
    pub route: Route,
    /// Its template (RFC 6570): a part in braces is filled in. It stands last, but for one address.
    pub template: &'static str,
    /// What it is called in metrics and in the `OpenAPI` document.
    pub name: &'static str,
    /// How it is asked, `HEAD` and `OPTIONS` apart.
    pub method: Method,
    /// One sentence about it.
    pub summary: &'static str,
    /// Its parameters: name and meaning.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The types of its content where all goes well; with the name of a shape where it is one of ours.
    pub gives: &'static [(&'static str, Option<&'static str>)],
    /// Whether the register is asked.
    pub asks_register: bool,
}

const OID: (&str, &str) = (
    "oid",
    "An object identifier in any notation; names, IRIs and URNs are redirected to dot notation.",
);
const FORMAT: (&str, &str) = (
    "format",
    "The representation by its name, before what `Accept` says.",
);
const AT_LEAST: (&str, &str) = (
    "at_least_revision",
    "Wait until the register has reached this revision.",
);
const AS_OF_REVISION: (&str, &str) = ("as_of_revision", "Read as of exactly this revision.");
const AS_OF_TIME: (&str, &str) = (
    "as_of_time",
    "Read as of this moment (RFC 3339) or the end of this day.",
);
const JSON: &str = "application/json";
const RDAP: &str = "application/rdap+json";

/// Every address.
pub static ADDRESSES: &[Address] = &[
    Address {
        route: Route::Home,
        template: "/",
        name: "home",
        method: Method::GET,
        summary: "The first page, or the description of the service in JSON.",
        parameters: &[],
        gives: &[("text/html", None), (JSON, Some("Description"))],
        asks_register: true,
    },
    Address {
        route: Route::Permalink,
        template: "/oid/{oid}",
        name: "permalink",
        method: Method::GET,
        summary: "What an object identifier is, in the representation that is asked for.",
        parameters: &[
            OID,
            FORMAT,
            (
                "linkType",
                "Go to the entry's own service of this kind; `all` or `linkset` for all links.",
            ),
            (
                "after",
                "On the page of HTML: the number after which its list goes on.",
            ),
            AT_LEAST,
            AS_OF_REVISION,
            AS_OF_TIME,
        ],
        gives: &[
            (JSON, Some("Entry")),
            ("text/html", None),
            ("text/plain", None),
            (RDAP, None),
            ("text/vnd.viathinksoft.oidip", None),
            ("application/vnd.viathinksoft.oidip+json", None),
            ("application/vnd.viathinksoft.oidip+xml", None),
            ("application/linkset+json", None),
            ("application/linkset", None),
            ("application/octet-stream", None),
        ],
        asks_register: true,
    },
    Address {
        route: Route::Children,
        template: "/oid/{oid}/children",
        name: "children",
        method: Method::GET,
        summary: "The direct subordinates of an object identifier in dot notation, a page at a time.",
        parameters: &[
            (
                "oid",
                "An object identifier in dot notation; nothing is the root.",
            ),
            ("after", "The number after which the list goes on."),
            ("page_size", "How many of them; at most 1000."),
            AT_LEAST,
            AS_OF_REVISION,
            AS_OF_TIME,
        ],
        gives: &[(JSON, Some("Subordinates"))],
        asks_register: true,
    },
    Address {
        route: Route::Batch,
        template: "/oids",
        name: "batch",
        method: Method::POST,
        summary: "What many object identifiers are: a JSON list of up to 1000 texts in any notation.",
        parameters: &[AT_LEAST, AS_OF_REVISION, AS_OF_TIME],
        gives: &[(JSON, Some("Batch"))],
        asks_register: true,
    },
    Address {
        route: Route::Convert,
        template: "/convert",
        name: "convert",
        method: Method::GET,
        summary: "A text in every notation, with what was tolerated in reading it.",
        parameters: &[
            ("oid", "The text, in any notation."),
            ("strict", "`true` to tolerate nothing."),
            (
                "format",
                "`json`, `html` or `text`, before what `Accept` says.",
            ),
            AT_LEAST,
            AS_OF_REVISION,
            AS_OF_TIME,
        ],
        gives: &[
            (JSON, Some("Conversion")),
            ("text/html", None),
            ("text/plain", None),
        ],
        asks_register: true,
    },
    Address {
        route: Route::Oidip,
        template: "/oidip/oid/{oid}",
        name: "oidip",
        method: Method::GET,
        summary: "An object identifier in OID-IP; `/text`, `/json` or `/xml` is appended.",
        parameters: &[
            (
                "oid",
                "An object identifier in dot notation, or `root`, then a solidus and the format.",
            ),
            ("auth", "Tokens, parted by commas."),
            (
                "lang",
                "Languages, the preferred one first, parted by commas.",
            ),
        ],
        gives: &[
            ("text/vnd.viathinksoft.oidip", None),
            ("application/vnd.viathinksoft.oidip+json", None),
            ("application/vnd.viathinksoft.oidip+xml", None),
        ],
        asks_register: true,
    },
    Address {
        route: Route::RdapOid,
        template: "/rdap/oid/{oid}",
        name: "rdap-oid",
        method: Method::GET,
        summary: "An object identifier in RDAP (RFC 9083).",
        parameters: &[OID, AT_LEAST, AS_OF_REVISION, AS_OF_TIME],
        gives: &[(RDAP, None)],
        asks_register: true,
    },
    Address {
        route: Route::RdapHelp,
        template: "/rdap/help",
        name: "rdap-help",
        method: Method::GET,
        summary: "What the RDAP service offers.",
        parameters: &[],
        gives: &[(RDAP, None)],
        asks_register: false,
    },
    Address {
        route: Route::RdapSearch,
        template: "/rdap/oids",
        name: "rdap-search",
        method: Method::GET,
        summary: "Search by name: secondary identifiers, Unicode labels and titles.",
        parameters: &[
            (
                "name",
                "A name, or its beginning and an asterisk; letters of either case.",
            ),
            (
                "under",
                "The node below which to look; the authority's own unless it is said.",
            ),
        ],
        gives: &[(RDAP, None)],
        asks_register: true,
    },
    Address {
        route: Route::RdapBootstrap,
        template: "/rdap/bootstrap/oid",
        name: "rdap-bootstrap",
        method: Method::GET,
        summary: "Which RDAP service answers for which subtree (in the form of RFC 9224).",
        parameters: &[],
        gives: &[(JSON, None)],
        asks_register: true,
    },
    Address {
        route: Route::Cinf,
        template: "/ors/cinf/{oid}",
        name: "cinf",
        method: Method::GET,
        summary: "The children of a node as X.672 Annex C writes them.",
        parameters: &[("oid", "An object identifier in dot notation.")],
        gives: &[("application/xml", None)],
        asks_register: true,
    },
    Address {
        route: Route::Rinf,
        template: "/ors/rinf/{oid}",
        name: "rinf",
        method: Method::GET,
        summary: "The registration of a node as X.672 Annex D writes it.",
        parameters: &[("oid", "An object identifier in dot notation.")],
        gives: &[("application/xml", None)],
        asks_register: true,
    },
    Address {
        route: Route::Urn,
        template: "/uri-res/{service}",
        name: "urn",
        method: Method::GET,
        summary: "Resolution of a URN as RFC 2169 has it: `N2L`, `N2Ls`, `N2R` or `N2C`, a question mark and the URN.",
        parameters: &[(
            "service",
            "`N2L`, `N2Ls`, `N2R` or `N2C`; the query is the URN.",
        )],
        gives: &[("text/uri-list", None)],
        asks_register: true,
    },
    Address {
        route: Route::WellKnown,
        template: "/.well-known/oidra",
        name: "well-known",
        method: Method::GET,
        summary: "What this service offers, and where.",
        parameters: &[],
        gives: &[(JSON, Some("Description"))],
        asks_register: true,
    },
    Address {
        route: Route::Catalog,
        template: "/.well-known/api-catalog",
        name: "api-catalog",
        method: Method::GET,
        summary: "The same as a linkset (RFC 9727).",
        parameters: &[],
        gives: &[("application/linkset+json", None)],
        asks_register: false,
    },
    Address {
        route: Route::OpenApi,
        template: "/openapi.json",
        name: "openapi",
        method: Method::GET,
        summary: "This description.",
        parameters: &[],
        gives: &[(JSON, None)],
        asks_register: false,
    },
    Address {
        route: Route::Refusal,
        template: "/refusals/{code}",
        name: "refusal",
        method: Method::GET,
        summary: "The page that explains a refusal; without a code, the list of all.",
        parameters: &[("code", "The permanent code, such as `OID_SYNTAX`.")],
        gives: &[("text/html", None), ("text/markdown", None)],
        asks_register: false,
    },
    Address {
        route: Route::Style,
        template: "/style.css",
        name: "style",
        method: Method::GET,
        summary: "The style sheet of the pages.",
        parameters: &[],
        gives: &[("text/css", None)],
        asks_register: false,
    },
];

/// What stands after the part that is filled in, of the one address that has something there.
const CHILDREN: &str = "/children";

/// Where a path leads, and the part of it that was filled in.
pub fn find(path: &str) -> Option<(&'static Address, &str)> {
    if let Some(rest) = path.strip_prefix("/oid/")
        && let Some(oid) = children_of(rest)
    {
        return Some((address(Route::Children)?, oid));
    }
    if path == "/oid" {
        return Some((address(Route::Permalink)?, ""));
    }
    ADDRESSES.iter().find_map(|address| {
        let rest = match address.template.split_once('{') {
            Some((before, _)) => path.strip_prefix(before)?,
            None => (path == address.template).then_some("")?,
        };
        (address.route != Route::Children).then_some((address, rest))
    })
}

/// The node of a list of subordinates: in dot notation, so that no label can be mistaken for the end of the address.
fn children_of(rest: &str) -> Option<&str> {
    if rest == "children" {
        return Some("");
    }
    let oid = rest.strip_suffix(CHILDREN)?;
    let dotted = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    oid.bytes().all(dotted).then_some(oid)
}

fn address(route: Route) -> Option<&'static Address> {
    ADDRESSES.iter().find(|one| one.route == route)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_the_table_says() {
        for (path, expect) in [
            ("/", Some((Route::Home, ""))),
            ("/oid/2.999", Some((Route::Permalink, "2.999"))),
            ("/oid/", Some((Route::Permalink, ""))),
            ("/oid", Some((Route::Permalink, ""))),
            ("/oid//Country/TZ", Some((Route::Permalink, "/Country/TZ"))),
            ("/oid/2.999/children", Some((Route::Children, "2.999"))),
            ("/oid/children", Some((Route::Children, ""))),
            (
                "/oid//Country/children",
                Some((Route::Permalink, "/Country/children")),
            ),
            ("/oids", Some((Route::Batch, ""))),
            ("/rdap/oid/2.999", Some((Route::RdapOid, "2.999"))),
            ("/rdap/oids", Some((Route::RdapSearch, ""))),
            ("/ors/cinf/2.999", Some((Route::Cinf, "2.999"))),
            ("/uri-res/N2L", Some((Route::Urn, "N2L"))),
            ("/oidip/oid/2.999/json", Some((Route::Oidip, "2.999/json"))),
            ("/nowhere", None),
            ("/rdap/", None),
            ("", None),
        ] {
            let found = find(path).map(|(address, rest)| (address.route, rest));
            assert_eq!(found, expect, "{path}");
        }
    }

    #[test]
    fn every_address_is_one_of_its_own() {
        let mut names: Vec<_> = ADDRESSES.iter().map(|one| one.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ADDRESSES.len());
    }
}
