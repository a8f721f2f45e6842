//! Surveys of machines' ceilings: one for each machine and kind of build, kept until measured anew.

use std::path::PathBuf;

use amdahl_reports::{Artifact, Build, Machine, Run, wire};

use super::atomic;
use super::folder::{RECORDS, Store, StoreError, at};

impl Store {
    /// The survey of this machine by such a build, and its folder; none where there is none yet, or
    /// where a survey of the same name is of another machine after all.
    ///
    /// # Errors
    /// Where there is one that cannot be read.
    pub(crate) fn survey(
        &self,
        machine: &Machine,
        build: &Build,
    ) -> Result<Option<(PathBuf, Run)>, StoreError> {
        let folder = self.survey_folder(machine, build);
        if !folder.join(RECORDS).is_file() {
            return Ok(None);
        }
        let run = Self::read(&folder)?;
        let is_of_this = run.info.machine.is_comparable_with(machine);
        Ok(is_of_this.then_some((folder, run)))
    }

    /// Keeps a survey with the files that show it, in place of an earlier one; gives its folder.
    pub(crate) fn keep_survey(&self, run: &Run, files: &[Artifact]) -> Result<PathBuf, StoreError> {
        let folder = self.survey_folder(&run.info.machine, &run.info.build);
        let fresh = folder.with_extension("new");
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh).map_err(|source| at(&fresh, source))?;
        }
        let records = Artifact { path: RECORDS.to_owned(), contents: wire::encode(run) };
        for file in files.iter().chain([&records]) {
            let path = fresh.join(&file.path);
            atomic::write(&path, file.contents.as_bytes()).map_err(|source| at(&path, source))?;
        }
        atomic::replace_folder(&fresh, &folder).map_err(|source| at(&folder, source))?;
        Ok(folder)
    }

    fn survey_folder(&self, machine: &Machine, build: &Build) -> PathBuf {
        self.ceilings().join(fingerprint(machine, build))
    }
}

/// A name for the machine and for what decides which code a build has: what makes runs comparable,
/// but for the memory's size, which a guest reports differently from start to start.
fn fingerprint(machine: &Machine, build: &Build) -> String {
    let caches: Vec<String> = machine
        .caches
        .iter()
        .map(|cache| format!("{}:{}:{}", cache.level, cache.bytes, cache.shared_by))
        .collect();
    let facts = [
        machine.cpu.as_str(),
        &machine.cores.to_string(),
        &caches.join(","),
        &build.target,
        &build.profile,
        &build.rustflags,
    ];
    format!("{:08x}", crc32fast::hash(facts.join("\n").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{build, machine};

    #[test]
    fn the_name_follows_the_machine_and_the_build_and_not_the_memory() {
        let (machine, build) = (machine(), build());
        let name = fingerprint(&machine, &build);
        let more = Machine { memory_bytes: machine.memory_bytes + 4_096, ..machine.clone() };
        assert_eq!(fingerprint(&more, &build), name);
        let other = Machine { cpu: "another".to_owned(), ..machine.clone() };
        assert_ne!(fingerprint(&other, &build), name);
        let native = Build { rustflags: "-C target-cpu=native".to_owned(), ..build };
        assert_ne!(fingerprint(&machine, &native), name);
    }
}
