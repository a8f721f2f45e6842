//! Chrome's trace events: complete events (`X`) and pairs of begin and end (`B`, `E`), by thread.
//!
//! Format: "Trace Event Format" of the Chromium project. Times are in microseconds, whatever
//! `displayTimeUnit` says: that is how a viewer shows them. Both forms are read, the array (whose
//! closing bracket may be missing) and the object. Other kinds of event are no time of a function.

mod thread;

use std::collections::BTreeMap;

use amdahl_reports::format::plural;
use amdahl_reports::whatif::{CallTree, Function, Functions, Profile, Shape, StatedTotal, Unit};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::error::ImportError;
use thread::Thread;

const FORMAT: &str = "Chrome trace";

/// Nanoseconds in a microsecond, the unit of the format.
const MICROSECOND_NS: f64 = 1e3;

/// An event, as far as it is read.
#[derive(Debug, Deserialize)]
struct Event {
    ph: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    ts: Option<f64>,
    #[serde(default)]
    dur: Option<f64>,
    #[serde(default)]
    pid: Value,
    #[serde(default)]
    tid: Value,
    /// The `name` among its arguments: what a `thread_name` event is there to say.
    #[serde(default, rename = "args", deserialize_with = "name_among")]
    named: Option<String>,
}

fn name_among<'de, D: Deserializer<'de>>(arguments: D) -> Result<Option<String>, D::Error> {
    let arguments = Value::deserialize(arguments)?;
    Ok(arguments.get("name").and_then(Value::as_str).map(str::to_owned))
}

/// The object form.
#[derive(Debug, Deserialize)]
struct Whole {
    #[serde(rename = "traceEvents")]
    trace_events: Vec<Event>,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Profile, ImportError> {
    let mut threads: BTreeMap<(String, String), Thread> = BTreeMap::new();
    for (order, event) in (0_i64..).zip(events(bytes)?) {
        let key = (event.pid.to_string(), event.tid.to_string());
        match event.ph.as_str() {
            "X" => threads.entry(key).or_default().complete(&event, order)?,
            "B" => threads.entry(key).or_default().begin(&event, order)?,
            "E" => threads.entry(key).or_default().end(&event)?,
            "M" if event.name.as_deref() == Some("thread_name") => {
                threads.entry(key).or_default().name = event.named;
            }
            _ => {}
        }
    }
    let (unended, unbegun) = threads.values_mut().fold((0, 0), |(unended, unbegun), thread| {
        (unended + thread.end_all(), unbegun + thread.unbegun)
    });
    threads.retain(|_, thread| !thread.calls.is_empty());
    if threads.is_empty() {
        return Err(ImportError::Nothing {
            format: FORMAT,
            what: "no event that lasts (`X`, or `B` with `E`)",
            remedy: "asynchronous events are not read; record with events of threads",
        });
    }
    let mut profile = profile(threads)?;
    if unended > 0 {
        profile.notes.push(format!(
            "{} had not ended when the trace did: counted to the last event of their \
             thread. The trace was stopped, or cut off.",
            plural(unended, "call")
        ));
    }
    if unbegun > 0 {
        profile.notes.push(format!(
            "{} ended that had begun before the trace did: not counted.",
            plural(unbegun, "call")
        ));
    }
    Ok(profile)
}

fn malformed(reason: String) -> ImportError {
    ImportError::Malformed { format: FORMAT, reason }
}

/// The events of either form.
fn events(bytes: &[u8]) -> Result<Vec<Event>, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|e| ImportError::not_text(FORMAT, e))?;
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let Some(mut rest) = text.strip_prefix('[') else {
        let whole: Whole =
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        return Ok(whole.trace_events);
    };
    let mut events = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(']') {
            return match after.trim() {
                "" => Ok(events),
                _ => Err(malformed("text follows its closing bracket".to_owned())),
            };
        }
        // The closing bracket is optional, so that a program may die while it traces.
        if rest.is_empty() {
            return Ok(events);
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Event>();
        let event = stream.next().transpose().map_err(|error| {
            malformed(format!("event {}: {error}; is the file truncated?", events.len() + 1))
        })?;
        let read = stream.byte_offset();
        events.extend(event);
        rest = rest.get(read..).unwrap_or_default().trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.is_empty() || rest.starts_with(']') => {}
            None => {
                return Err(malformed(format!("no comma behind event {}", events.len())));
            }
        }
    }
}

fn name(event: &Event) -> String {
    event.name.clone().unwrap_or_else(|| "[no name]".to_owned())
}

fn time(value: Option<f64>, event: &Event) -> Result<f64, ImportError> {
    value.filter(|value| value.is_finite()).ok_or_else(|| {
        let field = if event.ts.is_some() { "dur" } else { "ts" };
        malformed(format!("`{}` ({}) has no `{field}`", name(event), event.ph))
    })
}

/// A thread as the bottom of its stacks: `[thread 1 of process 7: main]`.
fn thread_name((process, thread): &(String, String), name: Option<&str>) -> String {
    let word = |text: &str| if text == "null" { "?".to_owned() } else { text.replace('"', "") };
    let name = name.map(|name| format!(": {name}")).unwrap_or_default();
    format!("[thread {} of process {}{name}]", word(thread), word(process))
}

fn profile(threads: BTreeMap<(String, String), Thread>) -> Result<Profile, ImportError> {
    let mut functions = Functions::default();
    let mut tree = CallTree::default();
    let several = threads.len() > 1;
    let count = threads.len();
    let (mut first_us, mut last_us) = (f64::INFINITY, f64::NEG_INFINITY);
    for (key, mut thread) in threads {
        let (start, end) = thread.extent();
        first_us = first_us.min(start);
        last_us = last_us.max(end);
        let name = thread_name(&key, thread.name.as_deref());
        let root =
            several.then(|| tree.child(None, functions.index_of(Function::named(name.as_str()))));
        thread.nest(root, &mut functions, &mut tree, &name)?;
    }
    let (origin, why_not) = if several {
        (
            format!("the time within events, summed over its {count} threads"),
            "several threads ran within it, and the law is of their summed time: how much of it the \
             user waits for depends on which thread is last",
        )
    } else {
        (
            "the time within events".to_owned(),
            "between its events no function is named; give it with --total if the program worked \
             there",
        )
    };
    let functions = functions.into_list();
    let mut profile = Profile::new(FORMAT, Unit::Nanoseconds, functions, Shape::Tree(tree), origin);
    profile.stated.push(StatedTotal {
        what: "from the first event to the last".to_owned(),
        amount: (last_us - first_us) * MICROSECOND_NS,
        why_not: why_not.to_owned(),
    });
    if several {
        profile.notes.push(
            "Its threads are added up. The wall time becomes faster by as much only if the threads \
             wait for each other's work in turn."
                .to_owned(),
        );
    }
    Ok(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(json: &str) -> Result<Vec<(String, f64, f64)>, String> {
        let profile = parse(json.as_bytes()).map_err(|error| error.to_string())?;
        let times = profile.functions.iter().zip(profile.times());
        Ok(times.map(|(f, t)| (f.name.clone(), t.own, t.cumulative.unwrap_or_default())).collect())
    }

    #[test]
    fn complete_events_nest_by_time_whatever_their_order() {
        let json = r#"[
            {"ph":"X","name":"inner","ts":10,"dur":5,"pid":1,"tid":1},
            {"ph":"X","name":"outer","ts":0,"dur":20.5,"pid":1,"tid":1},
            {"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"main"}},
            {"ph":"X","name":"inner","ts":15,"dur":1,"pid":1,"tid":1}]"#;
        let read = own(json).unwrap();
        assert_eq!(read[0], ("outer".to_owned(), 14_500.0, 20_500.0));
        assert_eq!(read[1], ("inner".to_owned(), 6_000.0, 6_000.0));
    }

    #[test]
    fn begins_and_ends_pair_up_on_each_thread() {
        let json = r#"{"displayTimeUnit":"ns","traceEvents":[
            {"ph":"B","name":"f","ts":0,"pid":"p","tid":1}, {"ph":"B","name":"f","ts":0,"pid":"p","tid":2},
            {"ph":"M","name":"thread_name","pid":"p","tid":1,"args":{"name":"main"}},
            {"ph":"B","name":"f","ts":1,"pid":"p","tid":1,"args":[7]}, {"ph":"E","ts":3,"pid":"p","tid":1},
            {"ph":"E","name":"f","ts":4,"pid":"p","tid":1}, {"ph":"E","ts":10,"pid":"p","tid":2}]}"#;
        let read = own(json).unwrap();
        let f = read.iter().find(|(name, ..)| name == "f").unwrap();
        // 4 µs on one thread, where the inner call is not counted again, and 10 µs on the other.
        assert_eq!((f.1, f.2), (14_000.0, 14_000.0));
        assert!(read.iter().any(|(name, ..)| name == "[thread 1 of process p: main]"));
    }

    #[test]
    fn an_array_may_lack_its_end_and_an_event_may_not() {
        let event = r#"{"ph":"X","name":"f","ts":0,"dur":1,"pid":1,"tid":1}"#;
        assert!(own(&format!("[{event},")).is_ok() && own(&format!("[{event}")).is_ok());
        let error = own(&format!("[{event},{}", &event[..20])).unwrap_err();
        assert!(error.contains("event 2") && error.contains("truncated"), "{error}");
        assert!(own(&format!("[{event} {event}]")).unwrap_err().contains("comma"));
    }

    #[test]
    fn a_trace_of_a_part_of_a_run_says_what_it_cut() {
        let json = r#"[{"ph":"E","name":"before","ts":1,"pid":1,"tid":1},
            {"ph":"B","name":"loop","ts":2,"pid":1,"tid":1},
            {"ph":"X","name":"task","ts":3,"dur":5,"pid":1,"tid":1}]"#;
        let profile = parse(json.as_bytes()).unwrap();
        assert_eq!(profile.total(), 6_000.0);
        let notes = profile.notes.join(" ");
        assert!(
            notes.contains("1 call had not ended") && notes.contains("1 call ended"),
            "{notes}"
        );
    }

    #[test]
    fn events_that_cannot_be_calls_are_errors() {
        for (events, words) in [
            (r#"{"ph":"B","name":"f","ts":5},{"ph":"E","ts":1}"#, "before it begins"),
            (r#"{"ph":"B","name":"f","ts":0},{"ph":"E","name":"g","ts":1}"#, "has not ended"),
            (r#"{"ph":"X","name":"f","ts":0}"#, "no `dur`"),
            (r#"{"ph":"X","name":"f","dur":0}"#, "no `ts`"),
            (r#"{"ph":"X","name":"f","ts":0,"dur":-1}"#, "lasts -1"),
            (
                r#"{"ph":"X","name":"f","ts":0,"dur":10},{"ph":"X","name":"g","ts":5,"dur":10}"#,
                "ends after it",
            ),
            (r#"{"ph":"b","name":"f","ts":0,"id":1}"#, "no event that lasts"),
        ] {
            let error = own(&format!("[{events}]")).unwrap_err();
            assert!(error.contains(words), "{events}: {error}");
        }
    }
}
