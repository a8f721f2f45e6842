//! The report of a run: which sections it has, in which order, and the files it becomes.
//!
//! One file a section. Sections put what the summary and the findings say into words and tables;
//! they compute no figure. How a document is written down belongs to [`crate::render`].

mod ceilings;
mod findings;
mod growth;
mod head;
mod kernel;
mod ladder;
mod legend;
mod not_measured;
mod overview;
mod pipeline;
mod profile;
mod words;

pub(crate) use words::case_text;

use crate::analyse::analyse_summarised;
use crate::document::Document;
use crate::summary::{KernelSummary, Summary, summarise};
use crate::{Finding, KernelInfo, Run, chart, render};

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its path, relative to the report's folder, with `/` between folders.
    pub path: String,
    /// Its whole text.
    pub contents: String,
}

/// A run with everything that is derived from it: what a renderer needs.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its tables.
    pub summary: Summary,
    /// Its findings, most severe first.
    pub findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    /// Derives everything from the run.
    pub fn new(run: &'a Run) -> Self {
        let summary = summarise(run);
        let findings = analyse_summarised(run, &summary);
        Self { run, summary, findings }
    }

    /// The report as a document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        head::section(self, &mut document);
        overview::section(self, &mut document);
        findings::section(self, &mut document);
        ceilings::section(self, &mut document);
        for (kernel, summary) in self.kernels() {
            kernel::section(self, kernel, summary, &mut document);
        }
        not_measured::section(self, &mut document);
        legend::section(self, &mut document);
        document
    }

    /// Only what a terminal should show at the end of a run: the summary and the findings.
    pub fn brief(&self) -> Document {
        let mut document = Document::default();
        overview::table(self, &mut document);
        findings::section(self, &mut document);
        document
    }

    /// The charts the document shows.
    pub fn charts(&self) -> Vec<Artifact> {
        let mut charts: Vec<Artifact> = chart::summary(&self.summary)
            .map(|contents| Artifact { path: overview::CHART.to_owned(), contents })
            .into_iter()
            .collect();
        for summary in &self.summary.kernels {
            let times = chart::times(summary);
            charts.extend(
                times.map(|contents| Artifact { path: kernel::chart_path(&summary.id), contents }),
            );
            let curves =
                summary.growth.as_ref().and_then(|growth| chart::growth(&summary.id, growth));
            charts.extend(
                curves.map(|contents| Artifact { path: growth::chart_path(&summary.id), contents }),
            );
            let stages = summary.stages.as_ref().and_then(chart::stages);
            charts.extend(
                stages
                    .map(|contents| Artifact { path: pipeline::chart_path(&summary.id), contents }),
            );
        }
        charts
    }

    fn kernels(&self) -> impl Iterator<Item = (&KernelInfo, &KernelSummary)> {
        self.run.kernels.iter().zip(&self.summary.kernels)
    }
}

/// Every file of the run's report: one a renderer, and the charts.
pub fn report(run: &Run) -> Vec<Artifact> {
    let report = Report::new(run);
    let mut artifacts: Vec<Artifact> = render::all()
        .iter()
        .map(|renderer| Artifact {
            path: renderer.file_name().to_owned(),
            contents: renderer.render(&report),
        })
        .collect();
    artifacts.extend(report.charts());
    artifacts
}
