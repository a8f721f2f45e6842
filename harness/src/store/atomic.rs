//! Files and folders that are either the old ones or the new ones, never halves.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Replaces a file's contents in one step.
pub(crate) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(contents)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Puts the folder `new` in the place of `old`, which may or may not be there, and removes what was
/// there.
pub(super) fn replace_folder(new: &Path, old: &Path) -> io::Result<()> {
    if !old.exists() {
        return fs::rename(new, old);
    }
    exchange(new, old)?;
    fs::remove_dir_all(new)
}

#[cfg(target_os = "linux")]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE)?)
}

/// Without an exchanging rename there is a moment at which `old` is away; what it held is kept in
/// `new`'s place until both renames are done.
#[cfg(not(target_os = "linux"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    let aside = old.with_extension("old");
    fs::rename(old, &aside)?;
    fs::rename(new, old)?;
    fs::rename(&aside, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_replaced_whole() {
        let scratch = tempfile::tempdir().unwrap();
        let (new, old) = (scratch.path().join("new"), scratch.path().join("old"));
        for (folder, text) in [(&new, "fresh"), (&old, "stale")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(text), text).unwrap();
        }
        replace_folder(&new, &old).unwrap();
        assert!(old.join("fresh").exists());
        assert!(!old.join("stale").exists());
        assert!(!new.exists());
    }
}
