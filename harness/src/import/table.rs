//! What cProfile prints: a table by function, by `pstats.Stats.print_stats`.
//!
//! Its columns are `ncalls tottime percall cumtime percall filename:lineno(function)`; the columns
//! that are no times may be left out, and the last may be `function`. A table cut by a restriction
//! still states the time of the whole in its head.

use amdahl_reports::format::plural;
use amdahl_reports::whatif::{
    Calls, Function, Functions, Place, Profile, Row, Shape, StatedTotal, Unit,
};

use super::error::ImportError;
use super::pstats::{OWN_COST, SECOND_NS};

const FORMAT: &str = "cProfile table";

/// A column of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Calls,
    Own,
    PerCall,
    Cumulative,
}

/// Whether a line is the head of such a table.
pub(super) fn is_header(line: &str) -> bool {
    columns(line).is_some()
}

/// The columns of figures, where the line is a head: the last column is the function.
fn columns(line: &str) -> Option<Vec<Column>> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if !matches!(words.pop()?, "function" | "filename:lineno(function)") {
        return None;
    }
    let columns: Option<Vec<Column>> = words
        .into_iter()
        .map(|word| match word {
            "ncalls" => Some(Column::Calls),
            "tottime" => Some(Column::Own),
            "percall" => Some(Column::PerCall),
            "cumtime" => Some(Column::Cumulative),
            _ => None,
        })
        .collect();
    columns.filter(|columns| columns.contains(&Column::Own))
}

/// What is read of a table.
#[derive(Default)]
struct Table {
    functions: Functions,
    rows: Vec<Row>,
    /// The time in the head, in nanoseconds.
    stated: Option<f64>,
    /// Whether the head says that rows were left out.
    reduced: bool,
    /// The most decimals of a time.
    decimals: usize,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Profile, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|e| ImportError::not_text(FORMAT, e))?;
    let mut table = Table::default();
    let mut header: Option<Vec<Column>> = None;
    for (index, line) in text.lines().enumerate() {
        let wrong = |reason: String| ImportError::Line { format: FORMAT, line: index + 1, reason };
        match (&header, columns(line)) {
            (Some(_), Some(_)) => {
                return Err(wrong("a second table begins here: keep one of them".to_owned()));
            }
            (None, Some(found)) => header = Some(found),
            (None, None) => table.head(line),
            (Some(_), None) if line.trim().is_empty() => {}
            (Some(columns), None) => table.row(columns, line).map_err(wrong)?,
        }
    }
    if header.is_none() {
        let reason = "there is no line `ncalls tottime … cumtime … filename:lineno(function)`";
        return Err(ImportError::Malformed { format: FORMAT, reason: reason.to_owned() });
    }
    table.profile()
}

impl Table {
    /// A line above the table: `12 function calls (8 primitive calls) in 0.123 seconds`.
    fn head(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [.., "in", seconds, "seconds" | "CPU"] | [.., "in", seconds, "CPU", "seconds"] =
            words.as_slice()
            && line.contains("function calls")
        {
            self.stated = seconds.parse::<f64>().ok().map(|seconds| seconds * SECOND_NS);
            self.see_decimals(seconds);
        }
        self.reduced |= line.contains("List reduced from");
    }

    fn row(&mut self, columns: &[Column], line: &str) -> Result<(), String> {
        let mut rest = line;
        let mut row = Row::default();
        for column in columns {
            // Python leaves the quotient blank where there were no calls.
            if *column == Column::PerCall && row.calls.is_some_and(|calls| calls.all == 0) {
                continue;
            }
            let (word, after) = first_word(rest).ok_or("the line ends before its last column")?;
            rest = after;
            match column {
                Column::Calls => row.calls = Some(calls(word)?),
                Column::Own => row.own = self.time(word)?,
                Column::PerCall => drop(time(word)?),
                Column::Cumulative => row.cumulative = Some(self.time(word)?),
            }
        }
        let name = rest.trim();
        if name.is_empty() {
            return Err("a row without a function".to_owned());
        }
        let index = self.functions.index_of(function(name));
        if index < self.rows.len() {
            return Err(format!(
                "`{name}` has a row already: functions of one name need file and line, as \
                 `print_stats` shows them"
            ));
        }
        self.rows.push(row);
        Ok(())
    }

    fn time(&mut self, word: &str) -> Result<f64, String> {
        self.see_decimals(word);
        time(word)
    }

    fn see_decimals(&mut self, word: &str) {
        let decimals = word.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        self.decimals = self.decimals.max(decimals);
    }

    fn profile(self) -> Result<Profile, ImportError> {
        if self.rows.is_empty() {
            return Err(ImportError::Nothing {
                format: FORMAT,
                what: "no row",
                remedy: "print it with `pstats.Stats(FILE).print_stats()`",
            });
        }
        let held: f64 = self.rows.iter().map(|row| row.own).sum();
        let rows = self.rows.len();
        let origin = format!("the sum of the self times (tottime) of all {}", plural(rows, "row"));
        let shape = Shape::Flat(self.rows);
        let functions = self.functions.into_list();
        let mut profile = Profile::new(FORMAT, Unit::Nanoseconds, functions, shape, origin);
        profile.notes.push(OWN_COST.to_owned());
        // Half of the last decimal that is printed.
        let decimals = i32::try_from(self.decimals).unwrap_or(0);
        profile.rounding = 0.5 * SECOND_NS * 10_f64.powi(-decimals);
        let Some(stated) = self.stated else {
            if self.reduced {
                profile.notes.push(
                    "The table was cut when it was printed and has lost the line with the time of the \
                     whole. What is not printed is missing in the total: print all rows, or give \
                     --total."
                        .to_owned(),
                );
            }
            return Ok(profile);
        };
        let rounding = profile.rounding * (rows + 1) as f64;
        if held > stated + rounding {
            let reason = format!(
                "its rows add up to {} and its head says {}: rows of another profile, or a wrong \
                 head; remove the head to use the rows alone",
                profile.unit.show(held),
                profile.unit.show(stated)
            );
            return Err(ImportError::Malformed { format: FORMAT, reason });
        }
        if stated - held > rounding {
            profile.unlisted = stated - held;
            profile.origin = format!(
                "the time in the table's head: {} stand in its {}, the rest is of functions that \
                 were not printed",
                profile.unit.show(held),
                plural(rows, "row")
            );
            profile.stated.push(StatedTotal {
                what: "the sum of the self times of the rows printed".to_owned(),
                amount: held,
                why_not: "functions that were not printed took time as well".to_owned(),
            });
        }
        Ok(profile)
    }
}

fn first_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `12`, or `12/3` where nine of twelve calls were within another.
fn calls(word: &str) -> Result<Calls, String> {
    let (all, outermost) = word.split_once('/').unwrap_or((word, word));
    let number =
        |text: &str| text.parse::<u64>().map_err(|_| format!("`{word}` for a number of calls"));
    let calls = Calls { all: number(all)?, outermost: number(outermost)? };
    if calls.outermost > calls.all {
        return Err(format!("`{word}`: more outermost calls than calls"));
    }
    Ok(calls)
}

fn time(word: &str) -> Result<f64, String> {
    let seconds: f64 = word.parse().map_err(|_| format!("`{word}` for a time in seconds"))?;
    if seconds.is_finite() && seconds >= 0.0 {
        Ok(seconds * SECOND_NS)
    } else {
        Err(format!("`{word}` for a time: it must be finite and not negative"))
    }
}

/// A function as Python prints it, `file:line(name)`, or a bare name.
fn function(text: &str) -> Function {
    let bare = || Function::named(text);
    let Some(inside) = text.strip_suffix(')') else { return bare() };
    let place = inside.match_indices('(').find_map(|(at, _)| {
        let (file, line) = inside[..at].rsplit_once(':')?;
        Some((file, line.parse::<u64>().ok()?, &inside[at + 1..]))
    });
    match place {
        Some((file, line, name)) => Function {
            name: name.to_owned(),
            place: Some(Place { file: file.to_owned(), line: Some(line) }),
        },
        None => bare(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_its_name_and_its_place() {
        let read = function("lib/a b.py:12(<lambda>)");
        assert_eq!(
            (read.name.as_str(), read.label().as_str()),
            ("<lambda>", "lib/a b.py:12(<lambda>)")
        );
        assert_eq!(function("<string>:1(<module>)").name, "<module>");
        for bare in ["{built-in method time.sleep}", "{method 'f' of 'a(b)' objects}", "f(x)"] {
            assert_eq!(function(bare), Function::named(bare));
        }
    }

    #[test]
    fn a_call_of_itself_is_told_from_an_outermost_one() {
        assert_eq!(calls("5/1"), Ok(Calls { all: 5, outermost: 1 }));
        assert!(calls("1/5").is_err() && calls("five").is_err() && calls("-1").is_err());
    }
}
