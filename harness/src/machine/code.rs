//! The pages in which a process's own code lies.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use rustix::mm::{Advice, madvise};

/// So much is copied at a time: what a second-level cache holds.
const PIECE_BYTES: usize = 256 << 10;

/// Gives this process pages of its own for the code and constants of its program that `work` touches. The
/// work is done in any case.
///
/// Until then they lie in the pages that the system once read the file into, wherever chance put them that
/// one time: two files of one content differ by it, in every process that runs them. Written over itself the
/// content moves to pages that are this process's alone, drawn anew (a private mapping is copied when it is
/// written to: `mmap(2)`, `proc_pid_mem(5)`, `proc_pid_pagemap(5)`).
///
/// # Errors
/// Where the system does not let a process write there, or has no such files.
pub(crate) fn move_code_of(work: impl FnOnce()) -> io::Result<()> {
    // What the process touched before need not move: it is dropped, and read in again where it is missed.
    let code = OwnCode::open().and_then(|code| code.drop_pages().map(|()| code));
    work();
    code?.rewrite_touched()
}

/// The mappings of the program's file that nobody writes to.
struct OwnCode {
    mappings: Vec<Range<usize>>,
    /// `/proc/self/pagemap`
    pages: File,
    /// `/proc/self/mem`
    memory: File,
    page_bytes: usize,
}

/// Where a page of a mapping is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// In the file, and not touched.
    Absent,
    /// In the pages of the file.
    OfFile,
    /// In a page of this process's own.
    Own,
}

impl OwnCode {
    fn open() -> io::Result<Self> {
        let program = fs::read_link("/proc/self/exe")?;
        let maps = fs::read_to_string("/proc/self/maps")?;
        Ok(Self {
            mappings: constant(&maps, &program.to_string_lossy()),
            pages: File::open("/proc/self/pagemap")?,
            memory: OpenOptions::new().read(true).write(true).open("/proc/self/mem")?,
            page_bytes: rustix::param::page_size(),
        })
    }

    /// Where the pages of a mapping are, in order.
    fn pages(&self, mapping: &Range<usize>) -> io::Result<Vec<Page>> {
        /// Each page has an entry.
        const ENTRY_BYTES: usize = 8;
        const IS_PRESENT: u64 = 1 << 63;
        const IS_OF_FILE: u64 = 1 << 61;
        let count = mapping.len() / self.page_bytes;
        let mut entries = vec![0; count * ENTRY_BYTES];
        let first = mapping.start / self.page_bytes * ENTRY_BYTES;
        self.pages.read_exact_at(&mut entries, first as u64)?;
        let (entries, _) = entries.as_chunks();
        let page = |entry: &[u8; ENTRY_BYTES]| match u64::from_ne_bytes(*entry) {
            entry if entry & IS_PRESENT == 0 => Page::Absent,
            entry if entry & IS_OF_FILE == 0 => Page::Own,
            _ => Page::OfFile,
        };
        Ok(entries.iter().map(page).collect())
    }

    /// Drops what was touched so far from this process, where all of it can be had from the file again.
    #[allow(unsafe_code, reason = "it is a function of the system's that takes addresses")]
    fn drop_pages(&self) -> io::Result<()> {
        for mapping in &self.mappings {
            if self.pages(mapping)?.contains(&Page::Own) {
                continue;
            }
            let start = std::ptr::with_exposed_provenance_mut(mapping.start);
            // SAFETY: the mapping is of a file, nobody may write to it, and no page of it differs from the
            // file's: whatever is read there next is what lay there before (madvise(2)).
            unsafe { madvise(start, mapping.len(), Advice::LinuxDontNeed)? };
        }
        Ok(())
    }

    /// Writes what was touched, and still lies in the file's pages, over itself.
    fn rewrite_touched(&self) -> io::Result<()> {
        let mut piece = vec![0; PIECE_BYTES];
        for mapping in &self.mappings {
            let pages = self.pages(mapping)?;
            let mut at = mapping.start;
            for run in pages.chunk_by(|one, next| one == next) {
                let end = at + run.len() * self.page_bytes;
                if run[0] == Page::OfFile {
                    self.rewrite(at..end, &mut piece)?;
                }
                at = end;
            }
        }
        Ok(())
    }

    fn rewrite(&self, range: Range<usize>, piece: &mut [u8]) -> io::Result<()> {
        for at in range.clone().step_by(PIECE_BYTES) {
            let piece = &mut piece[..(range.end - at).min(PIECE_BYTES)];
            self.memory.read_exact_at(piece, at as u64)?;
            self.memory.write_all_at(piece, at as u64)?;
        }
        Ok(())
    }
}

/// The mappings of a file that may be read and not written to, of lines
/// `from-to rwxp offset device inode path`.
fn constant(maps: &str, file: &str) -> Vec<Range<usize>> {
    let range = |line: &str| {
        let mut words = line.splitn(6, ' ');
        let (addresses, rights, path) = (words.next()?, words.next()?, words.nth(3)?);
        let (from, to) = addresses.split_once('-')?;
        let address = |word| usize::from_str_radix(word, 16).ok();
        let is_constant = rights.starts_with("r-") && path.trim_start() == file;
        is_constant.then_some(address(from)?..address(to)?)
    };
    maps.lines().filter_map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_pages() -> usize {
        let code = OwnCode::open().expect("a system that tells of pages");
        let own = |mapping| {
            let pages = code.pages(mapping).expect("its pages");
            pages.iter().filter(|page| **page == Page::Own).count()
        };
        code.mappings.iter().map(own).sum()
    }

    #[test]
    fn code_moves_to_pages_of_its_own_and_still_runs() {
        let before = own_pages();
        let mut sum = 0;
        move_code_of(|| sum = (1..=10).product()).expect("a system that lets it");
        assert_eq!(sum, 3_628_800);
        let after = own_pages();
        assert!(after > before, "{before} before, {after} after");
    }

    #[test]
    fn mappings_of_the_program_that_nobody_writes_to_are_found() {
        let maps = "\
            1000-3000 r--p 00000000 fe:00 7    /a b/program\n\
            3000-5000 r-xp 00002000 fe:00 7    /a b/program\n\
            5000-6000 rw-p 00004000 fe:00 7    /a b/program\n\
            6000-7000 r-xp 00000000 fe:00 9    /lib/libc.so.6\n\
            7000-8000 rw-p 00000000 00:00 0\n";
        assert_eq!(constant(maps, "/a b/program"), [0x1000..0x3000, 0x3000..0x5000]);
    }
}
