//! Many entries as series in the order of commits, small enough for millions of them.

use std::collections::HashMap;

use super::Entry;
use crate::stats::{Interval, median};

/// What a series is of. Machines, anchors and suites are never mixed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// The bench target.
    pub suite: String,
    /// The case, as it prints.
    pub case: String,
    /// The metric's id.
    pub metric: String,
    /// The kind of machine.
    pub machine: String,
    /// The anchor.
    pub anchor: String,
}

/// A commit of the history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// When it was committed, UTC, RFC 3339.
    pub committed: String,
    /// Its hash, shortened.
    pub hash: String,
}

/// What is known of a case at a commit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Which of [`History::commits`].
    pub commit: u32,
    /// The logarithm of the ratio to the anchor.
    pub ln_ratio: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// One case on one kind of machine against one anchor, a point a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is of.
    pub key: SeriesKey,
    /// Its points in the order of commits.
    pub points: Vec<Point>,
}

/// Every series of a history, by key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// Its commits, the oldest first.
    pub commits: Vec<Commit>,
    /// Its series, in the order of their keys.
    pub series: Vec<Series>,
}

/// Takes entries in any order; equal texts are kept once.
#[derive(Debug, Default)]
pub struct Collector {
    texts: Names,
    commits: HashMap<[u32; 2], u32>,
    series: HashMap<[u32; 5], usize>,
    found: Vec<([u32; 5], Vec<Point>)>,
    last_commit: Option<([u32; 2], u32)>,
}

/// Texts by number.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    last: [Option<(String, u32)>; 7],
}

impl Names {
    /// The number of a text. Neighbouring lines of a file mostly say the same, so the last text of each
    /// field is asked first.
    fn number(&mut self, field: usize, text: &str) -> u32 {
        if let Some((last, number)) = &self.last[field]
            && last == text
        {
            return *number;
        }
        let number = if let Some(number) = self.numbers.get(text) {
            *number
        } else {
            let number = index(self.numbers.len());
            self.numbers.insert(text.to_owned(), number);
            number
        };
        self.last[field] = Some((text.to_owned(), number));
        number
    }

    fn texts(self) -> Vec<String> {
        let mut texts = vec![String::new(); self.numbers.len()];
        for (text, number) in self.numbers {
            texts[number as usize] = text;
        }
        texts
    }
}

/// # Panics
///
/// Beyond four thousand million different texts, which no memory holds.
fn index(count: usize) -> u32 {
    u32::try_from(count).expect("fewer texts than a u32 counts")
}

impl Collector {
    /// Takes an entry.
    pub fn add(&mut self, entry: &Entry<'_>) {
        let texts = [
            &entry.suite,
            &entry.case,
            &entry.metric,
            &entry.machine,
            &entry.anchor,
            &entry.committed,
            &entry.commit,
        ];
        let mut numbers = [0; 7];
        for (field, text) in texts.into_iter().enumerate() {
            numbers[field] = self.texts.number(field, text);
        }
        let [suite, case, metric, machine, anchor, committed, hash] = numbers;
        let commit = self.commit([committed, hash]);
        let key = [suite, case, metric, machine, anchor];
        let at = *self.series.entry(key).or_insert(self.found.len());
        if at == self.found.len() {
            self.found.push((key, Vec::new()));
        }
        let Interval { low, estimate, high, .. } = entry.ln_ratio;
        self.found[at].1.push(Point { commit, ln_ratio: estimate, low, high });
    }

    fn commit(&mut self, key: [u32; 2]) -> u32 {
        if let Some((last, number)) = self.last_commit
            && last == key
        {
            return number;
        }
        let next = index(self.commits.len());
        let number = *self.commits.entry(key).or_insert(next);
        self.last_commit = Some((key, number));
        number
    }

    /// The series of all entries. A case measured several times at a commit has the medians.
    pub fn finish(self) -> History {
        let texts = self.texts.texts();
        let text = |number: u32| texts[number as usize].clone();
        let mut commits: Vec<(Commit, u32)> = self
            .commits
            .into_iter()
            .map(|([committed, hash], number)| {
                (Commit { committed: text(committed), hash: text(hash) }, number)
            })
            .collect();
        commits.sort_unstable();
        let mut places = vec![0; commits.len()];
        for (place, (_, number)) in commits.iter().enumerate() {
            places[*number as usize] = index(place);
        }
        let mut series: Vec<Series> = self
            .found
            .into_iter()
            .map(|([suite, case, metric, machine, anchor], mut points)| {
                for point in &mut points {
                    point.commit = places[point.commit as usize];
                }
                points.sort_by_key(|point| point.commit);
                let key = SeriesKey {
                    suite: text(suite),
                    case: text(case),
                    metric: text(metric),
                    machine: text(machine),
                    anchor: text(anchor),
                };
                Series { key, points: one_each(points) }
            })
            .collect();
        series.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        History { commits: commits.into_iter().map(|(commit, _)| commit).collect(), series }
    }
}

/// One point a commit: the medians of those that there are.
fn one_each(points: Vec<Point>) -> Vec<Point> {
    if points.windows(2).all(|pair| pair[0].commit != pair[1].commit) {
        return points;
    }
    let of = |same: &[Point], field: fn(&Point) -> f64| {
        median(&same.iter().map(field).collect::<Vec<_>>()).unwrap_or(0.0)
    };
    let same = points.chunk_by(|a, b| a.commit == b.commit);
    same.map(|same| Point {
        commit: same[0].commit,
        ln_ratio: of(same, |point| point.ln_ratio),
        low: of(same, |point| point.low),
        high: of(same, |point| point.high),
    })
    .collect()
}
