//! Registrants that may be one and the same: their e-mail addresses, telephone numbers and names are compared in forms that
//! leave out what people write differently. It must never say that two are one; that is for people to judge.

use std::collections::{HashMap, HashSet};

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::skeleton;

use crate::model::entry::RegistrantDetails;
use crate::model::likeness::Trait;

/// How many traits there are.
const TRAITS: usize = Trait::ALL.len();
/// The digits of a telephone number that are compared, from its end: with them a number is the same whether it begins with a
/// country's prefix or with a zero.
const TELEPHONE_DIGITS: usize = 9;
/// Digits without which a number is nobody's own: an extension, or a short code.
const TELEPHONE_DIGITS_LEAST: usize = 6;
/// What stands between the digits of a telephone number.
const TELEPHONE_MARKS: &str = " \u{a0}\u{2009}\u{202f}-\u{2010}\u{2011}\u{2013}./()";
/// Words that say what form a company has, without dots, in small letters; they are as good as not there.
const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "ev",
    "gmbh",
    "inc",
    "incorporated",
    "kampuni",
    "kft",
    "kg",
    "lda",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "nv",
    "ohg",
    "oy",
    "oyj",
    "plc",
    "private",
    "pt",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "se",
    "spa",
    "srl",
    "sro",
    "ug",
    "zoo",
];

/// What somebody would take a name for: case does not matter to them.
pub fn looks(name: &str) -> String {
    skeleton(&name.to_lowercase()).collect()
}

/// The words of a name, without punctuation and in small letters; dots and apostrophes part no words.
fn words(name: &str) -> Vec<String> {
    let name: String = name.nfkc().collect();
    let name = CaseMapper::new().fold_string(&name);
    let joined = |c: &char| !matches!(c, '.' | '\'' | '\u{2019}' | '`' | '\u{b4}');
    let name: String = name.replace('&', " and ").chars().filter(joined).collect();
    let marks = |c: char| !(c.is_alphanumeric() || is_mark(c));
    let words = name.split(marks).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Whether a character belongs to the letter before it.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// What a name looks like without what companies put behind theirs; `None` where nothing is left of it.
fn name(name: &str, forms: &HashSet<String>) -> Option<String> {
    let all = words(name);
    let mut own: Vec<_> = all
        .iter()
        .filter(|word| !forms.contains(&looks(word)))
        .collect();
    if own.is_empty() {
        own = all.iter().collect();
    }
    let own: String = own.into_iter().map(String::as_str).collect();
    (!own.is_empty()).then(|| looks(&own))
}

/// An e-mail address in small letters; mail systems tell no others apart.
fn email(email: &str) -> Option<String> {
    let email = email.trim().trim_end_matches('.').to_lowercase();
    (!email.is_empty()).then_some(email)
}

/// The last digits of a telephone number, without an extension; `None` where they are too few.
fn telephone(number: &str) -> Option<String> {
    let digits: String = number
        .nfkc()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || TELEPHONE_MARKS.contains(*c))
        .filter(char::is_ascii_digit)
        .collect();
    let from = digits.len().saturating_sub(TELEPHONE_DIGITS);
    let last = digits.get(from..)?.trim_start_matches('0');
    (last.len() >= TELEPHONE_DIGITS_LEAST).then(|| last.to_owned())
}

/// A search that takes in one registrant after another.
pub struct Comparison {
    /// What the words for forms of companies look like.
    legal_forms: HashSet<String>,
    /// A number for each form of a trait.
    forms: HashMap<(Trait, String), u32>,
    /// The forms of each registrant; 0 is none.
    all: Vec<[u32; TRAITS]>,
}

/// Those that belong together, by the order in which they were taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Who, and what each has in common with another one.
    pub members: Vec<(usize, Vec<Trait>)>,
    /// In how many traits those two are alike that are alike in most.
    pub likeness: usize,
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            legal_forms: LEGAL_FORMS.iter().map(|form| looks(form)).collect(),
            forms: HashMap::new(),
            all: Vec::new(),
        }
    }
}

impl Comparison {
    /// Takes in a registrant of whom this may be known.
    pub fn take(&mut self, details: &RegistrantDetails) {
        let forms = [
            name(&details.name, &self.legal_forms),
            details.email.as_deref().and_then(email),
            details.telephone.as_deref().and_then(telephone),
        ];
        let mut numbers = [0; TRAITS];
        for ((number, form), of) in numbers.iter_mut().zip(forms).zip(Trait::ALL) {
            let Some(form) = form else { continue };
            let next = u32::try_from(self.forms.len() + 1).unwrap_or(u32::MAX);
            *number = *self.forms.entry((of, form)).or_insert(next);
        }
        self.all.push(numbers);
    }

    /// How many were taken in.
    pub fn taken(&self) -> usize {
        self.all.len()
    }

    /// The groups of those that are alike in `least` traits at least, in which each is so with another one: first those whose
    /// members are alike in most, then the largest, then by the first member.
    pub fn groups(&self, least: usize) -> Vec<Group> {
        let mut leads = Leads((0..self.all.len()).collect());
        let mut met: HashMap<[u32; TRAITS], usize> = HashMap::new();
        for (at, forms) in self.all.iter().enumerate() {
            for some in choices(*forms).filter(|some| told(some) == least) {
                let first = *met.entry(some).or_insert(at);
                leads.join(first, at);
            }
        }
        let mut by_lead: HashMap<usize, Vec<usize>> = HashMap::new();
        for at in 0..self.all.len() {
            by_lead.entry(leads.of(at)).or_default().push(at);
        }
        let together = by_lead.into_values().filter(|all| all.len() > 1);
        let mut groups: Vec<_> = together.map(|all| self.group(&all)).collect();
        groups.sort_by_cached_key(|group| {
            let first = group.members.first().map(|(at, _)| *at);
            let less = |many: usize| usize::MAX - many;
            (less(group.likeness), less(group.members.len()), first)
        });
        groups
    }

    fn group(&self, all: &[usize]) -> Group {
        let mut met: HashMap<[u32; TRAITS], usize> = HashMap::new();
        let of = |at: &usize| self.all.get(*at).copied().unwrap_or_default();
        for some in all.iter().flat_map(|at| choices(of(at))) {
            *met.entry(some).or_default() += 1;
        }
        let common = |some: &[u32; TRAITS]| met.get(some).is_some_and(|count| *count > 1);
        let likeness = met.keys().filter(|some| common(some)).map(told).max();
        let alike_in = |at: &usize| {
            let alone = |index: usize, form: u32| {
                std::array::from_fn(|one| if one == index { form } else { 0 })
            };
            let each = of(at).into_iter().enumerate().zip(Trait::ALL);
            each.filter(|((index, form), _)| *form > 0 && common(&alone(*index, *form)))
                .map(|(_, of)| of)
                .collect()
        };
        Group {
            members: all.iter().map(|at| (*at, alike_in(at))).collect(),
            likeness: likeness.unwrap_or_default(),
        }
    }
}

/// How many traits are told.
fn told(forms: &[u32; TRAITS]) -> usize {
    forms.iter().filter(|form| **form > 0).count()
}

/// Every choice of the traits that are told, one at least: what is not chosen is 0.
fn choices(forms: [u32; TRAITS]) -> impl Iterator<Item = [u32; TRAITS]> {
    (1_usize..1 << TRAITS).filter_map(move |choice| {
        let chosen = |index: usize| choice & (1 << index) != 0;
        let whole = forms
            .iter()
            .enumerate()
            .all(|(index, form)| *form > 0 || !chosen(index));
        let mut some = forms;
        for (index, form) in some.iter_mut().enumerate() {
            if !chosen(index) {
                *form = 0;
            }
        }
        whole.then_some(some)
    })
}

/// Who stands for whom: each leads to an earlier one, or to itself.
struct Leads(Vec<usize>);

impl Leads {
    fn of(&mut self, mut at: usize) -> usize {
        while let Some(lead) = self.0.get(at).copied()
            && lead != at
        {
            // Halves the way for whoever asks next.
            let further = self.0.get(lead).copied().unwrap_or(lead);
            if let Some(own) = self.0.get_mut(at) {
                *own = further;
            }
            at = further;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        if let Some(lead) = self.0.get_mut(one.max(other)) {
            *lead = one.min(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        super::name(text, &Comparison::default().legal_forms)
    }

    #[track_caller]
    fn same_names(one: &str, other: &str) {
        assert!(name(one).is_some());
        assert_eq!(name(one), name(other), "{one} and {other}");
    }

    #[test]
    fn names_are_compared_without_what_people_write_differently() {
        // The second one begins with a Cyrillic letter.
        same_names("Afya", "\u{410}fya");
        same_names("Afya Ltd", "AFYA Limited");
        same_names("Afya Net Co. Ltd.", "AfyaNet");
        same_names("Tele-Com, S.A.", "telecom");
        same_names("Bread & Butter (T) Ltd", "Bread and Butter T");
        // With a Cyrillic letter at its end.
        same_names("Afya Ltd", "Afya Lt\u{501}");
        same_names("Stra\u{df}e", "STRASSE");
        same_names("O'Brien", "O\u{2019}Brien");
        // Of a name that is nothing else its words count.
        same_names("Company", "company");
        assert_ne!(name("Company"), name("Limited"));
        assert_ne!(name("Afya"), name("Elimu"));
        assert_ne!(name("Jos\u{e9}"), name("Jose"));
        for nothing in ["", " - ", "..."] {
            assert_eq!(name(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn letters_of_another_script_and_of_another_case_look_the_same() {
        assert_eq!(looks("Afya"), looks("\u{410}fya"));
        assert_eq!(looks("AFYA"), looks("afya"));
        assert_ne!(looks("afya"), looks("elimu"));
    }

    #[test]
    fn telephone_numbers_are_compared_by_their_last_digits() {
        for number in [
            "+255 26 211 0000",
            "00255-26-2110000",
            "026 211 0000",
            "(026) 211-0000",
            "+255 (0) 26 211.0000",
            "tel:+255262110000",
            "+255 26 211 0000 ext. 17",
            "+255262110000;ext=17",
        ] {
            assert_eq!(telephone(number).as_deref(), Some("262110000"), "{number}");
        }
        for none in ["", "112", "+255", "00000000000", "call me"] {
            assert_eq!(telephone(none), None, "{none}");
        }
    }

    fn of(name: &str, email: &str, telephone: &str) -> RegistrantDetails {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        RegistrantDetails {
            name: name.to_owned(),
            email: some(email),
            telephone: some(telephone),
            ..RegistrantDetails::default()
        }
    }

    /// Each group as its likeness and its members with the first letters of what they have in common.
    fn groups(all: &[RegistrantDetails], least: usize) -> Vec<String> {
        let mut comparison = Comparison::default();
        for one in all {
            comparison.take(one);
        }
        assert_eq!(comparison.taken(), all.len());
        let letter = |of: &Trait| match of {
            Trait::Name => 'n',
            Trait::Email => 'e',
            Trait::Telephone => 't',
        };
        let groups = comparison.groups(least);
        let shown = groups.iter().map(|group| {
            let members = group.members.iter().map(|(at, alike_in)| {
                let letters: String = alike_in.iter().map(letter).collect();
                format!(" {at}{letters}")
            });
            format!("{}:{}", group.likeness, members.collect::<String>())
        });
        shown.collect()
    }

    #[test]
    fn those_stand_together_that_are_alike_in_enough() {
        let all = [
            of("Afya", "oid@afya.example", "+255 26 211 0000"),
            of("Elimu", "oid@elimu.example", ""),
            of("AFYA Ltd", "OID@afya.example", "026 211 0000"),
            of("Maji", "oid@elimu.example", "+255 22 000 1111"),
            of("Nishati", "", "022 000 1111"),
            of("", "", ""),
            of("", "", ""),
            of("Nobody else", "x@y.example", "+1 555 123 4567"),
        ];
        assert_eq!(groups(&all, 1), ["3: 0net 2net", "1: 1e 3et 4t"]);
        assert_eq!(groups(&all, 2), ["3: 0net 2net"]);
        assert_eq!(groups(&all, 3), ["3: 0net 2net"]);
        assert_eq!(groups(&all, 4), [""; 0]);
        assert_eq!(groups(&[], 1), [""; 0]);
    }

    #[test]
    fn two_traits_are_alike_only_between_the_same_two() {
        // The first is like the second by name and like the third by address, and like neither by both.
        let all = [
            of("A1", "a@x", ""),
            of("A1", "b@x", ""),
            of("C3", "a@x", ""),
        ];
        assert_eq!(groups(&all, 1), ["1: 0ne 1n 2e"]);
        assert_eq!(groups(&all, 2), [""; 0]);
    }

    #[test]
    fn a_long_chain_is_one_group() {
        let link = |at: usize| {
            of(
                &format!("n{}", at / 2),
                &format!("{}@x", at.div_ceil(2)),
                "",
            )
        };
        let all: Vec<_> = (0..1_000).map(link).collect();
        let mut comparison = Comparison::default();
        for one in &all {
            comparison.take(one);
        }
        let groups = comparison.groups(1);
        assert_eq!((groups.len(), groups[0].members.len()), (1, 1_000));
    }
}
