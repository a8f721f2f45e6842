//! A user's files as a kernel's only measured size.

use amdahl_reports::{KernelInfo, SizeInfo};
use anyhow::{Context, bail};

use super::common::Selection;
use crate::declare::Suite;
use crate::input::InputFile;

/// The declaration of the one kernel that is selected, with the files in place of its measured
/// sizes.
///
/// # Errors
/// Where not exactly one kernel is named, or the files give no input of it.
pub(super) fn kernel_on(
    suite: &Suite,
    selection: &Selection,
    files: &[InputFile],
) -> anyhow::Result<KernelInfo> {
    let mut ids: Vec<&str> =
        selection.filter.iter().filter_map(|text| text.split('/').next()).collect();
    ids.dedup();
    let [id] = ids.as_slice() else {
        bail!(
            "--input is the input of one kernel: name it, as in `measure covariance --input x.npy`"
        );
    };
    let kernel = suite.get(id).with_context(|| {
        let known: Vec<String> = suite.ids().map(str::to_owned).collect();
        format!("there is no kernel `{id}`; the kernels are {}", known.join(", "))
    })?;
    let erased = kernel.erased()?;
    erased.accepts(files)?;
    let mut info = erased.info().clone();
    let tolerance = info.loosest_tolerance();
    info.sizes.retain(|size| !size.measured);
    info.sizes.push(SizeInfo {
        label: label(files),
        measured: true,
        flops: None,
        bytes: None,
        working_set: None,
        tolerance,
        extent: None,
    });
    info.swept.clear();
    Ok(info)
}

/// The first file's name, as far as a size may carry it.
fn label(files: &[InputFile]) -> String {
    let name = files.first().and_then(|file| file.path.file_name()).unwrap_or_default();
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.to_string_lossy().chars().map(|c| if legal(c) { c } else { '_' }).collect()
}
