//! Functions by what a user calls them.

use super::error::WhatIfError;
use super::profile::{Function, Profile};

/// What may stand before the last part of a longer name: a folder, a module, a class.
const SEPARATORS: [&str; 4] = ["/", "::", ".", "\\"];

impl Profile {
    /// The function of this name: its label in full, its name, or the end of either after a `/`,
    /// `::` or `.`; the first of these that any function has.
    ///
    /// # Errors
    /// Where no function or several have it.
    pub fn find(&self, wanted: &str) -> Result<usize, WhatIfError> {
        let ways: [&dyn Fn(&Function) -> bool; 3] = [
            &|function| function.label() == wanted,
            &|function| function.name == wanted,
            &|function| ends_in(&function.label(), wanted) || ends_in(&function.name, wanted),
        ];
        for way in ways {
            let found: Vec<usize> =
                (0..self.functions.len()).filter(|index| way(&self.functions[*index])).collect();
            match found.as_slice() {
                [] => {}
                [one] => return Ok(*one),
                several => {
                    let found = several.iter().map(|index| self.functions[*index].label());
                    return Err(WhatIfError::Ambiguous {
                        wanted: wanted.to_owned(),
                        found: found.collect(),
                    });
                }
            }
        }
        Err(WhatIfError::Unknown { wanted: wanted.to_owned() })
    }
}

fn ends_in(name: &str, wanted: &str) -> bool {
    let Some(before) = name.strip_suffix(wanted) else { return false };
    !wanted.is_empty() && SEPARATORS.iter().any(|separator| before.ends_with(separator))
}

#[cfg(test)]
mod tests {
    use super::super::profile::{Place, Shape, Unit};
    use super::*;

    fn profile() -> Profile {
        let at = |name: &str, file: &str, line| Function {
            name: name.to_owned(),
            place: Some(Place { file: file.to_owned(), line: Some(line) }),
        };
        let functions = vec![
            at("step", "lib/model.py", 10),
            at("step", "lib/optim.py", 20),
            Function::named("kernels::array::softmax"),
            Function::named("softmax_f32"),
        ];
        Profile::new("test", Unit::Samples, functions, Shape::Flat(vec![]), "")
    }

    #[test]
    fn a_name_is_found_in_full_and_by_its_end() {
        assert_eq!(profile().find("lib/model.py:10(step)"), Ok(0));
        assert_eq!(profile().find("optim.py:20(step)"), Ok(1));
        assert_eq!(profile().find("softmax"), Ok(2));
        assert_eq!(profile().find("array::softmax"), Ok(2));
    }

    #[test]
    fn equal_names_are_listed_with_their_places() {
        let error = profile().find("step").unwrap_err().to_string();
        assert!(error.contains("lib/model.py:10(step)") && error.contains("lib/optim.py:20(step)"));
    }

    #[test]
    fn the_middle_of_a_name_is_no_name() {
        let unknown = |wanted: &str| WhatIfError::Unknown { wanted: wanted.to_owned() };
        assert_eq!(profile().find("max"), Err(unknown("max")));
        assert_eq!(profile().find(""), Err(unknown("")));
    }
}
