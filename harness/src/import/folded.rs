//! Folded stacks: a stack a line, outermost frame first, joined by `;`, and its samples.
//!
//! The form of `stackcollapse-*.pl` and of inferno. Samples are whole numbers there; decimals are
//! taken too.

use amdahl_reports::whatif::{CallTree, Function, Functions, Profile, Shape, Unit};

use super::error::ImportError;

const FORMAT: &str = "folded stacks";

pub(super) fn parse(bytes: &[u8]) -> Result<Profile, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|e| ImportError::not_text(FORMAT, e))?;
    let mut functions = Functions::default();
    let mut tree = CallTree::default();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let wrong = |reason: String| ImportError::Line { format: FORMAT, line: index + 1, reason };
        let (stack, samples) = line
            .rsplit_once(' ')
            .ok_or_else(|| wrong("no number of samples behind a space".to_owned()))?;
        let samples: f64 = samples
            .parse()
            .ok()
            .filter(|samples: &f64| samples.is_finite() && *samples >= 0.0)
            .ok_or_else(|| wrong(format!("`{samples}` for a number of samples")))?;
        let stack = stack.trim_end();
        if stack.is_empty() {
            return Err(wrong("a number of samples without a stack".to_owned()));
        }
        tree.add(stack.split(';').map(|name| functions.index_of(Function::named(name))), samples);
    }
    let origin = "all samples".to_owned();
    Ok(Profile::new(FORMAT, Unit::Samples, functions.into_list(), Shape::Tree(tree), origin))
}
