//! The most important features as horizontal bars (exercise C.3).

mod bars;
mod pixels;
pub mod plain;
pub mod with_plotters;

use amdahl::{
    Agree, Closeness, Disagreement, Exchange, ExchangeError, Exchanged, Kernel, Sizes, Timed,
    Tolerance, Value,
};

pub use crate::support::drawing::DrawingError;

/// The `top_n` largest importances as horizontal bars, as SVG and as PNG.
///
/// A chart's time goes into text and pixels, hardly into its data: what a library's generality
/// costs shows beside two hundred lines that know this one chart. Charts agree on the marks drawn,
/// each recorded as its bar is, and not on bytes.
///
/// Highest first, and ties, 0 and -0 among them, in input order; a `top_n` beyond the number of
/// features shows all. No feature, or a `top_n` of 0, makes an empty chart. As many importances as
/// names, all of them finite, and a `top_n` of 0 or more are needed; anything else is an error.
/// Bars of negative importances reach to the left of zero. Names are shortened where they have no
/// room, and beyond 60 bars there is room for none.
pub fn kernel() -> Kernel {
    Kernel::new("feature_importance", "bars of the most important features, as SVG and PNG")
        .exercise("C.3")
        .sizes(Sizes::smoke([0, 1, 2, 19, 97]).measured([20]))
        .input(|&n, rng| Importances {
            names: (0..n).map(|i| format!("feature_{i}")).collect(),
            // To two digits, so that some are equal.
            importances: (0..n).map(|_| (rng.uniform(0.0, 1.0) * 100.0).round() / 100.0).collect(),
            // Of 20 the 15 that the exercise shows.
            top_n: i64::try_from(n - n / 4).unwrap_or(i64::MAX),
        })
        .growing_over(3..=96, |n| n)
        .reference("plotters", |input| Timed::returning(move || with_plotters::draw(input)))
        .variant("plain", |input| Timed::returning(move || plain::draw(input)))
        .parallel_variant("rayon", |input| Timed::returning(move || plain::draw_with_rayon(input)))
        .without(
            "charming",
            "It writes HTML for a browser to draw; SVG and PNG need its V8 engine built in.",
        )
        .build()
}

/// Features and how important each is.
#[derive(Debug, Clone, PartialEq)]
pub struct Importances {
    /// Their names.
    pub names: Vec<String>,
    /// How important each is.
    pub importances: Vec<f64>,
    /// How many to show.
    pub top_n: i64,
}

fn text(column: &[String]) -> Value {
    Value::Text(column.iter().cloned().map(Some).collect())
}

fn names(column: Vec<Option<String>>) -> Result<Vec<String>, ExchangeError> {
    column.into_iter().collect::<Option<_>>().ok_or_else(|| ExchangeError::Mismatch {
        name: "names".to_owned(),
        want: "a name for each feature",
        got: "a column with a missing cell".to_owned(),
    })
}

impl Exchange for Importances {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("names", text(&self.names)),
            ("importances", (&self.importances).into()),
            ("top_n", self.top_n.into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self {
            names: names(exchanged.take_as("names")?)?,
            importances: exchanged.take_as("importances")?,
            top_n: exchanged.take_as("top_n")?,
        })
    }
}

/// The bars of a chart, from the top.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// Whose they are.
    pub names: Vec<String>,
    /// How far they reach.
    pub importances: Vec<f64>,
}

/// The files of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Files {
    /// The SVG document.
    pub svg: String,
    /// The PNG file.
    pub png: Vec<u8>,
}

/// A drawn chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub marks: Marks,
    /// What it is saved as; a chart that arrived as its marks has none.
    pub files: Option<Files>,
}

impl Chart {
    /// The chart of two files that show the same.
    fn of(svg: (Marks, String), png: (Marks, Vec<u8>)) -> Result<Self, ChartError> {
        let ((marks, svg), (again, png)) = (svg, png);
        if again != marks {
            return Err(DrawingError::of("its SVG and its PNG show different bars").into());
        }
        Ok(Self { marks, files: Some(Files { svg, png }) })
    }
}

impl Exchange for Chart {
    fn to_exchanged(&self) -> Exchanged {
        let Marks { names, importances } = &self.marks;
        Exchanged::named([("names", text(names)), ("importances", importances.into())])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let names = names(exchanged.take_as("names")?)?;
        let marks = Marks { names, importances: exchanged.take_as("importances")? };
        Ok(Self { marks, files: None })
    }
}

impl Agree for Chart {
    /// Holds the files to the marks, and the marks to the reference's.
    fn agree(&self, reference: &Self, tolerance: &Tolerance) -> Result<Closeness, Disagreement> {
        if let Some(Files { svg, png }) = &self.files {
            let whole = svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>");
            // One rectangle is the background.
            let bars = svg.matches("<rect").count().saturating_sub(1);
            if !whole || bars != self.marks.names.len() {
                let marks = self.marks.names.len();
                let message = format!("an SVG of {bars} bars, whole: {whole}, for {marks} marks");
                return Err(Disagreement::new(message));
            }
            if !png.starts_with(b"\x89PNG\r\n\x1a\n") {
                return Err(Disagreement::new("the second file is no PNG"));
            }
        }
        if self.marks.names != reference.marks.names {
            return Err(Disagreement::new("other names than the reference's").within("`names`"));
        }
        let (got, want) = (&self.marks.importances, &reference.marks.importances);
        got.agree(want, tolerance).map_err(|disagreement| disagreement.within("`importances`"))
    }
}

/// Why there is no chart.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// Names and importances that do not belong to each other.
    #[error("{names} names beside {importances} importances: give one for each")]
    UnequalLengths {
        /// How many names.
        names: usize,
        /// How many importances.
        importances: usize,
    },
    /// An importance that no bar can show.
    #[error("the importance of `{name}` is {importance}: leave out what is not finite")]
    NotFinite {
        /// Whose it is.
        name: String,
        /// What it is.
        importance: f64,
    },
    /// A number of bars below 0.
    #[error("the top {top_n} cannot be shown: give a number of 0 or more")]
    NegativeTop {
        /// The number given.
        top_n: i64,
    },
    /// A drawing library failed.
    #[error(transparent)]
    Drawing(#[from] DrawingError),
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for ChartError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}
