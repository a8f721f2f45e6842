//! The folder of a crate's sources, in as many bytes as any other.

use std::hint::black_box;
use std::path::Path;

/// So long may a path be: as on Linux, `PATH_MAX`.
const LONGEST: usize = 4096;

/// A path that takes as much room in a program as any other: what [`manifest_dir!`](crate::manifest_dir)
/// is made of.
#[doc(hidden)]
#[derive(Debug)]
pub struct Folder {
    text: [u8; LONGEST],
    length: usize,
}

impl Folder {
    /// The folder of this path.
    ///
    /// # Panics
    /// Where it is longer than 4,096 bytes; in a constant that is an error of compilation.
    #[must_use]
    pub const fn new(path: &str) -> Self {
        let (path, mut text) = (path.as_bytes(), [0; LONGEST]);
        assert!(path.len() <= LONGEST, "a path of at most 4,096 bytes");
        let mut at = 0;
        while at < path.len() {
            text[at] = path[at];
            at += 1;
        }
        Self { text, length: path.len() }
    }

    /// The path. A compiler that knew it would write other instructions for each.
    pub fn as_path(&'static self) -> &'static Path {
        let own = black_box(self);
        Path::new(str::from_utf8(&own.text[..own.length]).unwrap_or(""))
    }
}

/// The folder of the `Cargo.toml` of the crate that calls it, as `env!("CARGO_MANIFEST_DIR")` has it, as a
/// `&'static Path`.
///
/// A path of another length moves a program's constants, and with them its code. So two checkouts
/// of one source, such as the two sides of a gate, would be two layouts and could differ in time. With this they
/// have the same code at the same place.
///
/// ```
/// let peers = amdahl::manifest_dir!().join("benches/peers");
/// assert!(peers.starts_with(env!("CARGO_MANIFEST_DIR")));
/// ```
#[macro_export]
macro_rules! manifest_dir {
    () => {{
        static FOLDER: $crate::Folder = $crate::Folder::new(env!("CARGO_MANIFEST_DIR"));
        FOLDER.as_path()
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_folder_whatever_its_length() {
        static EMPTY: Folder = Folder::new("");
        static OTHER: Folder = Folder::new("/a/füge");
        assert_eq!(EMPTY.as_path(), Path::new(""));
        assert_eq!(OTHER.as_path(), Path::new("/a/füge"));
        assert_eq!(crate::manifest_dir!(), Path::new(env!("CARGO_MANIFEST_DIR")));
    }

    #[test]
    #[should_panic(expected = "at most 4,096 bytes")]
    fn a_path_that_no_system_has_is_refused() {
        let _ = Folder::new(&"x".repeat(LONGEST + 1));
    }
}
