//! The third stage: flights joined with planes and airlines, grouped by carrier and month, and
//! carriers ranked within each month.
//!
//! A flight whose plane is unknown counts for everything but the plane's age and seats; of planes
//! and airlines with one key, the first counts; a carrier without a name goes by its code. Carriers
//! are ranked by mean arrival delay, the least first, ties by name, a missing mean last.

mod groups;
mod whole;

use std::collections::{BTreeMap, HashMap};

use amdahl::{Agree, Array, Exchange, ExchangeError, Exchanged, Value};

use super::clean::Cleaned;
use super::error::FlightsError;
use super::table::{AIRLINES, Cell, FLIGHTS, PLANES, Schema};
use groups::{Group, is_better};

pub use whole::{columns, with_rayon};

/// A row for each month and carrier, by month and then by rank; all columns have one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MonthlyRanks {
    /// 1 to 12.
    pub month: Vec<i64>,
    /// 1 for the least mean arrival delay of the month.
    pub rank: Vec<i64>,
    /// The airline's name.
    pub airline: Vec<Option<String>>,
    /// How many flights.
    pub flights: Vec<i64>,
    /// Minutes.
    pub mean_departure_delay: Vec<f64>,
    /// Minutes.
    pub mean_arrival_delay: Vec<f64>,
    /// Years; NaN where no plane's year is known.
    pub mean_plane_age: Vec<f64>,
    /// NaN where no plane is known.
    pub mean_seats: Vec<f64>,
    /// The commonest manufacturer, ties by name; missing where no plane is known.
    pub manufacturer: Vec<Option<String>>,
}

/// Ranks, or the error of a stage before.
pub type Ranked = Result<MonthlyRanks, FlightsError>;

impl Exchange for MonthlyRanks {
    fn to_exchanged(&self) -> Exchanged {
        let integers =
            |data: &Vec<i64>| Value::I64(Array { shape: vec![data.len()], data: data.clone() });
        Exchanged::named([
            ("month", integers(&self.month)),
            ("rank", integers(&self.rank)),
            ("airline", Value::Text(self.airline.clone())),
            ("flights", integers(&self.flights)),
            ("mean_departure_delay", Value::vector(&self.mean_departure_delay)),
            ("mean_arrival_delay", Value::vector(&self.mean_arrival_delay)),
            ("mean_plane_age", Value::vector(&self.mean_plane_age)),
            ("mean_seats", Value::vector(&self.mean_seats)),
            ("manufacturer", Value::Text(self.manufacturer.clone())),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        fn column<T: Exchange>(from: &mut Exchanged, name: &str) -> Result<T, ExchangeError> {
            T::from_exchanged(Exchanged::single(from.take(name)?))
        }
        let from = &mut exchanged;
        Ok(Self {
            month: column(from, "month")?,
            rank: column(from, "rank")?,
            airline: column(from, "airline")?,
            flights: column(from, "flights")?,
            mean_departure_delay: column(from, "mean_departure_delay")?,
            mean_arrival_delay: column(from, "mean_arrival_delay")?,
            mean_plane_age: column(from, "mean_plane_age")?,
            mean_seats: column(from, "mean_seats")?,
            manufacturer: column(from, "manufacturer")?,
        })
    }
}

impl Agree for MonthlyRanks {}

impl MonthlyRanks {
    /// Adds a row; `group` is of the month and airline.
    fn push(&mut self, month: i64, rank: usize, group: &Group, maker: Option<&str>) {
        self.month.push(month);
        self.rank.push(i64::try_from(rank).expect("fewer than 2^63 carriers"));
        self.airline.push(Some(group.airline.clone()));
        self.flights.push(i64::try_from(group.flights).expect("fewer than 2^63 flights"));
        self.mean_departure_delay.push(group.departure_delay / group.flights as f64);
        self.mean_arrival_delay.push(group.mean_arrival_delay());
        self.mean_plane_age.push(group.age.mean());
        self.mean_seats.push(group.seats.mean());
        self.manufacturer.push(maker.map(str::to_owned));
    }
}

/// A month from 1 to 12.
///
/// # Errors
/// Where it is none.
fn month_of(value: f64) -> Result<u8, FlightsError> {
    (1_u8..=12)
        .find(|month| f64::from(*month) == value)
        .ok_or_else(|| FlightsError::Month { month: value.to_string() })
}

/// What is known of a plane, in the row-at-a-time world.
struct Plane {
    year: Option<f64>,
    manufacturer: Option<String>,
    seats: Option<f64>,
}

/// A cell by its column's name, as a data frame's row gives it.
fn cell<'r>(row: &'r [Cell], schema: &Schema, name: &str) -> &'r Cell {
    let at = schema.columns.iter().position(|(own, _)| *own == name);
    &row[at.expect("the schema has this column")]
}

fn number(row: &[Cell], schema: &Schema, name: &str) -> Option<f64> {
    if let Cell::Number(number) = cell(row, schema, name) { Some(*number) } else { None }
}

fn word(row: &[Cell], schema: &Schema, name: &str) -> Option<String> {
    if let Cell::Text(text) = cell(row, schema, name) { Some(text.clone()) } else { None }
}

/// One dynamically typed row at a time.
///
/// # Errors
/// That of a stage before, or a month outside the calendar.
pub fn rows(cleaned: &Cleaned) -> Ranked {
    let tables = &cleaned.as_ref().map_err(Clone::clone)?.tables;
    let mut airlines: HashMap<String, String> = HashMap::new();
    for i in 0..tables.airlines.rows() {
        let row = tables.airlines.row(i);
        if let (Some(carrier), Some(name)) =
            (word(&row, &AIRLINES, "carrier"), word(&row, &AIRLINES, "name"))
        {
            airlines.entry(carrier).or_insert(name);
        }
    }
    let mut planes: HashMap<String, Plane> = HashMap::new();
    for i in 0..tables.planes.rows() {
        let row = tables.planes.row(i);
        if let Some(tailnum) = word(&row, &PLANES, "tailnum") {
            planes.entry(tailnum).or_insert_with(|| Plane {
                year: number(&row, &PLANES, "year"),
                manufacturer: word(&row, &PLANES, "manufacturer"),
                seats: number(&row, &PLANES, "seats"),
            });
        }
    }

    let mut groups: BTreeMap<(u8, String), (Group, BTreeMap<String, usize>)> = BTreeMap::new();
    for i in 0..tables.flights.rows() {
        let row = tables.flights.row(i);
        let month = month_of(number(&row, &FLIGHTS, "month").unwrap_or(f64::NAN))?;
        let carrier = word(&row, &FLIGHTS, "carrier").unwrap_or_default();
        let (group, makers) = groups.entry((month, carrier)).or_insert_with_key(|(_, carrier)| {
            let airline = airlines.get(carrier).unwrap_or(carrier);
            (Group::new(carrier, airline), BTreeMap::new())
        });
        group.flights += 1;
        group.departure_delay += number(&row, &FLIGHTS, "dep_delay").unwrap_or(f64::NAN);
        group.arrival_delay += number(&row, &FLIGHTS, "arr_delay").unwrap_or(f64::NAN);
        let plane = word(&row, &FLIGHTS, "tailnum").and_then(|tailnum| planes.get(&tailnum));
        if let Some(plane) = plane {
            let year = number(&row, &FLIGHTS, "year").unwrap_or(f64::NAN);
            group.age.add(plane.year.map_or(f64::NAN, |built| year - built));
            group.seats.add(plane.seats.unwrap_or(f64::NAN));
            if let Some(maker) = &plane.manufacturer {
                *makers.entry(maker.clone()).or_default() += 1;
            }
        }
    }

    // The rank is one more than how many of the month are better: no sort to get wrong.
    let mut ranked: Vec<(u8, usize, &Group, Option<&str>)> = Vec::new();
    for ((month, _), (group, makers)) in &groups {
        let others = groups.iter().filter(|((other, _), _)| other == month);
        let better = others.filter(|(_, (other, _))| is_better(other, group)).count();
        let most = makers.values().max();
        let maker = makers.iter().find(|(_, count)| Some(*count) == most);
        ranked.push((*month, better + 1, group, maker.map(|(name, _)| name.as_str())));
    }
    ranked.sort_by_key(|(month, rank, _, _)| (*month, *rank));
    let mut out = MonthlyRanks::default();
    for (month, rank, group, maker) in ranked {
        out.push(i64::from(month), rank, group, maker);
    }
    Ok(out)
}
