//! Which format a file has, from its content.

use super::error::ImportError;
use super::table;

/// A format of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    /// What cProfile dumps: a dictionary in Python's marshal format.
    Pstats,
    /// What cProfile prints.
    Table,
    /// pprof's protobuf.
    Pprof,
    /// A stack a line with its samples.
    Folded,
    /// Chrome's trace events.
    Trace,
    /// A run of ours.
    Records,
}

impl FileFormat {
    /// Every format.
    pub(crate) const ALL: [Self; 6] =
        [Self::Pstats, Self::Table, Self::Pprof, Self::Folded, Self::Trace, Self::Records];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pstats => "pstats",
            Self::Table => "cprofile-table",
            Self::Pprof => "pprof",
            Self::Folded => "folded",
            Self::Trace => "chrome-trace",
            Self::Records => "records",
        }
    }

    /// The format of this name.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Every name.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

/// The marshal types of a dictionary and of a tuple, its first key; the high bit marks an object that
/// is referred to later.
const MARSHAL_DICT: u8 = b'{';
const MARSHAL_TUPLES: [u8; 2] = [b'(', b')'];
const MARSHAL_END: u8 = b'0';
const MARSHAL_FLAG: u8 = 0x80;

/// The format of these bytes.
pub(super) fn detect(bytes: &[u8]) -> Result<FileFormat, ImportError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ImportError::Empty);
    }
    if is_marshal(bytes) {
        return Ok(FileFormat::Pstats);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !c.is_whitespace()) => text,
        _ => return binary(bytes),
    };
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with("{\"amdahl\":\"records\"") {
        Ok(FileFormat::Records)
    } else if start.starts_with(['{', '[']) {
        Ok(FileFormat::Trace)
    } else if text.lines().any(table::is_header) {
        Ok(FileFormat::Table)
    } else if start.lines().next().is_some_and(ends_in_a_number) {
        Ok(FileFormat::Folded)
    } else {
        Err(ImportError::Unrecognised)
    }
}

fn is_marshal(bytes: &[u8]) -> bool {
    let [first, second, ..] = bytes else { return false };
    let second = second & !MARSHAL_FLAG;
    first & !MARSHAL_FLAG == MARSHAL_DICT
        && (MARSHAL_TUPLES.contains(&second) || (second == MARSHAL_END && bytes.len() == 2))
}

/// A protobuf begins with a field of a profile: a number of 1 to 14 and its wire type.
fn binary(bytes: &[u8]) -> Result<FileFormat, ImportError> {
    /// The largest field number of a profile (pprof's profile.proto).
    const LAST_FIELD: u8 = 15;
    let tag = bytes.first().copied().unwrap_or_default();
    let (field, wire_type) = (tag >> 3, tag & 7);
    if (1..=LAST_FIELD).contains(&field) && matches!(wire_type, 0 | 2) {
        Ok(FileFormat::Pprof)
    } else {
        Err(ImportError::Unrecognised)
    }
}

fn ends_in_a_number(line: &str) -> bool {
    line.trim_end().rsplit_once(' ').is_some_and(|(_, count)| count.parse::<f64>().is_ok())
}
