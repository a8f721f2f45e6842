//! Why cases are slower, as a table of a gate's document.

use super::{
    CaseResult, Cause, ExactCounts, Explanation, GateRun, Judgement, LayoutKind, Rule, Trial,
    judge_exact,
};
use crate::document::{Column, Table, Text};
use crate::report::case_text;
use crate::{format, measurer};

/// One row an explained case, in the order of the run.
pub(super) fn why_table(run: &GateRun, judgement: &Judgement) -> Table {
    let mut table = Table::new([
        Column::left("case"),
        Column::left("why"),
        Column::right("instructions"),
        Column::right("heap"),
        Column::left("relinked"),
        Column::left("padded"),
        Column::left("flame graph"),
        Column::left("said of it"),
    ]);
    for own in &run.explanations {
        let mut cases = run.cases.iter().zip(&judgement.cases);
        let Some((case, result)) = cases.find(|(case, _)| case.time.case == own.case) else {
            continue;
        };
        let tally = |kind| Text::from(layouts(own, kind, &case.time));
        table.row([
            case_text(&own.case),
            Text::prose(&why(result)),
            Text::from(counts(own, measurer::INSTRUCTIONS)),
            Text::from(counts(own, measurer::HEAP)),
            tally(LayoutKind::Relinked),
            tally(LayoutKind::Padded),
            own.flame_graph.clone().map(Text::code).unwrap_or_default(),
            Text::prose(&own.notes.join(" ")),
        ]);
    }
    table.without_empty_columns()
}

fn why(result: &CaseResult) -> String {
    match &result.cause {
        Some(Cause::Work(what)) => format!("other work: {what}"),
        Some(Cause::EveryLayout) => "slower in every layout".to_owned(),
        Some(Cause::LayoutOnly) => "layout only, a warning".to_owned(),
        Some(Cause::Unclear(why)) => format!("unclear: {why}"),
        None => String::new(),
    }
}

/// How the counts of a measurer changed; `not measured` where there are none.
fn counts(own: &Explanation, measurer: &str) -> String {
    let is_own = |counts: &&ExactCounts| {
        Rule::of(&counts.metric).is_some_and(|rule| rule.measurer == measurer)
    };
    let own: Vec<&ExactCounts> = own.exact.iter().filter(is_own).collect();
    let changes: Vec<String> = own.iter().filter_map(|counts| change(counts)).collect();
    let counted = own.iter().any(|counts| !counts.base.is_empty() && !counts.head.is_empty());
    match (counted, changes.is_empty()) {
        (false, _) => "not measured".to_owned(),
        (true, true) => "the same".to_owned(),
        (true, false) => changes.join(", "),
    }
}

fn change(counts: &ExactCounts) -> Option<String> {
    let judged = judge_exact(counts);
    let (base, head) = judged.base.zip(judged.head).filter(|(base, head)| base != head)?;
    Some(format!("{} to {}", format::count(base), format::count(head)))
}

fn layouts(own: &Explanation, kind: LayoutKind, trial: &Trial) -> String {
    let tally = own.tally(kind, trial);
    if tally.all == 0 {
        return String::new();
    }
    let count = |of: usize| format::count(of as f64);
    format!(
        "slower in {}, no slower in {} of {}",
        count(tally.slower),
        count(tally.no_slower),
        count(tally.all)
    )
}
