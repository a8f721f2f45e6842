//! Every variant held to results that `numpy` and `scipy` gave for the same inputs.
//!
//! Nothing here knows a kernel: a file names the kernel it is for, and values cross by name.

mod compare;
mod json;

use std::fs;
use std::path::{Path, PathBuf};

use amdahl::{CheckFailure, Exchanged, Kernel, Suite};
use json::{Case, Width};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference");
    let entries = fs::read_dir(folder).expect("the folder of oracle files is there");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files
}

/// Runs a variant on a case's input, in single precision where it takes no double.
fn evaluate(
    kernel: &Kernel,
    variant: &str,
    case: &Case,
    threads: usize,
) -> Result<Exchanged, CheckFailure> {
    let input = |width| case.input(width).expect("a readable input");
    kernel
        .evaluate(variant, input(Width::Double), threads)
        .or_else(|_| kernel.evaluate(variant, input(Width::Single), threads))
}

#[test]
fn every_variant_gives_the_results_of_numpy_and_scipy() {
    let kernels = amdahl_kernels::kernels();
    let mut failures = Vec::new();
    let mut compared = 0;
    for path in files() {
        let text = fs::read_to_string(&path).expect("a readable file");
        let (id, cases) = json::parse(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let kernel = kernels.iter().find(|kernel| kernel.id() == id);
        let kernel = kernel.unwrap_or_else(|| panic!("{}: no kernel `{id}`", path.display()));
        let info = &Suite::new([kernel.clone()]).kernels().expect("a sound declaration")[0];
        for variant in &info.variants {
            for threads in [1, 2] {
                for case in &cases {
                    let got = evaluate(kernel, &variant.name, case, threads)
                        .unwrap_or_else(|failure| panic!("{id}, {}: {failure}", case.name));
                    if let Err(difference) = case.compare(&got) {
                        let place = format!("{id}/{}/{threads}, {}", variant.name, case.name);
                        failures.push(format!("{place}: {difference}"));
                    }
                    compared += 1;
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(compared > 0, "there is no oracle file");
}
