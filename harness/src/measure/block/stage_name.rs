//! The name of an `amdahl::stage`, which its span carries as a field.

use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::Attributes;

/// The stage's name, as long as the program lives.
pub(super) fn name_of_stage(attributes: &Attributes<'_>) -> Option<&'static str> {
    let mut visitor = NameVisitor(None);
    attributes.record(&mut visitor);
    visitor.0
}

struct NameVisitor(Option<&'static str>);

impl Visit for NameVisitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "name" {
            self.0 = Some(interned(value));
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The one `'static` copy of a stage's name; there are as many as stages in the program.
fn interned(name: &str) -> &'static str {
    static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.iter().find(|known| **known == name) {
        return known;
    }
    let fresh: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.push(fresh);
    fresh
}
