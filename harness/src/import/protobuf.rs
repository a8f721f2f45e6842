//! pprof's protobuf: samples with whole stacks, each with one or more values.
//!
//! Format: `profile.proto` of github.com/google/pprof. A sample's first location is its innermost
//! frame; of the lines of a location, inlined into each other, so is the first. Labels, mappings and
//! source lines are not read.

use std::collections::HashMap;

use amdahl_reports::whatif::{
    CallTree, Function, Functions, Place, Profile, Shape, StatedTotal, Unit,
};
use pprof::protos::{self, Message};

use super::error::ImportError;

const FORMAT: &str = "pprof profile";

/// Frames that a byte of the file may stand for. A location takes a byte of a sample at least, and
/// compilers inline a few functions into one; a thousand would be an attack on our memory.
const FRAMES_A_BYTE: usize = 16;

/// Names of values that are time where a processor or a person waits, the one that is taken first.
const TIMES: [&str; 4] = ["cpu", "wall", "time", "samples"];

pub(super) fn parse(bytes: &[u8], wanted: Option<&str>) -> Result<Profile, ImportError> {
    let proto = protos::Profile::decode(bytes).map_err(|error| malformed(error.to_string()))?;
    let value = Value::choose(&proto, wanted)?;
    let frames = Frames::new(&proto)?;
    let mut tree = CallTree::default();
    let mut frames_left = bytes.len().saturating_mul(FRAMES_A_BYTE);
    for sample in &proto.sample {
        if sample.value.len() != proto.sample_type.len() {
            return Err(malformed(format!(
                "a sample of {} values where {} are declared",
                sample.value.len(),
                proto.sample_type.len()
            )));
        }
        let amount = sample.value[value.index];
        if amount < 0 {
            return Err(malformed(
                "a sample below zero: this is a difference of two profiles, give one of them"
                    .to_owned(),
            ));
        }
        let mut stack = Vec::new();
        for location in sample.location_id.iter().rev() {
            let inlined = frames.of(*location)?;
            frames_left = frames_left.checked_sub(inlined.len()).ok_or_else(|| {
                malformed("more frames than a profile of its size can mean".to_owned())
            })?;
            stack.extend_from_slice(inlined);
        }
        tree.add(stack, amount as f64 * value.scale);
    }
    let origin = format!("the sum of `{}` over all samples", value.name);
    let stated = value.wall(&proto);
    let functions = frames.functions.into_list();
    let mut profile = Profile::new(FORMAT, value.unit, functions, Shape::Tree(tree), origin);
    profile.stated.extend(stated);
    Ok(profile)
}

fn malformed(reason: String) -> ImportError {
    ImportError::Malformed { format: FORMAT, reason }
}

fn text(proto: &protos::Profile, index: i64) -> Result<&str, ImportError> {
    let found = usize::try_from(index).ok().and_then(|index| proto.string_table.get(index));
    found.map(String::as_str).ok_or_else(|| malformed(format!("no string {index} in its table")))
}

/// Which value of each sample is read.
struct Value {
    index: usize,
    name: String,
    unit: Unit,
    /// What one of the file is in the profile's unit.
    scale: f64,
}

impl Value {
    fn choose(proto: &protos::Profile, wanted: Option<&str>) -> Result<Self, ImportError> {
        let mut values = Vec::new();
        for (index, kind) in proto.sample_type.iter().enumerate() {
            let (unit, scale) = unit(text(proto, kind.unit)?);
            values.push(Self { index, name: text(proto, kind.ty)?.to_owned(), unit, scale });
        }
        let known: Vec<String> = values.iter().map(|value| value.name.clone()).collect();
        if let Some(wanted) = wanted {
            let found = values.into_iter().find(|value| value.name == wanted);
            return found.ok_or_else(|| ImportError::NoSuch {
                format: FORMAT,
                what: "value",
                wanted: wanted.to_owned(),
                known,
            });
        }
        if values.len() == 1 {
            return Ok(values.remove(0));
        }
        let rank = |value: &Self| {
            let rank = TIMES.iter().position(|name| *name == value.name)?;
            (value.unit == Unit::Nanoseconds || value.unit == Unit::Samples).then_some(rank)
        };
        let best = values.into_iter().filter_map(|value| Some((rank(&value)?, value)));
        let best = best.min_by_key(|(rank, _)| *rank).map(|(_, value)| value);
        best.ok_or(ImportError::Choose { format: FORMAT, what: "values", option: "--value", known })
    }

    /// The wall time that the file states.
    fn wall(&self, proto: &protos::Profile) -> Option<StatedTotal> {
        (self.unit == Unit::Nanoseconds && proto.duration_nanos > 0).then(|| StatedTotal {
            what: "the wall time for which was sampled".to_owned(),
            amount: proto.duration_nanos as f64,
            why_not: "it counts time in which nothing was sampled, and counts threads that ran at \
                      once only once; give it with --total if the program had one thread and its \
                      waiting belongs to the whole"
                .to_owned(),
        })
    }
}

fn unit(name: &str) -> (Unit, f64) {
    match name {
        "nanoseconds" => (Unit::Nanoseconds, 1.0),
        "microseconds" => (Unit::Nanoseconds, 1e3),
        "milliseconds" => (Unit::Nanoseconds, 1e6),
        "seconds" => (Unit::Nanoseconds, 1e9),
        "count" => (Unit::Samples, 1.0),
        other => (Unit::Other(other.to_owned()), 1.0),
    }
}

/// The frames of each location, outermost first.
struct Frames {
    functions: Functions,
    by_location: HashMap<u64, Vec<usize>>,
}

impl Frames {
    fn new(proto: &protos::Profile) -> Result<Self, ImportError> {
        let mut functions = Functions::default();
        let mut by_id: HashMap<u64, usize> = HashMap::new();
        for function in &proto.function {
            let name = text(proto, function.name)?;
            let file = text(proto, function.filename)?;
            let line = u64::try_from(function.start_line).ok().filter(|line| *line > 0);
            let place = (!file.is_empty()).then(|| Place { file: file.to_owned(), line });
            let index = functions.index_of(Function { name: name.to_owned(), place });
            by_id.insert(function.id, index);
        }
        let mut by_location = HashMap::new();
        for location in &proto.location {
            let mut frames = Vec::new();
            for line in location.line.iter().rev() {
                let function = by_id.get(&line.function_id).copied();
                frames.push(function.ok_or_else(|| {
                    malformed(format!("no function {} in its table", line.function_id))
                })?);
            }
            if frames.is_empty() {
                let address = Function::named(format!("0x{:x}", location.address));
                frames.push(functions.index_of(address));
            }
            by_location.insert(location.id, frames);
        }
        Ok(Self { functions, by_location })
    }

    fn of(&self, location: u64) -> Result<&[usize], ImportError> {
        let frames = self.by_location.get(&location).map(Vec::as_slice);
        frames.ok_or_else(|| malformed(format!("no location {location} in its table")))
    }
}
