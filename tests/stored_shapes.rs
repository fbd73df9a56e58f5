//! The stored shapes as compiled against the listing in `data/stored/shapes-v1.txt`, to which lines are only ever added.
//!
//! Whoever changes or takes away a line makes the journals unreadable that were written with it (DESIGN §2, Evolution).

use std::collections::BTreeSet;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
};

const LISTING: &str = include_str!("../data/stored/shapes-v1.txt");
const COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stored_descriptor.bin"));
const PACKAGE: &str = "oidra.journal.v1";

/// One line for each field and enum value: where, its number, its name, its type.
#[derive(Default)]
struct Shapes {
    lines: BTreeSet<String>,
    maps: Vec<String>,
    unnamed_zeros: Vec<String>,
}

impl Shapes {
    fn message(&mut self, superior: &str, message: &DescriptorProto) {
        let name = format!("{superior}.{}", message.name());
        if message
            .options
            .as_ref()
            .is_some_and(MessageOptions::map_entry)
        {
            self.maps.push(name.clone());
        }
        for field in &message.field {
            self.lines.insert(line(&name, message, field));
        }
        for nested in &message.nested_type {
            self.message(&name, nested);
        }
        for nested in &message.enum_type {
            self.words(&name, nested);
        }
    }

    fn words(&mut self, superior: &str, words: &EnumDescriptorProto) {
        let name = format!("{superior}.{}", words.name());
        for value in &words.value {
            let (number, word) = (value.number(), value.name());
            self.lines.insert(format!("{name} {number} {word}"));
            if number == 0 && !word.ends_with("_UNSPECIFIED") {
                self.unnamed_zeros.push(name.clone());
            }
        }
    }
}

fn line(message_name: &str, message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let (number, name) = (field.number(), field.name());
    let kind = match field.r#type() {
        Type::Message | Type::Enum => field.type_name().trim_start_matches('.').to_owned(),
        plain => plain
            .as_str_name()
            .trim_start_matches("TYPE_")
            .to_lowercase(),
    };
    let oneof = field
        .oneof_index
        .and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?))
        .map(|oneof| format!("oneof {} ", oneof.name()));
    let presence = if field.proto3_optional() {
        "optional ".to_owned()
    } else if field.label() == Label::Repeated {
        "repeated ".to_owned()
    } else {
        oneof.unwrap_or_default()
    };
    format!("{message_name} {number} {name} {presence}{kind}")
}

fn compiled() -> Result<Shapes, prost::DecodeError> {
    let mut shapes = Shapes::default();
    for file in FileDescriptorSet::decode(COMPILED)?.file {
        for message in &file.message_type {
            shapes.message(file.package(), message);
        }
        for words in &file.enum_type {
            shapes.words(file.package(), words);
        }
    }
    Ok(shapes)
}

fn listed() -> BTreeSet<String> {
    let lines = LISTING.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn nothing_that_is_listed_has_changed() {
    let compiled = compiled().unwrap().lines;
    let gone: Vec<_> = listed().difference(&compiled).cloned().collect();
    assert!(
        gone.is_empty(),
        "listed, but no longer so; stored shapes never change:\n{}",
        gone.join("\n")
    );
}

#[test]
fn everything_is_listed() {
    let compiled = compiled().unwrap().lines;
    let new: Vec<_> = compiled.difference(&listed()).cloned().collect();
    assert!(
        new.is_empty(),
        "add to data/stored/shapes-v1.txt:\n{}",
        new.join("\n")
    );
}

#[test]
fn there_are_no_maps() {
    assert_eq!(compiled().unwrap().maps, Vec::<String>::new());
}

#[test]
fn no_word_has_the_number_zero() {
    assert_eq!(compiled().unwrap().unnamed_zeros, Vec::<String>::new());
}

#[test]
fn numbers_are_never_used_twice() {
    let mut places = BTreeSet::new();
    for line in listed() {
        assert!(line.starts_with(PACKAGE), "{line}");
        let place: Vec<_> = line.split(' ').take(2).map(str::to_owned).collect();
        assert!(places.insert(place), "{line}");
    }
}
