//! Where the flights pipeline spends its time and its memory, stage by stage, without a suite.
//!
//! `cargo run --release -p amdahl-kernels --example profile_pipeline -- columns` loads, cleans,
//! transforms and draws 336,776 flights in one of the ways `rows`, `columns` and `rayon`, and prints
//! the blocks as Markdown; with `json` behind it, as JSON.

#![allow(clippy::disallowed_macros, reason = "an example prints")]

use std::process::ExitCode;

use amdahl::{BlockProfile, profile_block};
use amdahl_kernels::pipeline::flights::clean::{self, Cleaned};
use amdahl_kernels::pipeline::flights::input::{self, Texts};
use amdahl_kernels::pipeline::flights::load::{self, Loaded};
use amdahl_kernels::pipeline::flights::transform::{self, Ranked};
use amdahl_kernels::pipeline::flights::visualize::{self, Drawn};

#[global_allocator]
static ALLOCATOR: amdahl::Allocator = amdahl::Allocator::new();

/// Flights in the file.
const FLIGHTS: usize = 336_776;

/// A way through the four stages.
struct Way {
    name: &'static str,
    load: fn(&Texts) -> Loaded,
    clean: fn(&Loaded) -> Cleaned,
    transform: fn(&Cleaned) -> Ranked,
    visualize: fn(&Ranked) -> Drawn,
}

const WAYS: [Way; 3] = [
    Way {
        name: "rows",
        load: load::rows,
        clean: clean::rows,
        transform: transform::rows,
        visualize: visualize::rows,
    },
    Way {
        name: "columns",
        load: load::columns,
        clean: clean::columns,
        transform: transform::columns,
        visualize: visualize::columns,
    },
    Way {
        name: "rayon",
        load: load::with_rayon,
        clean: clean::with_rayon,
        transform: transform::with_rayon,
        visualize: visualize::with_rayon,
    },
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let named = words.first().map_or("columns", String::as_str);
    let Some(way) = WAYS.iter().find(|way| way.name == named) else {
        eprintln!("`{named}` is no way: give `rows`, `columns` or `rayon`");
        return ExitCode::FAILURE;
    };
    let profile = input::first_rows(FLIGHTS).map(|texts| profile(way, &texts));
    match profile {
        Ok(profile) if words.iter().any(|word| word == "json") => print!("{}", profile.to_json()),
        Ok(profile) => print!("{}", profile.to_markdown()),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn profile(way: &Way, texts: &Texts) -> BlockProfile {
    let (chart, profile) = profile_block("pipeline", || {
        let (loaded, _) = profile_block("load", || (way.load)(texts));
        let (cleaned, _) = profile_block("clean", || (way.clean)(&loaded));
        let (ranked, _) = profile_block("transform", || (way.transform)(&cleaned));
        let (chart, _) = profile_block("visualize", || (way.visualize)(&ranked));
        chart
    });
    if let Err(error) = chart {
        eprintln!("{error}");
    }
    profile
}
