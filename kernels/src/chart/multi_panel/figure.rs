//! The figure's data, the marks of its drawings, and the drawings themselves.

use std::ops::Range;

use amdahl::{Agree, Closeness, Disagreement, Exchange, ExchangeError, Exchanged, Rng};
use amdahl::{Tolerance, Value};

use crate::support::drawing::{DrawingError, extent, is_drawable};

/// The whole figure, in pixels.
pub const SIZE_PX: (u32, u32) = (1_000, 700);

/// Titles of the panels, from the upper left, and of their axes.
pub const PANELS: [[&str; 3]; 4] = [
    ["Distribution of residuals", "residual", "count"],
    ["Predicted and observed", "observed", "predicted"],
    ["Loss by epoch", "epoch", "loss"],
    ["Accuracy by model", "model", "accuracy"],
];

/// Bins of the histogram.
pub const BINS: usize = 20;

/// What the four panels show.
#[derive(Debug, Clone, PartialEq)]
pub struct Panels {
    /// The values of the histogram.
    pub values: Vec<f64>,
    /// Where the points of the scatter plot lie.
    pub x: Vec<f64>,
    /// And how high.
    pub y: Vec<f64>,
    /// The heights of the line at 0, 1, 2 …
    pub line: Vec<f64>,
    /// The names of the bars.
    pub names: Vec<String>,
    /// Their heights.
    pub heights: Vec<f64>,
}

impl Panels {
    /// Data as a model's evaluation has it, `n` of each but the bars.
    pub fn example(n: usize, rng: &mut Rng) -> Self {
        let x = rng.vector(n);
        let y = x.iter().map(|x| 0.8 * x + 0.4 * rng.normal()).collect();
        let line = (0..n).map(|i| (-4.0 * i as f64 / n as f64).exp() + 0.02 * rng.normal());
        let line = line.collect();
        let models = ["linear", "tree", "forest", "boosting", "network", "ensemble"];
        let bars = n.min(models.len());
        Self {
            values: rng.vector(n),
            y,
            line,
            names: models[..bars].iter().map(|&name| name.to_owned()).collect(),
            heights: (0..bars).map(|_| rng.uniform(0.6, 1.0)).collect(),
            x,
        }
    }

    /// The bins of the histogram.
    pub fn bins(&self) -> Bins {
        let drawable = || self.values.iter().copied().filter(|value| is_drawable(*value));
        if drawable().next().is_none() {
            return Bins { edges: Vec::new(), counts: Vec::new() };
        }
        // A single value has bins around it.
        let Range { start: low, end: high } = extent(drawable(), 0.0);
        let width = high / BINS as f64 - low / BINS as f64;
        let mut counts = vec![0; BINS];
        for value in drawable() {
            counts[bin(value, low, width)] += 1;
        }
        let edges = (0..=BINS).map(|i| low + width * i as f64).collect();
        Bins { edges, counts }
    }

    /// The points of the scatter plot that can be drawn.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let points = self.x.iter().copied().zip(self.y.iter().copied());
        points.filter(|(x, y)| is_drawable(*x) && is_drawable(*y))
    }

    /// The bars that can be drawn: place, name and height.
    pub fn bars(&self) -> impl Iterator<Item = (usize, &str, f64)> {
        let bars = self.names.iter().zip(&self.heights).enumerate();
        let bars = bars.map(|(at, (name, height))| (at, name.as_str(), *height));
        bars.filter(|(.., height)| is_drawable(*height))
    }

    /// The pieces of the line between its gaps, none of them empty, as places in `line`.
    pub fn pieces(&self) -> Vec<Range<usize>> {
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for at in (0..self.line.len()).filter(|&at| is_drawable(self.line[at])) {
            match pieces.last_mut() {
                Some(piece) if piece.end == at => piece.end = at + 1,
                _ => pieces.push(at..at + 1),
            }
        }
        pieces
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of widths from the lowest value, and the last bin holds what rounds beyond"
)]
fn bin(value: f64, low: f64, width: f64) -> usize {
    (((value - low) / width) as usize).min(BINS - 1)
}

/// A histogram.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    /// Where bins begin, and where the last one ends; none where there are no values.
    pub edges: Vec<f64>,
    /// How many values each holds.
    pub counts: Vec<i64>,
}

impl Exchange for Panels {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("values", (&self.values).into()),
            ("x", (&self.x).into()),
            ("y", (&self.y).into()),
            ("line", (&self.line).into()),
            ("names", Value::Text(self.names.iter().cloned().map(Some).collect())),
            ("heights", (&self.heights).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let names: Vec<Option<String>> = exchanged.take_as("names")?;
        let panels = Self {
            values: exchanged.take_as("values")?,
            x: exchanged.take_as("x")?,
            y: exchanged.take_as("y")?,
            line: exchanged.take_as("line")?,
            names: names.into_iter().map(Option::unwrap_or_default).collect(),
            heights: exchanged.take_as("heights")?,
        };
        let fits = |name: &str, want, got: usize, beside: usize| {
            let got = format!("{got} values beside {beside}");
            Err(ExchangeError::Mismatch { name: name.to_owned(), want, got })
        };
        if panels.x.len() != panels.y.len() {
            return fits("y", "as many values as `x`", panels.y.len(), panels.x.len());
        }
        if panels.names.len() != panels.heights.len() {
            let (heights, names) = (panels.heights.len(), panels.names.len());
            return fits("heights", "a height for each name", heights, names);
        }
        Ok(panels)
    }
}

/// What a figure shows, panel by panel, in the order in which it was drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// The left edges of the histogram's bins.
    pub edges: Vec<f64>,
    /// Their heights.
    pub counts: Vec<f64>,
    /// Where the points of the scatter plot lie.
    pub x: Vec<f64>,
    /// And how high.
    pub y: Vec<f64>,
    /// Where the corners of the line lie.
    pub at: Vec<f64>,
    /// And how high.
    pub line: Vec<f64>,
    /// The names of the bars.
    pub names: Vec<String>,
    /// Their heights.
    pub heights: Vec<f64>,
}

impl Exchange for Marks {
    fn to_exchanged(&self) -> Exchanged {
        Exchanged::named([
            ("histogram.edges", (&self.edges).into()),
            ("histogram.counts", (&self.counts).into()),
            ("scatter.x", (&self.x).into()),
            ("scatter.y", (&self.y).into()),
            ("line.x", (&self.at).into()),
            ("line.y", (&self.line).into()),
            ("bars.names", Value::Text(self.names.iter().cloned().map(Some).collect())),
            ("bars.heights", (&self.heights).into()),
        ])
    }

    fn from_exchanged(mut exchanged: Exchanged) -> Result<Self, ExchangeError> {
        let names: Vec<Option<String>> = exchanged.take_as("bars.names")?;
        Ok(Self {
            edges: exchanged.take_as("histogram.edges")?,
            counts: exchanged.take_as("histogram.counts")?,
            x: exchanged.take_as("scatter.x")?,
            y: exchanged.take_as("scatter.y")?,
            at: exchanged.take_as("line.x")?,
            line: exchanged.take_as("line.y")?,
            names: names.into_iter().map(Option::unwrap_or_default).collect(),
            heights: exchanged.take_as("bars.heights")?,
        })
    }
}

impl Agree for Marks {}

/// What a figure is saved as.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A drawing.
    Svg(String),
    /// A page whose script draws.
    Html(String),
    /// Pixels.
    Png(Vec<u8>),
}

impl Document {
    /// The file's content.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Svg(text) | Self::Html(text) => text.as_bytes(),
            Self::Png(bytes) => bytes,
        }
    }

    /// Whether the file is whole and, where that can be seen, has as many dots as the marks.
    fn shows(&self, marks: &Marks) -> bool {
        match self {
            Self::Svg(text) => {
                let whole = text.starts_with("<svg") && text.trim_end().ends_with("</svg>");
                whole && text.matches("<circle").count() == marks.x.len()
            }
            Self::Html(text) => {
                text.starts_with("<!DOCTYPE html>") && text.trim_end().ends_with("</html>")
            }
            Self::Png(bytes) => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        }
    }
}

/// A drawn figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it shows.
    pub marks: Marks,
    /// The drawing; a figure that arrived as its marks has none.
    pub document: Option<Document>,
}

impl Exchange for Figure {
    fn to_exchanged(&self) -> Exchanged {
        self.marks.to_exchanged()
    }

    fn from_exchanged(exchanged: Exchanged) -> Result<Self, ExchangeError> {
        Ok(Self { marks: Marks::from_exchanged(exchanged)?, document: None })
    }
}

impl Agree for Figure {
    /// Holds the drawing to the marks, and the marks to the reference's.
    fn agree(&self, reference: &Self, tolerance: &Tolerance) -> Result<Closeness, Disagreement> {
        if self.document.as_ref().is_some_and(|document| !document.shows(&self.marks)) {
            return Err(Disagreement::new("the drawing is damaged or lacks points"));
        }
        self.marks.agree(&reference.marks, tolerance)
    }
}

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// A drawing library failed.
    #[error(transparent)]
    Drawing(#[from] DrawingError),
    /// An error that reached this process as text.
    #[error("{0}")]
    Elsewhere(String),
}

impl From<String> for FigureError {
    fn from(message: String) -> Self {
        Self::Elsewhere(message)
    }
}
