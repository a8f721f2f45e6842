//! Version 1 of what a gate's result file says of why a case is slower.

use serde::{Deserialize, Serialize};

use super::CaseId;
use super::gate::ExactCounts;
use crate::gate as core;

/// See [`core::Explanation`].
#[derive(Serialize, Deserialize)]
pub(in crate::wire) struct Explanation {
    case: CaseId,
    exact: Vec<ExactCounts>,
    layouts: Vec<Layout>,
    flame_graph: Option<String>,
    notes: Vec<String>,
}

/// See [`core::Layout`].
#[derive(Serialize, Deserialize)]
struct Layout {
    kind: LayoutKind,
    name: String,
    launches: Vec<f64>,
}

/// See [`core::LayoutKind`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LayoutKind {
    Padded,
    Relinked,
}

impl From<&core::Explanation> for Explanation {
    fn from(own: &core::Explanation) -> Self {
        let layout = |layout: &core::Layout| Layout {
            kind: match layout.kind {
                core::LayoutKind::Padded => LayoutKind::Padded,
                core::LayoutKind::Relinked => LayoutKind::Relinked,
            },
            name: layout.name.clone(),
            launches: layout.launches.clone(),
        };
        Self {
            case: (&own.case).into(),
            exact: own.exact.iter().map(Into::into).collect(),
            layouts: own.layouts.iter().map(layout).collect(),
            flame_graph: own.flame_graph.clone(),
            notes: own.notes.clone(),
        }
    }
}

impl From<Explanation> for core::Explanation {
    fn from(wire: Explanation) -> Self {
        let layout = |layout: Layout| core::Layout {
            kind: match layout.kind {
                LayoutKind::Padded => core::LayoutKind::Padded,
                LayoutKind::Relinked => core::LayoutKind::Relinked,
            },
            name: layout.name,
            launches: layout.launches,
        };
        Self {
            case: wire.case.into(),
            exact: wire.exact.into_iter().map(Into::into).collect(),
            layouts: wire.layouts.into_iter().map(layout).collect(),
            flame_graph: wire.flame_graph,
            notes: wire.notes,
        }
    }
}

/// The word for a cause, for whoever reads the file: it is derived, and ignored when read.
pub(super) fn word_of(cause: &core::Cause) -> String {
    match cause {
        core::Cause::Work(what) => format!("work: {what}"),
        core::Cause::EveryLayout => "every_layout".to_owned(),
        core::Cause::LayoutOnly => "layout_only".to_owned(),
        core::Cause::Unclear(why) => format!("unclear: {why}"),
    }
}
