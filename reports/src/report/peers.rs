//! Peers: which there were, and our best variant of each kernel against the best of theirs.

use super::Report;
use super::words::{row_text, speed_up_text};
use crate::document::{Block, Column, Document, Table, Text, anchor};
use crate::summary::{Contest, Standing, contests, mean_ahead};
use crate::{PeerInfo, RunInfo, format};

/// Its heading.
const TITLE: &str = "Peers";

pub(super) fn section(report: &Report<'_>, document: &mut Document) {
    let peers = &report.run.info.peers;
    if peers.is_empty() {
        return;
    }
    document.heading(2, TITLE);
    document.paragraph(
        "Programs in other languages, on the same bytes and under the same driver: each result was \
         held to the reference's before and after timing, and each case took its turn in the rounds \
         of our own. They are timed only.",
    );
    let mut table = Table::new([
        Column::left("peer"),
        Column::left("language"),
        Column::left("made of"),
        Column::left("not measured"),
        Column::left("remedy"),
    ]);
    for peer in peers {
        let missing = |part: fn(&crate::MissingPeer) -> &str| {
            peer.missing.as_ref().map(|own| Text::prose(part(own))).unwrap_or_default()
        };
        table.row([
            Text::code(&peer.name),
            Text::from(peer.language.as_str()),
            Text::from(made_of(peer)),
            missing(|own| &own.reason),
            missing(|own| &own.remedy),
        ]);
    }
    document.blocks.push(Block::Table(table.without_empty_columns()));
    let contests = contests(&report.summary);
    if contests.is_empty() {
        return;
    }
    document.paragraph(
        "The fastest variant of ours against the fastest of theirs, with at most so many threads \
         each. The last column is their time over ours.",
    );
    document.blocks.push(Block::Table(table_of(&contests)));
    document.blocks.push(Block::List(means(&contests)));
}

/// How far ahead we are over all kernels, in a line a thread count.
pub(super) fn brief(report: &Report<'_>, document: &mut Document) {
    let contests = contests(&report.summary);
    if !contests.is_empty() {
        document.blocks.push(Block::List(means(&contests)));
    }
}

fn table_of(contests: &[Contest<'_>]) -> Table {
    let mut table = Table::new([
        Column::left("kernel"),
        Column::left("size"),
        Column::right("threads"),
        Column::left("ours"),
        Column::right("time"),
        Column::left("best peer"),
        Column::right("its time"),
        Column::left("verdict"),
        Column::right("their time over ours"),
    ]);
    for contest in contests {
        let time = |row: &crate::summary::CaseRow| {
            Text::from(row.time_ns().map(format::time).unwrap_or_default())
        };
        table.row([
            Text::link(contest.kernel, format!("#{}", anchor(contest.kernel))),
            Text::from(contest.ours.case.size.as_str()),
            Text::from(contest.threads.to_string()),
            row_text(contest.ours),
            time(contest.ours),
            row_text(contest.peer),
            time(contest.peer),
            Text::from(verdict(contest)),
            speed_up_text(&contest.ahead),
        ]);
    }
    table
}

/// `ahead by 3.2x`, or `behind by 1.2x` with the reason why.
pub(crate) fn verdict(contest: &Contest<'_>) -> String {
    let ahead = contest.ahead.interval;
    match contest.standing() {
        Standing::Ahead => format!("ahead by {}", format::ratio(ahead.estimate)),
        Standing::Level => "level".to_owned(),
        Standing::Behind => {
            let by = format::ratio(ahead.reciprocal().estimate);
            format!("behind by {by}: {}", why(contest))
        }
    }
}

/// Why a peer is ahead, as far as the figures tell.
pub(crate) fn why(contest: &Contest<'_>) -> String {
    let Some((bound, share)) = contest.reached else {
        return "no ceiling was measured that would tell why".to_owned();
    };
    let share = format::percent_whole(share.estimate);
    let at = format!("ours is at {share} of the ceiling for {}", bound.label());
    if contest.is_at_the_ceiling() {
        format!("{at}, and next to nothing is left to gain")
    } else if contest.peer.case.threads > contest.ours.case.threads {
        format!(
            "{at}, and uses {} where the peer uses {}",
            threads(contest.ours.case.threads),
            contest.peer.case.threads
        )
    } else {
        format!("{at}, so the room is there")
    }
}

/// From this ratio of its ends on an interval is too wide to tell small differences.
const WIDE: f64 = 1.25;

/// Why it cannot be told who is ahead.
pub(crate) fn why_level(contest: &Contest<'_>) -> String {
    let own = &contest.ahead.interval;
    if contest.is_at_the_ceiling() {
        why(contest)
    } else if own.high > WIDE * own.low {
        "their samples spread too far; a longer run may tell".to_owned()
    } else {
        let apart = own.high.max(1.0 / own.low) - 1.0;
        format!("they are within {} of each other", format::percent_at_most(apart))
    }
}

fn threads(threads: usize) -> String {
    format::plural(threads, "thread")
}

/// One line a thread count: over so many kernels, how far ahead.
fn means(contests: &[Contest<'_>]) -> Vec<Text> {
    let mut counts: Vec<usize> = contests.iter().map(|contest| contest.threads).collect();
    counts.sort_unstable();
    counts.dedup();
    let line = |count: usize| {
        let of: Vec<&Contest<'_>> =
            contests.iter().filter(|contest| contest.threads == count).collect();
        let standing = |is: Standing| of.iter().filter(|own| own.standing() == is).count();
        let behind = of.iter().filter(|own| own.standing() == Standing::Behind);
        let at_the_ceiling = behind.filter(|own| own.is_at_the_ceiling()).count();
        let noted = if at_the_ceiling > 0 {
            format!(" ({at_the_ceiling} of them with ours at the ceiling)")
        } else {
            String::new()
        };
        let mean = mean_ahead(contests, count)?;
        Some(Text::from(format!(
            "{}: the best peer takes {} the time of our best, as the geometric mean over {}; ahead on \
             {}, level on {}, behind on {}{noted}.",
            threads(count),
            format::ratio(mean),
            format::plural(of.len(), "kernel"),
            standing(Standing::Ahead),
            standing(Standing::Level),
            standing(Standing::Behind),
        )))
    };
    counts.into_iter().filter_map(line).collect()
}

/// The peers that were run, for the head.
pub(super) fn versions(info: &RunInfo) -> Text {
    let run = info.peers.iter().filter(|peer| peer.missing.is_none());
    let words: Vec<String> = run
        .map(|peer| {
            let made_of = made_of(peer);
            let colon = if made_of.is_empty() { "" } else { ": " };
            format!("{}{colon}{made_of}", peer.name)
        })
        .collect();
    Text::from(words.join("; "))
}

fn made_of(peer: &PeerInfo) -> String {
    let parts: Vec<String> =
        peer.versions.iter().map(|(of, version)| format!("{of} {version}")).collect();
    parts.join(", ")
}
