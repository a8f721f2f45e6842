//! Joining and grouping by codes: a word is looked up once however many rows have it, and a group
//! is an index.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::groups::{Group, KnownSum, is_better};
use super::{MonthlyRanks, Ranked, month_of};
use crate::pipeline::flights::clean::Cleaned;
use crate::pipeline::flights::error::FlightsError;
use crate::pipeline::flights::table::{AIRLINES, FLIGHTS, MISSING, PLANES, Tables, Words};

/// Typed columns in one pass.
///
/// # Errors
/// That of a stage before, or a month outside the calendar.
pub fn columns(cleaned: &Cleaned) -> Ranked {
    let tables = &cleaned.as_ref().map_err(Clone::clone)?.tables;
    let joined = Joined::new(tables);
    let rows = 0..tables.flights.rows();
    Ok(rank(&joined, &joined.sum(rows)?))
}

/// Rows that one task sums: fixed, so that the result does not depend on the threads.
const ROWS_PER_TASK: usize = 1 << 15;

/// Pieces of the rows at once, their sums joined in order.
///
/// # Errors
/// That of a stage before, or a month outside the calendar.
pub fn with_rayon(cleaned: &Cleaned) -> Ranked {
    let tables = &cleaned.as_ref().map_err(Clone::clone)?.tables;
    let joined = Joined::new(tables);
    let rows = tables.flights.rows();
    let tasks: Vec<Result<Sums, FlightsError>> = (0..rows.div_ceil(ROWS_PER_TASK))
        .into_par_iter()
        .map(|task| {
            let first = task * ROWS_PER_TASK;
            joined.sum(first..rows.min(first + ROWS_PER_TASK))
        })
        .collect();
    let mut total = joined.no_sums();
    for task in tasks {
        total.merge(&task?);
    }
    Ok(rank(&joined, &total))
}

const MONTHS: usize = 12;

/// The flights' columns, and for each of their codes what the other tables say.
struct Joined<'t> {
    year: &'t [f64],
    month: &'t [f64],
    departure_delay: &'t [f64],
    arrival_delay: &'t [f64],
    carrier: &'t [u32],
    tailnum: &'t [u32],
    /// Code and name by carrier code.
    airlines: Vec<(String, String)>,
    /// The carrier code of flights without a carrier.
    no_carrier: usize,
    /// By tail number code.
    planes: Vec<Plane>,
    manufacturers: &'t [String],
}

/// What is known of a plane.
#[derive(Clone, Copy)]
struct Plane {
    year: f64,
    seats: f64,
    manufacturer: u32,
}

const UNKNOWN: Plane = Plane { year: f64::NAN, seats: f64::NAN, manufacturer: MISSING };

/// The first row of each key.
fn first_rows(keys: &Words) -> HashMap<&str, usize> {
    let mut rows = HashMap::new();
    for i in 0..keys.codes.len() {
        if let Some(key) = keys.get(i) {
            rows.entry(key).or_insert(i);
        }
    }
    rows
}

impl<'t> Joined<'t> {
    fn new(tables: &'t Tables) -> Self {
        let flights = &tables.flights;
        let carrier = flights.words(&FLIGHTS, "carrier");
        let tailnum = flights.words(&FLIGHTS, "tailnum");
        let names = tables.airlines.words(&AIRLINES, "name");
        let airline_rows = first_rows(tables.airlines.words(&AIRLINES, "carrier"));
        let airline = |carrier: &str| {
            let name = airline_rows.get(carrier).and_then(|&i| names.get(i));
            (carrier.to_owned(), name.unwrap_or(carrier).to_owned())
        };
        let mut airlines: Vec<_> = carrier.names.iter().map(|name| airline(name)).collect();
        let no_carrier = carrier.names.iter().position(String::is_empty).unwrap_or_else(|| {
            airlines.push(airline(""));
            airlines.len() - 1
        });
        let plane_rows = first_rows(tables.planes.words(&PLANES, "tailnum"));
        let years = tables.planes.numbers(&PLANES, "year");
        let seats = tables.planes.numbers(&PLANES, "seats");
        let manufacturer = tables.planes.words(&PLANES, "manufacturer");
        let plane = |tailnum: &String| {
            plane_rows.get(tailnum.as_str()).map_or(UNKNOWN, |&i| Plane {
                year: years[i],
                seats: seats[i],
                manufacturer: manufacturer.codes[i],
            })
        };
        Self {
            year: flights.numbers(&FLIGHTS, "year"),
            month: flights.numbers(&FLIGHTS, "month"),
            departure_delay: flights.numbers(&FLIGHTS, "dep_delay"),
            arrival_delay: flights.numbers(&FLIGHTS, "arr_delay"),
            carrier: &carrier.codes,
            tailnum: &tailnum.codes,
            airlines,
            no_carrier,
            planes: tailnum.names.iter().map(plane).collect(),
            manufacturers: &manufacturer.names,
        }
    }

    fn no_sums(&self) -> Sums {
        let groups = self.airlines.len() * MONTHS;
        Sums {
            groups: vec![Numbers::default(); groups],
            makers: vec![0; groups * self.manufacturers.len()],
        }
    }

    fn sum(&self, rows: Range<usize>) -> Result<Sums, FlightsError> {
        let mut sums = self.no_sums();
        for i in rows {
            let month = usize::from(month_of(self.month[i])?) - 1;
            let carrier = match self.carrier[i] {
                MISSING => self.no_carrier,
                carrier => carrier as usize,
            };
            let at = carrier * MONTHS + month;
            let group = &mut sums.groups[at];
            group.flights += 1;
            group.departure_delay += self.departure_delay[i];
            group.arrival_delay += self.arrival_delay[i];
            let plane = self.planes.get(self.tailnum[i] as usize).unwrap_or(&UNKNOWN);
            group.age.add(self.year[i] - plane.year);
            group.seats.add(plane.seats);
            if plane.manufacturer != MISSING {
                sums.makers[at * self.manufacturers.len() + plane.manufacturer as usize] += 1;
            }
        }
        Ok(sums)
    }
}

/// Sums by carrier and month.
struct Sums {
    groups: Vec<Numbers>,
    /// Flights by group and manufacturer.
    makers: Vec<usize>,
}

/// A [`Group`] before it has a name.
#[derive(Clone, Copy, Default)]
struct Numbers {
    flights: usize,
    departure_delay: f64,
    arrival_delay: f64,
    age: KnownSum,
    seats: KnownSum,
}

impl Sums {
    fn merge(&mut self, other: &Self) {
        for (own, other) in self.groups.iter_mut().zip(&other.groups) {
            own.flights += other.flights;
            own.departure_delay += other.departure_delay;
            own.arrival_delay += other.arrival_delay;
            own.age.merge(other.age);
            own.seats.merge(other.seats);
        }
        for (own, other) in self.makers.iter_mut().zip(&other.makers) {
            *own += other;
        }
    }
}

fn rank(joined: &Joined, sums: &Sums) -> MonthlyRanks {
    let mut out = MonthlyRanks::default();
    let makers = joined.manufacturers.len();
    for month in 0..MONTHS {
        let mut of_month: Vec<(usize, Group)> = (0..joined.airlines.len())
            .map(|carrier| (carrier * MONTHS + month, &joined.airlines[carrier]))
            .filter(|(at, _)| sums.groups[*at].flights > 0)
            .map(|(at, (carrier, airline))| {
                let Numbers { flights, departure_delay, arrival_delay, age, seats } =
                    sums.groups[at];
                let (carrier, airline) = (carrier.clone(), airline.clone());
                let group =
                    Group { carrier, airline, flights, departure_delay, arrival_delay, age, seats };
                (at, group)
            })
            .collect();
        of_month.sort_by(|(_, a), (_, b)| match (is_better(a, b), is_better(b, a)) {
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => Ordering::Equal,
        });
        for (rank, (at, group)) in (1..).zip(&of_month) {
            let counts = sums.makers[at * makers..(at + 1) * makers].iter();
            let known = counts.zip(joined.manufacturers).filter(|(count, _)| **count > 0);
            let most = known.max_by(|(a, name_a), (b, name_b)| a.cmp(b).then(name_b.cmp(name_a)));
            let maker = most.map(|(_, name)| name.as_str());
            let month = i64::try_from(month + 1).expect("a month is small");
            out.push(month, rank, group, maker);
        }
    }
    out
}
