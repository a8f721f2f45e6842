//! Huge pages: how large they are, and whether this process's allocator has those it was told to use.

use std::fs;

/// The allocator's settings, by which a gate asks for huge pages.
pub(crate) const ALLOCATOR_VARIABLE: &str = "GLIBC_TUNABLES";

/// Where the system tells what it does with huge pages.
const SYSTEM: &str = "/sys/kernel/mm/transparent_hugepage";

/// How large a huge page is; `None` where the system gives none.
pub(crate) fn huge_page_bytes() -> Option<usize> {
    let read = |name: &str| fs::read_to_string(format!("{SYSTEM}/{name}")).ok();
    let may = read("enabled").is_some_and(|may| !may.contains("[never]"));
    read("hpage_pmd_size")?
        .trim()
        .parse()
        .ok()
        .filter(|bytes: &usize| may && bytes.is_power_of_two())
}

/// Whether glibc's allocator was told to use huge pages, could, and does not.
///
/// glibc 2.36 reads the system's setting into a buffer, writes no NUL behind it, and compares it as a string:
/// what else lies on the stack decides, among it the program's path, and the process has huge pages or not
/// by chance (`__malloc_thp_mode`).
pub(crate) fn lacks_huge_pages(settings: &str) -> bool {
    let may = || fs::read_to_string(format!("{SYSTEM}/enabled"));
    let heap = || fs::read_to_string("/proc/self/smaps");
    settings.contains("malloc.hugetlb=1")
        && may().is_ok_and(|may| may.contains("[madvise]"))
        && heap().is_ok_and(|mappings| has_small_heap(&mappings))
}

/// Whether there is a heap whose flags lack the one of huge pages (`proc_pid_smaps(5)`).
fn has_small_heap(mappings: &str) -> bool {
    let mut lines = mappings.lines().skip_while(|line| !line.ends_with("[heap]"));
    let flags = lines.find_map(|line| line.strip_prefix("VmFlags:"));
    flags.is_some_and(|flags| flags.split_whitespace().all(|flag| flag != "hg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_the_heap_count() {
        let heap = |flags: &str| {
            format!(
                "1000-2000 r-xp 0 fe:00 7 /program\nSize: 4 kB\nVmFlags: rd ex mr\n\
                 3000-9000 rw-p 0 00:00 0 [heap]\nSize: 24 kB\nVmFlags: rd wr {flags}\n\
                 a000-b000 rw-p 0 00:00 0\nSize: 4 kB\nVmFlags: rd wr hg\n"
            )
        };
        assert!(has_small_heap(&heap("mr mw")));
        assert!(!has_small_heap(&heap("mr hg")));
        assert!(!has_small_heap("1000-2000 r-xp 0 fe:00 7 /program\nVmFlags: rd ex mr\n"));
    }

    #[test]
    fn a_process_that_asked_for_none_lacks_none() {
        assert!(!lacks_huge_pages(""));
        assert!(!lacks_huge_pages("glibc.malloc.top_pad=1"));
    }
}
