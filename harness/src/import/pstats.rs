//! What cProfile and `profile` dump: a dictionary by function, in Python's marshal format.
//!
//! `{(file, line, name): (outermost calls, calls, self s, cumulative s, callers)}`, and `callers` is
//! `{(file, line, name): (calls, outermost calls, self s, cumulative s)}`, as `create_stats` of
//! Python's `cProfile.py` makes it. `profile.py` counts its callers only.

use std::rc::Rc;

use amdahl_reports::whatif::{Calls, Edge, Function, Functions, Place, Profile, Row, Shape, Unit};

use super::error::ImportError;
use super::marshal::{Value, decode};

const FORMAT: &str = "pstats file";

/// Nanoseconds in the seconds that Python writes.
pub(super) const SECOND_NS: f64 = 1e9;

/// What a profile of cProfile's is always to be read with.
pub(super) const OWN_COST: &str = "cProfile's own cost is in these times and grows with the number \
    of calls: a function with many short calls looks larger than it is. A sampling profiler, such as \
    py-spy, has less of it.";

/// The file that Python gives to functions without one.
const NO_FILE: &str = "~";

pub(super) fn parse(bytes: &[u8]) -> Result<Profile, ImportError> {
    let malformed = |reason: String| ImportError::Malformed { format: FORMAT, reason };
    let value = decode(bytes).map_err(malformed)?;
    let stats = read(&value, bytes.len()).map_err(|reason| malformed(reason.to_owned()))?;
    if stats.rows.is_empty() {
        return Err(ImportError::Nothing {
            format: FORMAT,
            what: "no function",
            remedy: "was anything called between enable and disable?",
        });
    }
    let origin = format!("the sum of the self times of all {} functions", stats.rows.len());
    let shape = Shape::Graph { rows: stats.rows, edges: stats.edges };
    let functions = stats.functions.into_list();
    let mut profile = Profile::new(FORMAT, Unit::Nanoseconds, functions, shape, origin);
    profile.notes.push(OWN_COST.to_owned());
    Ok(profile)
}

/// The callers of a function, each with its calls.
type Callers = Rc<[(Value, Value)]>;

#[derive(Default)]
struct Stats {
    functions: Functions,
    rows: Vec<Row>,
    edges: Vec<Edge>,
}

fn read(value: &Value, file_bytes: usize) -> Result<Stats, &'static str> {
    let Value::Dict(entries) = value else { return Err("its value is no dictionary") };
    let mut stats = Stats::default();
    let mut callers: Vec<(usize, &Callers)> = Vec::new();
    let mut pairs = 0_usize;
    for (key, value) in entries.iter() {
        let callee = stats.functions.index_of(function(key)?);
        if callee < stats.rows.len() {
            return Err("one function twice");
        }
        let (row, called_by) = row(value)?;
        stats.rows.push(row);
        callers.push((callee, called_by));
        pairs += called_by.len();
        // One dictionary that many rows refer to would be many times the file.
        if pairs > file_bytes {
            return Err("more callers than a file of its size can hold");
        }
    }
    let known = stats.rows.len();
    for (callee, called_by) in callers {
        for (key, value) in called_by.iter() {
            let caller = stats.functions.index_of(function(key)?);
            if caller >= known {
                return Err("a caller that has no entry of its own");
            }
            let (calls, own) = calls_of(value)?;
            stats.edges.push(Edge { caller, callee, calls, own });
        }
    }
    Ok(stats)
}

fn row(value: &Value) -> Result<(Row, &Callers), &'static str> {
    let shape = "an entry that is not (calls, calls, self, cumulative, callers)";
    let Value::Tuple(entry) = value else { return Err(shape) };
    let [outermost, all, own, cumulative, Value::Dict(callers)] = &**entry else {
        return Err(shape);
    };
    let calls = Calls { all: count(all)?, outermost: count(outermost)? };
    let cumulative = Some(nanoseconds(cumulative)?);
    Ok((Row { calls: Some(calls), own: nanoseconds(own)?, cumulative }, callers))
}

/// Calls of a pair, and the callee's self time in them where it is there.
fn calls_of(value: &Value) -> Result<(u64, Option<f64>), &'static str> {
    let shape = "a caller that is neither a count nor (calls, calls, self, cumulative)";
    match value {
        Value::Int(_) => Ok((count(value)?, None)),
        Value::Tuple(entry) => {
            let [calls, _, own, _] = &**entry else { return Err(shape) };
            Ok((count(calls)?, Some(nanoseconds(own)?)))
        }
        _ => Err(shape),
    }
}

fn function(key: &Value) -> Result<Function, &'static str> {
    let shape = "a function that is not (file, line, name)";
    let Value::Tuple(key) = key else { return Err(shape) };
    let [Value::Text(file), Value::Int(line), Value::Text(name)] = &**key else {
        return Err(shape);
    };
    if &**file == NO_FILE && *line == 0 {
        return Ok(Function::named(as_printed(name)));
    }
    let place = Place { file: file.to_string(), line: u64::try_from(*line).ok() };
    Ok(Function { name: name.to_string(), place: Some(place) })
}

/// A built-in function as `print_stats` shows it: `{built-in method time.sleep}`.
fn as_printed(name: &str) -> String {
    match name.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
        Some(inner) => format!("{{{inner}}}"),
        None => name.to_owned(),
    }
}

fn count(value: &Value) -> Result<u64, &'static str> {
    let Value::Int(count) = value else { return Err("a count that is no integer") };
    u64::try_from(*count).map_err(|_| "a negative count of calls")
}

fn nanoseconds(value: &Value) -> Result<f64, &'static str> {
    match value {
        Value::Float(seconds) => Ok(seconds * SECOND_NS),
        Value::Int(seconds) => Ok(*seconds as f64 * SECOND_NS),
        _ => Err("a time that is no number"),
    }
}
