//! An answer as ordered sections of ordered fields: what the writers put down, and nothing else.
//!
//! The order is that of the XML schema, which the text and JSON formats follow too. A field without a value is not there.

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One text.
    One(String),
    /// Several texts, or one; at least one.
    Many(Vec<String>),
    /// A number.
    Number(u64),
}

/// Whose field it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The standard's.
    Standard,
    /// This register's.
    Extension,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in JSON and XML; in text a section's prefix stands before it.
    pub name: &'static str,
    /// Whose it is.
    pub owner: Owner,
    /// What it holds.
    pub value: Value,
}

/// Which section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was asked.
    Query,
    /// The object.
    Object,
    /// Its registration authority.
    Authority,
    /// A previous one, from 1, which was the first.
    Previous(usize),
}

impl Kind {
    /// Its name in text, which is the prefix of its fields where it has one.
    pub fn word(self) -> String {
        match self {
            Self::Query => "query".to_owned(),
            Self::Object => "object".to_owned(),
            Self::Authority => "ra".to_owned(),
            Self::Previous(number) => format!("ra{number}"),
        }
    }

    /// The name of one of its fields in text: `ra` stays, `email` is `ra-email` or `ra1-email`.
    pub fn text_name(self, field: &str) -> String {
        match self {
            Self::Query | Self::Object => field.to_owned(),
            Self::Authority | Self::Previous(_) if field == "ra" => self.word(),
            Self::Authority | Self::Previous(_) => format!("{}-{field}", self.word()),
        }
    }
}

/// One section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Which.
    pub kind: Kind,
    /// Its fields, in order.
    pub fields: Vec<Field>,
}

impl Section {
    /// An empty section.
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            fields: Vec::new(),
        }
    }

    /// Adds one text, unless it is empty.
    pub(super) fn one(&mut self, name: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.push(name, Owner::Standard, Value::One(text));
        }
    }

    /// Adds one text where there is one.
    pub(super) fn maybe(&mut self, name: &'static str, text: Option<String>) {
        self.one(name, text.unwrap_or_default());
    }

    /// Adds texts, where there are any.
    pub(super) fn many(&mut self, name: &'static str, texts: Vec<String>) {
        self.several(name, Owner::Standard, texts);
    }

    /// Adds texts of this register's own.
    pub(super) fn extra(&mut self, name: &'static str, texts: impl IntoIterator<Item = String>) {
        self.several(name, Owner::Extension, texts.into_iter().collect());
    }

    /// Adds a number.
    pub(super) fn number(&mut self, name: &'static str, number: u64) {
        self.push(name, Owner::Standard, Value::Number(number));
    }

    fn several(&mut self, name: &'static str, owner: Owner, texts: Vec<String>) {
        if !texts.is_empty() {
            self.push(name, owner, Value::Many(texts));
        }
    }

    fn push(&mut self, name: &'static str, owner: Owner, value: Value) {
        self.fields.push(Field { name, owner, value });
    }
}
