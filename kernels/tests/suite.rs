//! The suite as a whole: nothing forgotten, everything agrees.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use amdahl_kernels::{kernels, suite};

/// Folders of `src` that hold no kernels.
const NO_FIELDS: [&str; 1] = ["support"];

fn names_in(folder: &Path) -> Vec<(String, bool)> {
    let entries = fs::read_dir(folder).expect("the folder of sources is there");
    entries
        .map(|entry| {
            let path = entry.expect("a readable entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, path.is_dir())
        })
        .collect()
}

#[test]
fn every_kernel_file_is_in_the_suite() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeSet::new();
    for (field, is_folder) in names_in(&src) {
        if is_folder && !NO_FIELDS.contains(&field.as_str()) {
            let kernels = names_in(&src.join(&field)).into_iter().map(|(name, _)| name);
            files.extend(kernels.filter(|name| name != "mod"));
        }
    }
    let declared: BTreeSet<String> =
        kernels().iter().map(|kernel| kernel.id().to_owned()).collect();
    assert_eq!(files, declared, "files under src/ on the left, kernels in the suite on the right");
}

#[test]
fn every_declaration_is_sound_and_names_its_exercise() {
    for kernel in suite().kernels().expect("all declarations are sound") {
        assert!(kernel.exercise.is_some(), "{} names no exercise", kernel.id);
    }
}

/// Fields whose kernels work on tables and not on numbers.
const TABULAR_FIELDS: [&str; 3] = ["table", "stream", "chart"];

/// The kernels in the folder of a tabular field.
fn tabular_kernels() -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = TABULAR_FIELDS.iter().map(|field| src.join(field)).filter(|path| path.exists());
    folders.flat_map(|folder| names_in(&folder)).map(|(name, _)| name).collect()
}

fn assert_variants_are_there_or_explained(is_tabular: bool, wanted: &[&str]) {
    let tabular = tabular_kernels();
    let mut held = 0;
    for kernel in suite().kernels().expect("all declarations are sound") {
        if tabular.contains(&kernel.id) != is_tabular || !kernel.stages.is_empty() {
            continue;
        }
        held += 1;
        for name in wanted {
            let present = kernel.variants.iter().any(|variant| variant.name == *name);
            let explained = kernel.absent.iter().any(|absent| absent.variant == *name);
            assert!(present != explained, "{}: `{name}` must be there or explained", kernel.id);
        }
    }
    assert!(held > 0, "no kernel was looked at");
}

#[test]
fn every_numeric_kernel_has_every_library_or_says_why_not() {
    let wanted = ["naive", "ndarray", "nalgebra", "faer", "preallocated", "rayon"];
    assert_variants_are_there_or_explained(false, &wanted);
}

#[test]
fn every_tabular_kernel_has_rows_closures_and_columns_or_says_why_not() {
    let wanted = ["rows", "apply", "columns", "preallocated", "rayon"];
    assert_variants_are_there_or_explained(true, &wanted);
}

#[test]
fn every_variant_agrees_with_its_reference_at_smoke_sizes() {
    for kernel in kernels() {
        for seed in [1, 20_261_122] {
            if let Err(failure) = kernel.check(seed) {
                panic!("seed {seed}:\n{failure}");
            }
        }
    }
}
