//! Every variant held to results that other programs gave for the same inputs: `NumPy`, `SciPy`,
//! pandas and scikit-learn (`tests/reference/README.md`).

use std::path::Path;

use amdahl::OracleFile;

#[test]
fn every_variant_gives_the_results_of_other_programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference");
    let kernels = amdahl_kernels::kernels();
    let mut failures = Vec::new();
    let mut compared = 0;
    for (path, file) in OracleFile::read_folder(&folder).expect("the folder of oracle files") {
        let file = file.unwrap_or_else(|error| panic!("{error}"));
        let kernel = kernels.iter().find(|kernel| kernel.id() == file.kernel());
        let kernel = kernel.unwrap_or_else(|| panic!("{}: no such kernel", path.display()));
        for result in kernel.check_against(&file) {
            compared += 1;
            if result.difference.is_some() {
                failures.push(format!("{result:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(compared > 0, "there is no oracle file");
}
