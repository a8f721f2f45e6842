//! The last stage: mean arrival delay by month, a line for each of the airlines with most flights.
//!
//! A chart is its marks: two that show the same points agree, whatever their bytes. An airline's
//! months without a mean (every delay missing) have no mark.

mod draw;

use std::collections::HashMap;

use amdahl::{
    Agree, Array, Closeness, Disagreement, Exchange, ExchangeError, Exchanged, Tolerance, Value,
};
use rayon::prelude::*;

use super::error::FlightsError;
use super::table::Cell;
use super::transform::{MonthlyRanks, Ranked};
use draw::{draw, draw_in_layers};

/// How many airlines have a line.
const LINES: usize = 6;

/// The points of all lines, a line's together, lines by falling number of flights.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// The line of each mark.
    pub airline: Vec<String>,
    /// 1 to 12, rising within a line.
    pub month: Vec<i64>,
    /// Minutes.
    pub mean_arrival_delay: Vec<f64>,
}

impl Exchange for Marks {
    fn to_exchanged(&self) -> Exchanged {
        let month = Array { shape: vec![self.month.len()], data: self.month.clone() };
        Exchanged::named([
            ("airline", Value::Text(self.airline.iter().cloned().map(Some).collect())),
            ("month", Value::I64(month)),
            ("mean_arrival_delay", Value::vector(&self.mean_arrival_delay)),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let mut value = |name| exchanged.take(name).map(Exchanged::single);
        let airline = Vec::<Option<String>>::from_exchanged(value("airline")?)?;
        Ok(Self {
            airline: airline.into_iter().map(Option::unwrap_or_default).collect(),
            month: Vec::from_exchanged(value("month")?)?,
            mean_arrival_delay: Vec::from_exchanged(value("mean_arrival_delay")?)?,
        })
    }
}

impl Agree for Marks {}

/// A drawn chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub marks: Marks,
    /// The drawing.
    pub svg: String,
}

/// Only the marks cross; a chart that arrives is drawn anew.
impl Exchange for Chart {
    fn to_exchanged(&self) -> Exchanged {
        self.marks.to_exchanged()
    }

    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let marks = Marks::from_exchanged(exchanged)?;
        let svg = draw(&marks).unwrap_or_default();
        Ok(Self { marks, svg })
    }
}

impl Agree for Chart {
    fn agree(&self, reference: &Self, tolerance: &Tolerance) -> Result<Closeness, Disagreement> {
        let lines = self.svg.matches("<polyline").count();
        let whole = self.svg.starts_with("<svg") && self.svg.trim_end().ends_with("</svg>");
        if !whole {
            return Err(Disagreement::new("the drawing is not a whole SVG document"));
        }
        if lines < self.marks.lines().len() {
            return Err(Disagreement::new("the drawing has fewer lines than the marks"));
        }
        self.marks.agree(&reference.marks, tolerance)
    }
}

/// A chart, or the error of a stage before.
pub type Drawn = Result<Chart, FlightsError>;

/// One line of the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'m> {
    /// The airline.
    pub airline: &'m str,
    /// Months, rising.
    pub months: &'m [i64],
    /// Minutes.
    pub delays: &'m [f64],
}

impl Marks {
    /// The marks line by line.
    pub fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        let mut first = 0;
        for line in self.airline.chunk_by(|a, b| a == b) {
            let end = first + line.len();
            lines.push(Line {
                airline: &line[0],
                months: &self.month[first..end],
                delays: &self.mean_arrival_delay[first..end],
            });
            first = end;
        }
        lines
    }
}

/// One dynamically typed row at a time.
///
/// # Errors
/// That of a stage before, or one in drawing.
pub fn rows(ranked: &Ranked) -> Drawn {
    let ranks = ranked.as_ref().map_err(Clone::clone)?;
    let row = |i: usize| {
        let text = |column: &[Option<String>]| {
            column[i].as_ref().map_or(Cell::Missing, |text| Cell::Text(text.clone()))
        };
        HashMap::from([
            ("airline", text(&ranks.airline)),
            ("month", Cell::Number(ranks.month[i] as f64)),
            ("flights", Cell::Number(ranks.flights[i] as f64)),
            ("delay", Cell::Number(ranks.mean_arrival_delay[i])),
        ])
    };
    let mut flights: HashMap<String, f64> = HashMap::new();
    for i in 0..ranks.month.len() {
        let row = row(i);
        if let (Cell::Text(airline), Cell::Number(count)) = (&row["airline"], &row["flights"]) {
            *flights.entry(airline.clone()).or_default() += count;
        }
    }
    let mut airlines: Vec<(String, f64)> = flights.into_iter().collect();
    airlines.sort_by(|(a, flights_a), (b, flights_b)| {
        flights_b.total_cmp(flights_a).then_with(|| a.cmp(b))
    });
    let mut marks = Marks::default();
    for (airline, _) in airlines.into_iter().take(LINES) {
        for month in 1..=12 {
            for i in 0..ranks.month.len() {
                let row = row(i);
                let own = row["airline"] == Cell::Text(airline.clone())
                    && row["month"] == Cell::Number(f64::from(month));
                match row["delay"] {
                    Cell::Number(delay) if own && !delay.is_nan() => {
                        marks.airline.push(airline.clone());
                        marks.month.push(i64::from(month));
                        marks.mean_arrival_delay.push(delay);
                    }
                    _ => {}
                }
            }
        }
    }
    let svg = draw(&marks)?;
    Ok(Chart { marks, svg })
}

/// Typed columns.
///
/// # Errors
/// That of a stage before, or one in drawing.
pub fn columns(ranked: &Ranked) -> Drawn {
    let marks = choose(ranked.as_ref().map_err(Clone::clone)?);
    let svg = draw(&marks)?;
    Ok(Chart { marks, svg })
}

/// Each line drawn as a layer of its own, all at once.
///
/// # Errors
/// That of a stage before, or one in drawing.
pub fn with_rayon(ranked: &Ranked) -> Drawn {
    let marks = choose(ranked.as_ref().map_err(Clone::clone)?);
    let svg =
        draw_in_layers(&marks, |count, layer| (0..count).into_par_iter().map(layer).collect())?;
    Ok(Chart { marks, svg })
}

/// The marks of the airlines with most flights.
fn choose(ranks: &MonthlyRanks) -> Marks {
    let mut by_airline: HashMap<&str, (i64, Vec<usize>)> = HashMap::new();
    for (i, airline) in ranks.airline.iter().enumerate() {
        if let Some(airline) = airline {
            let (flights, rows) = by_airline.entry(airline).or_default();
            *flights += ranks.flights[i];
            rows.push(i);
        }
    }
    let mut airlines: Vec<_> = by_airline.into_iter().collect();
    airlines.sort_by(|(a, (flights_a, _)), (b, (flights_b, _))| {
        flights_b.cmp(flights_a).then_with(|| a.cmp(b))
    });
    let mut marks = Marks::default();
    // Rows are by month already, and so are an airline's.
    for (airline, (_, rows)) in airlines.into_iter().take(LINES) {
        for i in rows.into_iter().filter(|&i| !ranks.mean_arrival_delay[i].is_nan()) {
            marks.airline.push(airline.to_owned());
            marks.month.push(ranks.month[i]);
            marks.mean_arrival_delay.push(ranks.mean_arrival_delay[i]);
        }
    }
    marks
}
