//! The suite as a whole: nothing forgotten, everything agrees.

use std::collections::{BTreeMap, BTreeSet};
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

/// The field of each kernel that has a file or a folder under `src`.
fn fields() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut fields = BTreeMap::new();
    for (field, is_folder) in names_in(&src) {
        if is_folder && !NO_FIELDS.contains(&field.as_str()) {
            let kernels = names_in(&src.join(&field)).into_iter().map(|(name, _)| name);
            let kernels = kernels.filter(|name| name != "mod");
            fields.extend(kernels.map(|kernel| (kernel, field.clone())));
        }
    }
    fields
}

/// The variants that a reader of this field's tables looks for.
fn wanted(field: &str) -> &'static [&'static str] {
    match field {
        "array" | "linalg" | "stats" | "cluster" => {
            &["naive", "ndarray", "nalgebra", "faer", "preallocated", "rayon"]
        }
        "table" | "stream" => &["rows", "apply", "columns", "preallocated", "rayon", "polars"],
        "chart" => &["plotters", "charming", "plain"],
        other => panic!("`{other}` is a new field: say here which variants its kernels have"),
    }
}

#[test]
fn every_kernel_file_is_in_the_suite() {
    let files: BTreeSet<String> = fields().into_keys().collect();
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

#[test]
fn every_kernel_has_the_variants_of_its_field_or_says_why_not() {
    let fields = fields();
    for kernel in suite().kernels().expect("all declarations are sound") {
        // A pipeline's variants are its stages', which nobody can explain away one by one.
        if !kernel.stages.is_empty() {
            continue;
        }
        for &name in wanted(&fields[&kernel.id]) {
            let present = kernel.variants.iter().any(|variant| variant.name == name);
            let explained = kernel.absent.iter().any(|absent| absent.variant == name);
            assert!(present != explained, "{}: `{name}` must be there or explained", kernel.id);
        }
    }
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
