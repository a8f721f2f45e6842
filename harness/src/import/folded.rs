//! Folded stacks: a stack a line, outermost frame first, joined by `;`, and its samples.
//!
//! The form of `stackcollapse-*.pl`, of inferno, and of py-spy, which adds the file and the line that
//! was running. Samples are whole numbers there; decimals are taken too.

use amdahl_reports::whatif::{CallTree, Function, Functions, Place, Profile, Shape, Unit};

use super::error::ImportError;

const FORMAT: &str = "folded stacks";

pub(super) fn parse(bytes: &[u8]) -> Result<Profile, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|e| ImportError::not_text(FORMAT, e))?;
    let mut functions = Functions::default();
    let mut tree = CallTree::default();
    let mut without_stack = 0.0;
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
            without_stack += samples;
        } else {
            tree.add(stack.split(';').map(|frame| functions.index_of(function(frame))), samples);
        }
    }
    let (functions, shape) = (functions.into_list(), Shape::Tree(tree));
    let mut profile = Profile::new(FORMAT, Unit::Samples, functions, shape, "all samples");
    if without_stack > 0.0 {
        profile.unlisted = without_stack;
        profile.notes.push(format!(
            "{} have no stack. They belong to the total and to no function.",
            Unit::Samples.show(without_stack)
        ));
    }
    Ok(profile)
}

/// A frame: `name`, or py-spy's `name (file:line)`, whose line is not that of the declaration.
fn function(frame: &str) -> Function {
    let in_place = frame.strip_suffix(')').and_then(|frame| {
        let (name, place) = frame.rsplit_once(" (")?;
        let (file, line) = place.rsplit_once(':')?;
        line.parse::<u64>().ok().map(|_| (name, file))
    });
    match in_place {
        Some((name, file)) => Function {
            name: name.to_owned(),
            place: Some(Place { file: file.to_owned(), line: None }),
        },
        None => Function::named(frame),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_one_function_are_one_function() {
        let text = "main (a.py:9);f (a.py:1) 2\nmain (a.py:9);f (a.py:2) 3\nf(x) (b) 1\n 4\n";
        let profile = parse(text.as_bytes()).unwrap();
        let labels: Vec<String> = profile.functions.iter().map(Function::label).collect();
        assert_eq!(labels, ["a.py(main)", "a.py(f)", "f(x) (b)"]);
        assert_eq!(profile.times()[1].own, 5.0);
        // Samples without a stack are part of the whole.
        assert_eq!((profile.total(), profile.unlisted), (10.0, 4.0));
    }
}
