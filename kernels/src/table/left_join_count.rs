//! Events per user, users without events included (exercise B.6).

#[cfg(feature = "polars")]
mod with_polars;

use std::collections::HashMap;

use amdahl::{
    Agree, Bound, Cost, Exchange, ExchangeError, Exchanged, Kernel, Rng, Rung, Sizes, Timed,
};

use crate::support::hash::{pair, slot};
use crate::support::schedule::{Parallel, Schedule};
use crate::support::table::{Cell, Row, apply};
use crate::support::with_polars::with_polars;

/// A table of users and one of events.
#[derive(Debug, Clone)]
pub struct Visits {
    /// The users' ids.
    pub users: Vec<i64>,
    /// The id of each event's user.
    pub event_users: Vec<i64>,
}

impl Exchange for Visits {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("users", (&self.users).into()),
            ("event_users", (&self.event_users).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self {
            users: exchanged.take_as("users")?,
            event_users: exchanged.take_as("event_users")?,
        })
    }
}

/// A row for each row of the users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// The users' ids.
    pub user_id: Vec<i64>,
    /// How many events each has.
    pub events: Vec<i64>,
}

impl Exchange for Counts {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([("user_id", (&self.user_id).into()), ("events", (&self.events).into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self { user_id: exchanged.take_as("user_id")?, events: exchanged.take_as("events")? })
    }
}

impl Agree for Counts {}

/// Users in random order with ids about `gap` apart, one in a thousand twice; one event in six is
/// of somebody unknown.
fn input(users: usize, events: usize, gap: usize, rng: &mut Rng) -> Visits {
    let known = users + users / 5;
    let id = |k: usize, within: usize| i64::try_from(k * gap + within).expect("small ids");
    let mut ids: Vec<i64> = (0..known).map(|k| id(k, rng.index(gap))).collect();
    rng.shuffle(&mut ids);
    let event_users = (0..events).map(|_| ids[rng.index(known)]).collect();
    ids.truncate(users);
    for _ in 0..users / 1_000 {
        ids[rng.index(users)] = ids[rng.index(users)];
    }
    Visits { users: ids, event_users }
}

/// The number of events of each user, 0 of one without any, in the users' order.
///
/// A join is a lookup, and its table decides: where ids are nearly consecutive, as a database gives
/// them out, an array indexed by id needs neither hash nor comparison; where they are not, a hash
/// table does. The last extent of a size is the mean distance between ids.
///
/// An event of an unknown user counts for nobody. A user who stands in several rows has all events
/// in each of them. Ids may be any integers.
pub fn kernel() -> Kernel {
    let kernel = Kernel::new("left_join_count", "events per user, with 0 for users without any")
        .exercise("B.6")
        .sizes(
            Sizes::smoke([(0, 0, 1), (1, 0, 1), (1, 5, 3), (7, 31, 1), (1_009, 4_001, 1_000)])
                .measured([(100_000, 1_000_000, 1_000), (100_000, 1_000_000, 1)]),
        )
        .input(|&(users, events, gap), rng| input(users, events, gap, rng))
        .cost(|&(users, events, _)| {
            // Each id is read once; an id and a count are written for each user.
            Cost { flops: 0.0, bytes: 8.0 * events as f64 + 24.0 * users as f64 }
        })
        .bound_by(Bound::Read)
        .growing(|n| (n, 10 * n, 1_000))
        .gate((10_000, 100_000, 1_000))
        .reference("rows", rows)
        .variant("apply", by_apply)
        .rung(Rung::Algorithm)
        .variant("columns", columns)
        .rung(Rung::Vectorize)
        .variant("sort", sort)
        .rung(Rung::Algorithm)
        .variant("hash", hash)
        .rung(Rung::Algorithm)
        .variant("direct", direct)
        .rung(Rung::Algorithm)
        .variant("preallocated", preallocated)
        .parallel_variant("rayon", with_rayon);
    with_polars!(kernel, with_polars::run).build()
}

fn rows(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || {
        let mut counts: HashMap<i64, i64> = HashMap::new();
        for &id in &visits.event_users {
            let row = Row(vec![("user_id", Cell::Integer(id))]);
            if let Some(id) = row.cell("user_id").as_integer() {
                *counts.entry(id).or_default() += 1;
            }
        }
        let mut out = Counts::default();
        for &id in &visits.users {
            let row = Row(vec![("user_id", Cell::Integer(id))]);
            if let Some(id) = row.cell("user_id").as_integer() {
                out.user_id.push(id);
                out.events.push(counts.get(&id).copied().unwrap_or(0));
            }
        }
        out
    })
}

fn by_apply(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || {
        let mut counts: HashMap<i64, i64> = HashMap::new();
        for id in &visits.event_users {
            *counts.entry(*id).or_default() += 1;
        }
        let events =
            apply(visits.users.len(), &|i| counts.get(&visits.users[i]).copied().unwrap_or(0));
        Counts { user_id: visits.users.clone(), events }
    })
}

/// Events counted by their ids, the counts joined with the users: a column for each result.
fn columns(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || {
        let mut codes: HashMap<i64, usize> = HashMap::new();
        let mut code = |id: &i64| {
            let next = codes.len();
            *codes.entry(*id).or_insert(next)
        };
        let of_events: Vec<usize> = visits.event_users.iter().map(&mut code).collect();
        let of_users: Vec<usize> = visits.users.iter().map(&mut code).collect();
        let mut counts = vec![0; codes.len()];
        for code in of_events {
            counts[code] += 1;
        }
        let events = of_users.into_iter().map(|code| counts[code]).collect();
        Counts { user_id: visits.users.clone(), events }
    })
}

/// Events sorted by id; each user's are a run, found by bisection.
fn sort(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || {
        let mut sorted = visits.event_users.clone();
        sorted.sort_unstable();
        let count = |id: &i64| {
            let first = sorted.partition_point(|other| other < id);
            let run = sorted[first..].partition_point(|other| other == id);
            i64::try_from(run).expect("fewer than 2^63 events")
        };
        Counts { user_id: visits.users.clone(), events: visits.users.iter().map(count).collect() }
    })
}

/// Where the count of each user's events stands.
enum Places {
    /// At the distance of its id from the least one.
    Direct { least: i64, count: usize },
    /// Where its id stands in a table of open addressing; `vacant` is the id of no user.
    Hashed { ids: Vec<i64>, vacant: i64 },
}

/// Ids this many times as many as users are still counted in an array of all of them.
const SPARSEST: usize = 16;

impl Places {
    /// An array where the ids are near enough to one another, a hash table elsewhere; a table uses
    /// the memory of `buffer`.
    fn new(users: &[i64], buffer: Vec<i64>) -> Self {
        let (least, most) = users
            .iter()
            .fold((i64::MAX, i64::MIN), |(least, most), id| (least.min(*id), most.max(*id)));
        let range = most.checked_sub(least).and_then(|range| usize::try_from(range).ok());
        match range {
            Some(range) if range < SPARSEST * users.len() => {
                Self::Direct { least, count: range + 1 }
            }
            _ => Self::hashed(users, buffer),
        }
    }

    fn hashed(users: &[i64], buffer: Vec<i64>) -> Self {
        let vacant = (i64::MIN..=i64::MAX)
            .find(|id| !users.contains(id))
            .expect("fewer users than integers");
        let mut ids = buffer;
        ids.clear();
        ids.resize((2 * users.len() + 1).next_power_of_two(), vacant);
        for &id in users {
            let at = find(&ids, vacant, id);
            ids[at] = id;
        }
        Self::Hashed { ids, vacant }
    }

    /// How many places.
    fn count(&self) -> usize {
        match self {
            Self::Direct { count, .. } => *count,
            Self::Hashed { ids, .. } => ids.len(),
        }
    }

    /// Counts the events of known users at their places; what vacant places count is nobody's.
    fn tally(&self, events: &[i64], counts: &mut [u32]) {
        match self {
            Self::Direct { least, .. } => {
                for id in events {
                    if let Some(count) = counts.get_mut(distance(*id, *least)) {
                        *count += 1;
                    }
                }
            }
            Self::Hashed { ids, vacant } => {
                for id in events {
                    counts[find(ids, *vacant, *id)] += 1;
                }
            }
        }
    }

    /// The count of each user.
    fn read(&self, users: &[i64], counts: &[u32], events: &mut [i64]) {
        match self {
            Self::Direct { least, .. } => {
                for (event, id) in events.iter_mut().zip(users) {
                    *event = i64::from(counts[distance(*id, *least)]);
                }
            }
            Self::Hashed { ids, vacant } => {
                for (event, id) in events.iter_mut().zip(users) {
                    *event = i64::from(counts[find(ids, *vacant, *id)]);
                }
            }
        }
    }
}

/// How far above `least` an id is; below it, farther than any count reaches.
#[inline]
fn distance(id: i64, least: i64) -> usize {
    usize::try_from(id.wrapping_sub(least).cast_unsigned()).unwrap_or(usize::MAX)
}

/// The place of an id, or the vacant one at which it is missing.
#[inline]
fn find(ids: &[i64], vacant: i64, id: i64) -> usize {
    let mut at = slot(pair(id.cast_unsigned(), 0), ids.len());
    while ids[at] != id && ids[at] != vacant {
        at = (at + 1) & (ids.len() - 1);
    }
    at
}

fn count_at(places: &Places, visits: &Visits) -> Counts {
    let mut counts = vec![0; places.count()];
    places.tally(&visits.event_users, &mut counts);
    let mut events = vec![0; visits.users.len()];
    places.read(&visits.users, &counts, &mut events);
    Counts { user_id: visits.users.clone(), events }
}

fn hash(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || count_at(&Places::hashed(&visits.users, Vec::new()), visits))
}

/// An array where ids are near enough to one another, else a hash table.
fn direct(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || count_at(&Places::new(&visits.users, Vec::new()), visits))
}

fn preallocated(visits: &Visits) -> Timed<'_, Counts> {
    let users = &visits.users;
    let places = Places::new(users, Vec::new());
    let counts = vec![0; places.count()];
    let out = Counts { user_id: vec![0; users.len()], events: vec![0; users.len()] };
    Timed::in_place(
        (Some(places), counts, out),
        move |(places, counts, out)| {
            let buffer = match places.take() {
                Some(Places::Hashed { ids, .. }) => ids,
                _ => Vec::new(),
            };
            let new = places.insert(Places::new(users, buffer));
            counts.fill(0);
            new.tally(&visits.event_users, counts);
            new.read(users, counts, &mut out.events);
            out.user_id.copy_from_slice(users);
        },
        |(_, _, out)| out.clone(),
    )
}

/// Each thread counts a share of the events by itself; whole numbers add up alike in any order.
fn with_rayon(visits: &Visits) -> Timed<'_, Counts> {
    Timed::returning(move || {
        let places = Places::new(&visits.users, Vec::new());
        let share = visits.event_users.len().div_ceil(rayon::current_num_threads()).max(1);
        let shares: Vec<&[i64]> = visits.event_users.chunks(share).collect();
        let parts = Parallel::map(shares.len(), |part| {
            let mut counts = vec![0; places.count()];
            places.tally(shares[part], &mut counts);
            counts
        });
        let mut parts = parts.into_iter();
        let mut counts: Vec<u32> = parts.next().unwrap_or_else(|| vec![0; places.count()]);
        for part in parts {
            for (count, more) in counts.iter_mut().zip(part) {
                *count += more;
            }
        }
        let mut events = vec![0; visits.users.len()];
        places.read(&visits.users, &counts, &mut events);
        Counts { user_id: visits.users.clone(), events }
    })
}
