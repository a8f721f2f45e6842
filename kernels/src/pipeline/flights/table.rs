//! The three tables: their columns' names and kinds, and how they cross.

use amdahl::{Agree, Array, Exchange, ExchangeError, Exchanged, Value};

pub use crate::support::table::Cell;
pub use crate::support::words::{MISSING, Words};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Doubles.
    Numbers,
    /// Text.
    Words,
}

/// The columns of a file.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// The file's name, for errors.
    pub file: &'static str,
    /// Names and kinds, in order.
    pub columns: &'static [(&'static str, Kind)],
}

/// The flights, one row each.
pub const FLIGHTS: Schema = Schema {
    file: "flights.csv",
    columns: &[
        ("year", Kind::Numbers),
        ("month", Kind::Numbers),
        ("day", Kind::Numbers),
        ("dep_time", Kind::Numbers),
        ("sched_dep_time", Kind::Numbers),
        ("dep_delay", Kind::Numbers),
        ("arr_time", Kind::Numbers),
        ("sched_arr_time", Kind::Numbers),
        ("arr_delay", Kind::Numbers),
        ("carrier", Kind::Words),
        ("flight", Kind::Numbers),
        ("tailnum", Kind::Words),
        ("origin", Kind::Words),
        ("dest", Kind::Words),
        ("air_time", Kind::Numbers),
        ("distance", Kind::Numbers),
        ("hour", Kind::Numbers),
        ("minute", Kind::Numbers),
        ("time_hour", Kind::Words),
    ],
};

/// The planes, by tail number.
pub const PLANES: Schema = Schema {
    file: "planes.csv",
    columns: &[
        ("tailnum", Kind::Words),
        ("year", Kind::Numbers),
        ("type", Kind::Words),
        ("manufacturer", Kind::Words),
        ("model", Kind::Words),
        ("engines", Kind::Numbers),
        ("seats", Kind::Numbers),
        ("speed", Kind::Numbers),
        ("engine", Kind::Words),
    ],
};

/// The airlines, by carrier code.
pub const AIRLINES: Schema =
    Schema { file: "airlines.csv", columns: &[("carrier", Kind::Words), ("name", Kind::Words)] };

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; a missing one is NaN.
    Numbers(Vec<f64>),
    /// Text.
    Words(Words),
}

/// A table of typed columns of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The columns, in their schema's order.
    pub columns: Vec<Column>,
}

impl Table {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        match self.columns.first() {
            Some(Column::Numbers(numbers)) => numbers.len(),
            Some(Column::Words(words)) => words.codes.len(),
            None => 0,
        }
    }

    fn at(&self, schema: &Schema, name: &str) -> &Column {
        let at = schema.columns.iter().position(|(own, _)| *own == name);
        &self.columns[at.expect("the schema has this column")]
    }

    /// The numbers of this column.
    ///
    /// # Panics
    /// Where the schema has no such column of numbers.
    pub fn numbers(&self, schema: &Schema, name: &str) -> &[f64] {
        match self.at(schema, name) {
            Column::Numbers(numbers) => numbers,
            Column::Words(_) => panic!("column `{name}` holds words"),
        }
    }

    /// The words of this column.
    ///
    /// # Panics
    /// Where the schema has no such column of words.
    pub fn words(&self, schema: &Schema, name: &str) -> &Words {
        match self.at(schema, name) {
            Column::Words(words) => words,
            Column::Numbers(_) => panic!("column `{name}` holds numbers"),
        }
    }

    /// Row `i`, a cell a column: what a data frame's row iterator makes.
    pub fn row(&self, i: usize) -> Vec<Cell> {
        let cell = |column: &Column| match column {
            Column::Numbers(numbers) => Cell::number(numbers[i]),
            Column::Words(words) => Cell::text(words.get(i)),
        };
        self.columns.iter().map(cell).collect()
    }
}

/// The three tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables {
    /// By [`FLIGHTS`].
    pub flights: Table,
    /// By [`PLANES`].
    pub planes: Table,
    /// By [`AIRLINES`].
    pub airlines: Table,
}

impl Tables {
    fn each(&self) -> [(&Table, &'static Schema); 3] {
        [(&self.flights, &FLIGHTS), (&self.planes, &PLANES), (&self.airlines, &AIRLINES)]
    }
}

/// The name a column crosses under, such as `flights.month`.
fn name_of(schema: &Schema, column: &str) -> String {
    format!("{}.{column}", schema.file.trim_end_matches(".csv"))
}

/// Words cross as codes (-1 is missing) and, under `….words`, as the distinct words.
impl Exchange for Tables {
    fn to_exchanged(&self) -> Exchanged {
        let mut values = Vec::new();
        for (table, schema) in self.each() {
            for (column, (name, _)) in table.columns.iter().zip(schema.columns) {
                let name = name_of(schema, name);
                match column {
                    Column::Numbers(numbers) => values.push((name, Value::vector(numbers))),
                    Column::Words(words) => {
                        let code = |&code| if code == MISSING { -1 } else { i64::from(code) };
                        let data: Vec<i64> = words.codes.iter().map(code).collect();
                        let codes = Value::I64(Array { shape: vec![data.len()], data });
                        let names = words.names.iter().cloned().map(Some).collect();
                        values.push((format!("{name}.words"), Value::Text(names)));
                        values.push((name, codes));
                    }
                }
            }
        }
        Exchanged::Values(values)
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let mut table = |schema: &Schema| -> Result<Table, ExchangeError> {
            let column = |(name, kind): &(&str, Kind)| {
                let name = name_of(schema, name);
                column_from(&mut exchanged, &name, *kind)
            };
            let columns = schema.columns.iter().map(column).collect::<Result<_, _>>()?;
            Ok(Table { columns })
        };
        Ok(Self { flights: table(&FLIGHTS)?, planes: table(&PLANES)?, airlines: table(&AIRLINES)? })
    }
}

impl Agree for Tables {}

fn column_from(exchanged: &mut Exchanged, name: &str, kind: Kind) -> Result<Column, ExchangeError> {
    let value = Exchanged::single(exchanged.take(name)?);
    if kind == Kind::Numbers {
        return Ok(Column::Numbers(Vec::from_exchanged(value)?));
    }
    let words = Exchanged::single(exchanged.take(&format!("{name}.words"))?);
    let names = Vec::<Option<String>>::from_exchanged(words)?.into_iter().flatten().collect();
    let codes = Vec::<i64>::from_exchanged(value)?;
    let codes = codes.into_iter().map(|code| u32::try_from(code).unwrap_or(MISSING)).collect();
    Ok(Column::Words(Words { codes, names }))
}
