//! Which frames of a stack belong to the timed work, and how they are named.

use crate::pool::THREAD_NAME;

/// Part of the symbol name of the frame below which the timed work begins.
const MARKER: &str = "timed_region";
/// Part of the names of the batch loop's own closures, which stand between the marker and the work.
const LOOP: &str = "amdahl::declare::timed";
/// The name shown for time in code without unwind data, such as hand-written assembly.
pub(super) const NO_UNWIND_DATA: &str = "[no unwind data]";
/// The name shown for time between the calls of the work: the batch loop itself.
const BATCH_LOOP: &str = "[batch loop]";

/// Whether this is the frame below which the timed work begins.
pub(super) fn is_marker(name: &str) -> bool {
    name.contains(MARKER)
}

/// Whether this is a closure of the batch loop.
pub(super) fn is_of_the_loop(name: &str) -> bool {
    name.contains(LOOP)
}

/// Whether a thread runs cases: the one that has the marker on its stack, or one that helps it.
pub(super) fn is_case_thread(name: &str) -> bool {
    name.starts_with(THREAD_NAME)
}

/// The part of a stack, innermost frame first, that is timed work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// So many of the innermost frames.
    Frames(usize),
    /// No frame, but time all the same, under this name.
    Named(&'static str),
}

/// What of a stack is timed work. `None` where the sample is not of the timed work: it has no marker
/// although it stems from the thread that runs the batch loop.
pub(super) fn work_of(names: &[String]) -> Option<Work> {
    let marker = names.iter().position(|name| is_marker(name));
    let work = match marker {
        Some(marker) => without_outermost(&names[..marker], is_of_the_loop),
        None if names.iter().any(|name| name.contains("amdahl::worker")) => return None,
        None => without_outermost(names, starts_a_thread),
    };
    Some(match (work, marker) {
        (0, Some(_)) => Work::Named(BATCH_LOOP),
        (0, None) => Work::Named(NO_UNWIND_DATA),
        (frames, _) => Work::Frames(frames),
    })
}

/// How many names are left when the outermost ones of a kind are dropped.
fn without_outermost(names: &[String], drop: impl Fn(&str) -> bool) -> usize {
    names.iter().rposition(|name| !drop(name)).map_or(0, |last| last + 1)
}

/// Whether a frame only starts a pool thread, and says nothing of the work.
fn starts_a_thread(name: &str) -> bool {
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
    name == "Unknown" || STARTS.iter().any(|start| name.contains(start))
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

    fn work_of_stack(names: &[&str]) -> Option<Work> {
        work_of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_stack_is_cut_where_the_timed_work_begins() {
        let stack =
            ["kernel::inner", "kernel::outer", "amdahl::declare::timed::timed_region", "main"];
        assert_eq!(work_of_stack(&stack), Some(Work::Frames(2)));
    }

    #[test]
    fn a_sample_of_the_batch_loop_outside_the_timed_work_is_not_counted() {
        assert_eq!(work_of_stack(&["free", "amdahl::worker::session::serve", "main"]), None);
    }

    #[test]
    fn a_sample_without_frames_is_named_and_not_lost() {
        assert_eq!(work_of_stack(&[]), Some(Work::Named(NO_UNWIND_DATA)));
    }

    #[test]
    fn a_helping_threads_start_is_left_out() {
        let stack = ["kernel::work", "rayon_core::registry::main_loop", "start_thread", "clone3"];
        assert_eq!(work_of_stack(&stack), Some(Work::Frames(1)));
    }

    #[test]
    fn the_batch_loops_own_closure_is_no_part_of_the_work() {
        let closure = "<amdahl::declare::timed::Returning<F> as Work<O>>::once::{{closure}}";
        let marker = "amdahl::declare::timed::timed_region";
        assert_eq!(work_of_stack(&["kernel::inner", closure, marker]), Some(Work::Frames(1)));
        assert_eq!(work_of_stack(&[closure, marker]), Some(Work::Named(BATCH_LOOP)));
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
