//! Which frames of a stack belong to the timed work, and how they are named.

use crate::pool::THREAD_NAME;

/// Part of the symbol name of the frame below which the timed work begins.
const MARKER: &str = "timed_region";
/// Part of the names of the batch loop's own closures, which stand between the marker and the work.
const LOOP: &str = "amdahl::declare::timed";
/// The name shown for time in code without unwind data, such as hand-written assembly.
pub(super) const NO_UNWIND_DATA: &str = "[no unwind data]";

/// Whether a thread runs cases: the one that has the marker on its stack, or one that helps it.
pub(super) fn is_case_thread(name: &str) -> bool {
    name.starts_with(THREAD_NAME)
}

/// Cuts a stack, innermost frame first, at the marker. `None` where a sample is not of the timed
/// work: it has no marker although it stems from the thread that runs the batch loop.
pub(super) fn cut(mut names: Vec<String>) -> Option<Vec<String>> {
    if let Some(marker) = names.iter().position(|name| name.contains(MARKER)) {
        names.truncate(marker);
        while names.last().is_some_and(|name| name.contains(LOOP)) {
            names.pop();
        }
    } else if names.iter().any(|name| name.contains("amdahl::worker")) {
        return None;
    } else {
        drop_thread_start(&mut names);
    }
    if names.is_empty() {
        names.push(NO_UNWIND_DATA.to_owned());
    }
    Some(names)
}

/// Drops the outermost frames that only start a pool thread and say nothing of the work.
fn drop_thread_start(names: &mut Vec<String>) {
    const STARTS: [&str; 9] = [
        "rayon_core::registry",
        "rayon_core::spawn",
        "std::sys",
        "std::thread",
        "std::panic",
        "core::ops::function",
        "__rust",
        "start_thread",
        "clone",
    ];
    let is_start = |name: &String| {
        let name = name.trim_start_matches(['<', '_']);
        STARTS.iter().any(|start| name.contains(start.trim_start_matches('_'))) || name == "Unknown"
    };
    while names.last().is_some_and(is_start) {
        names.pop();
    }
}

/// A demangled name without the hash that ends it.
pub(super) fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((rest, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            rest
        }
        _ => name,
    }
}

/// A source file without the folders of this machine: from its crate's folder on where it lies in a
/// `src`, its name alone elsewhere.
pub(super) fn within_crate(file: &str) -> &str {
    let name_only = file.rsplit('/').next().unwrap_or(file);
    let Some(source) = file.rfind("/src/") else { return name_only };
    let folder = file[..source].rfind('/').map_or(0, |slash| slash + 1);
    &file[folder..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_of(names: &[&str]) -> Option<Vec<String>> {
        cut(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_stack_is_cut_where_the_timed_work_begins() {
        let stack =
            ["kernel::inner", "kernel::outer", "amdahl::declare::timed::timed_region", "main"];
        assert_eq!(cut_of(&stack).unwrap(), ["kernel::inner", "kernel::outer"]);
    }

    #[test]
    fn a_sample_of_the_batch_loop_outside_the_timed_work_is_not_counted() {
        assert_eq!(cut_of(&["free", "amdahl::worker::session::serve", "main"]), None);
    }

    #[test]
    fn a_sample_without_frames_is_named_and_not_lost() {
        assert_eq!(cut_of(&[]).unwrap(), [NO_UNWIND_DATA]);
    }

    #[test]
    fn a_helping_threads_start_is_left_out() {
        let stack = ["kernel::work", "rayon_core::registry::main_loop", "start_thread", "clone3"];
        assert_eq!(cut_of(&stack).unwrap(), ["kernel::work"]);
    }

    #[test]
    fn the_batch_loops_own_closure_is_no_part_of_the_work() {
        let closure = "<amdahl::declare::timed::Returning<F> as Work<O>>::once::{{closure}}";
        let stack = ["kernel::inner", closure, "amdahl::declare::timed::timed_region"];
        assert_eq!(cut_of(&stack).unwrap(), ["kernel::inner"]);
    }

    #[test]
    fn a_file_is_named_within_its_crate() {
        let registry = "/home/me/.cargo/registry/src/index/faer-0.24.4/src/linalg/matmul.rs";
        assert_eq!(within_crate(registry), "faer-0.24.4/src/linalg/matmul.rs");
        assert_eq!(within_crate("kernels/src/array/softmax.rs"), "kernels/src/array/softmax.rs");
        assert_eq!(within_crate("./string/../sysdeps/x86_64/memset.S"), "memset.S");
    }

    #[test]
    fn a_hash_is_cut_off_and_a_name_that_only_looks_like_one_is_not() {
        assert_eq!(without_hash("a::b::h0123456789abcdef"), "a::b");
        assert_eq!(without_hash("a::b::hello"), "a::b::hello");
    }
}
