//! The base's program: its revision in a work tree of its own, built by whoever is given to build.
//!
//! The work tree is kept under the target folder, with a target folder of its own, so that the next
//! gate builds only what changed. Git is run as a program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use amdahl_reports::gate::{Side, Which};

use super::faults::GateError;
use super::sides::compiler_of;

/// Builds the bench target of the workspace in `folder`, with its own toolchain where that is asked
/// for, and gives the program.
pub(crate) type Builder<'b> = dyn FnMut(&BuildPlan) -> Result<PathBuf, String> + 'b;

/// What is to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BuildPlan {
    /// The workspace's folder.
    pub(crate) folder: PathBuf,
    /// The target folder.
    pub(crate) target: PathBuf,
    /// Whether the workspace names another toolchain than the head does.
    pub(crate) own_toolchain: bool,
}

/// A program of a side, with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Built {
    /// The program.
    pub(crate) program: PathBuf,
    /// What is known of it.
    pub(crate) side: Side,
    /// What must be said of it.
    pub(crate) notes: Vec<String>,
    /// How it was built, where it was built here.
    pub(crate) plan: Option<BuildPlan>,
}

impl Built {
    /// A program that a user named; nothing is known of it but its compiler.
    pub(crate) fn given(program: PathBuf) -> Self {
        let rustc = compiler_of(&program);
        let side = Side { name: program.display().to_string(), rustc, ..Side::default() };
        Self { program, side, notes: Vec::new(), plan: None }
    }
}

/// A git repository, seen from a folder in it.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// The workspace's folder.
    folder: PathBuf,
    /// Where the workspace lies within the repository; empty where it is all of it.
    prefix: PathBuf,
}

/// Files that name a toolchain.
const TOOLCHAIN_FILES: [&str; 2] = ["rust-toolchain.toml", "rust-toolchain"];

impl Repository {
    /// The repository that a folder is in.
    ///
    /// # Errors
    /// Where it is in none.
    pub(crate) fn around(folder: &Path) -> Result<Self, GateError> {
        let prefix = PathBuf::from(git(folder, &["rev-parse", "--show-prefix"])?);
        Ok(Self { folder: folder.to_owned(), prefix })
    }

    /// The commit of a revision.
    ///
    /// # Errors
    /// Where there is none, with what to fetch.
    pub(crate) fn resolve(&self, revision: &str) -> Result<String, GateError> {
        let commit = format!("{revision}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        git(&self.folder, &arguments).map_err(|_| GateError::UnknownRevision {
            revision: revision.to_owned(),
            advice: self.advice(revision),
        })
    }

    /// When a commit was committed, in seconds since 1970.
    ///
    /// # Errors
    /// Where git does not say so.
    pub(crate) fn committed_s(&self, commit: &str) -> Result<i64, GateError> {
        let arguments = ["show", "--no-patch", "--format=%ct", "--end-of-options", commit];
        let text = git(&self.folder, &arguments)?;
        text.parse().map_err(|_| GateError::Git {
            arguments: arguments.join(" "),
            reason: format!("`{text}` is no time"),
        })
    }

    /// Whether the working tree has changes that are in no commit, but for one file: a history that is
    /// committed beside the code grows after the commit that it is about.
    ///
    /// # Errors
    /// Where git does not say so.
    pub(crate) fn has_changes_but_in(&self, file: &Path) -> Result<bool, GateError> {
        let left_out = format!(":(exclude){}", file.display());
        let arguments = ["status", "--porcelain", "--", ".", &left_out];
        // A pathspec outside of the repository is refused; such a file is no change in it.
        let changes = git(&self.folder, &arguments)
            .or_else(|_| git(&self.folder, &["status", "--porcelain"]))?;
        Ok(!changes.is_empty())
    }

    fn advice(&self, revision: &str) -> String {
        let shallow = git(&self.folder, &["rev-parse", "--is-shallow-repository"]);
        if shallow.is_ok_and(|answer| answer == "true") {
            let what = match revision.split_once('/') {
                Some((remote, branch)) => {
                    format!("{remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}")
                }
                None => format!("origin {revision}"),
            };
            return format!(" in this shallow clone: run `git fetch --depth=1 {what}` first");
        }
        ": see `git branch --all`, or fetch it first".to_owned()
    }

    /// Builds a revision in the work tree under `cache`. `is_interrupted` is asked after the build: a
    /// work tree made for a build that was broken off is removed again.
    ///
    /// # Errors
    /// Where there is no such revision, it cannot be checked out, or it does not build.
    pub(crate) fn build_base(
        &self,
        revision: &str,
        cache: &Path,
        is_interrupted: &dyn Fn() -> bool,
        build: &mut Builder<'_>,
    ) -> Result<Built, GateError> {
        let commit = self.resolve(revision)?;
        let tree = cache.join("base");
        let is_new = self.check_out(&commit, &tree)?;
        let folder = tree.join(&self.prefix);
        let mut notes = Vec::new();
        if self.lend_lock(&folder)? {
            notes.push(
                "The base has no `Cargo.lock` of its own: it was built with the head's.".to_owned(),
            );
        }
        let plan = BuildPlan {
            own_toolchain: toolchain(&folder) != toolchain(&self.folder),
            target: cache.join("base-target"),
            folder,
        };
        let program = build(&plan).map_err(|reason| GateError::DoesNotBuild {
            side: Which::Base,
            name: revision.to_owned(),
            reason,
        });
        if is_interrupted() {
            if is_new {
                self.remove(&tree);
            }
            return Err(GateError::Interrupted);
        }
        let program = program?;
        let side = Side {
            name: revision.to_owned(),
            commit: Some(commit.chars().take(12).collect()),
            rustc: compiler_of(&program),
            lock: lock_of(&plan.folder),
        };
        Ok(Built { program, side, notes, plan: Some(plan) })
    }

    /// Puts a commit into the work tree; gives whether the work tree had to be made.
    fn check_out(&self, commit: &str, tree: &Path) -> Result<bool, GateError> {
        let switched = tree.join(".git").is_file()
            && git(tree, &["checkout", "--quiet", "--detach", "--force", commit]).is_ok()
            && git(tree, &["clean", "--quiet", "-ffdx"]).is_ok();
        if switched {
            return Ok(false);
        }
        // What a killed gate left half-made is made anew.
        self.remove(tree);
        let path = tree.display().to_string();
        let added = git(
            &self.folder,
            &["worktree", "add", "--quiet", "--detach", "--force", &path, commit],
        );
        if added.is_err() {
            self.remove(tree);
        }
        added.map(|_| true)
    }

    fn remove(&self, tree: &Path) {
        // Either may be gone already; what stays in the way is told by the next command.
        let _ = git(&self.folder, &["worktree", "remove", "--force", &tree.display().to_string()]);
        let _ = fs::remove_dir_all(tree);
        let _ = git(&self.folder, &["worktree", "prune"]);
    }

    /// A base without a lock file would be resolved anew, to dependencies of today.
    fn lend_lock(&self, base: &Path) -> Result<bool, GateError> {
        let (own, its) = (self.folder.join("Cargo.lock"), base.join("Cargo.lock"));
        if its.exists() || !own.exists() {
            return Ok(false);
        }
        fs::copy(&own, &its).map_err(|source| GateError::Io { path: its, source })?;
        Ok(true)
    }
}

/// What a folder's files say of its toolchain.
fn toolchain(folder: &Path) -> Option<String> {
    TOOLCHAIN_FILES.iter().find_map(|file| fs::read_to_string(folder.join(file)).ok())
}

/// The checksum of a workspace's lock file.
pub(crate) fn lock_of(folder: &Path) -> Option<String> {
    let read = |folder: &Path| fs::read(folder.join("Cargo.lock")).ok();
    let bytes = folder.ancestors().find_map(read)?;
    Some(format!("{:08x}", crc32fast::hash(&bytes)))
}

/// What git tells the hooks it runs: it would bind a gate run by one to the hook's own work tree.
const OF_A_HOOK: [&str; 3] = ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"];

fn git(folder: &Path, arguments: &[&str]) -> Result<String, GateError> {
    let failed = |reason: String| GateError::Git { arguments: arguments.join(" "), reason };
    let mut command = Command::new("git");
    for variable in OF_A_HOOK {
        command.env_remove(variable);
    }
    let output = command.args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| failed(format!("cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: &dyn Fn() -> bool = &|| false;

    /// A repository with two commits of one file, the first of them tagged `old`.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        run(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
        for (text, tag) in [("one", Some("old")), ("two", None)] {
            fs::write(folder.path().join("code"), text).expect("a file");
            fs::write(folder.path().join("Cargo.lock"), "locked").expect("a file");
            run(folder.path(), &["add", "code"]);
            run(folder.path(), &["commit", "--quiet", "--message", text]);
            if let Some(tag) = tag {
                run(folder.path(), &["tag", tag]);
            }
        }
        folder
    }

    fn run(folder: &Path, arguments: &[&str]) {
        let own = ["-c", "user.name=A Test", "-c", "user.email=test@example.org"];
        git(folder, &[&own[..], arguments].concat()).expect("git does it");
    }

    /// "Builds" by giving the file that stands in the work tree.
    fn copy(plan: &BuildPlan) -> Result<PathBuf, String> {
        let code = plan.folder.join("code");
        code.exists().then_some(code).ok_or_else(|| "there is no code".to_owned())
    }

    fn build_of(repository: &Path, revision: &str, cache: &Path) -> Result<Built, GateError> {
        Repository::around(repository)?.build_base(revision, cache, NEVER, &mut copy)
    }

    #[test]
    fn a_base_is_built_from_its_own_revision_and_its_work_tree_is_kept() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        for (revision, text) in [("old", "one"), ("main", "two"), ("HEAD~1", "one")] {
            let built = build_of(folder.path(), revision, cache.path()).expect("it builds");
            assert_eq!(fs::read_to_string(&built.program).unwrap(), text);
            assert_eq!(built.side.name, revision);
            assert_eq!(built.side.commit.as_deref().map(str::len), Some(12));
            assert!(built.notes[0].contains("no `Cargo.lock`"), "{:?}", built.notes);
            assert_eq!(built.side.lock, lock_of(folder.path()));
        }
        assert_eq!(fs::read_to_string(folder.path().join("code")).unwrap(), "two");
    }

    #[test]
    fn a_work_tree_that_a_killed_gate_left_half_made_is_made_anew() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        fs::create_dir_all(cache.path().join("base/half")).unwrap();
        fs::write(cache.path().join("base/.git"), "gitdir: nowhere").unwrap();
        let built = build_of(folder.path(), "old", cache.path()).expect("it builds");
        assert_eq!(fs::read_to_string(built.program).unwrap(), "one");
    }

    #[test]
    fn a_base_that_does_not_build_says_so() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        let fails = |_: &BuildPlan| Err("it has an error".to_owned());
        let repository = Repository::around(folder.path()).unwrap();
        let error = repository.build_base("old", cache.path(), NEVER, &mut { fails }).unwrap_err();
        assert_eq!(error.to_string(), "the base (old) does not build: it has an error");
    }

    #[test]
    fn an_interrupted_build_leaves_no_work_tree() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        let repository = Repository::around(folder.path()).unwrap();
        let built = repository.build_base("old", cache.path(), &|| true, &mut copy);
        assert!(matches!(built, Err(GateError::Interrupted)));
        assert!(!cache.path().join("base").exists());
        let trees = git(folder.path(), &["worktree", "list"]).unwrap();
        assert_eq!(trees.lines().count(), 1, "{trees}");
    }

    #[test]
    fn another_toolchain_file_asks_for_another_toolchain() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        let repository = Repository::around(folder.path()).unwrap();
        let mut asked = Vec::new();
        let mut build = |plan: &BuildPlan| {
            asked.push(plan.own_toolchain);
            copy(plan)
        };
        repository.build_base("old", cache.path(), NEVER, &mut build).expect("it builds");
        fs::write(folder.path().join("rust-toolchain"), "nightly").unwrap();
        repository.build_base("old", cache.path(), NEVER, &mut build).expect("it builds");
        assert_eq!(asked, [false, true]);
    }

    #[test]
    fn what_a_shallow_clone_lacks_is_asked_for_by_the_command_that_fetches_it() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        let shallow = cache.path().join("shallow");
        let (from, to) =
            (format!("file://{}", folder.path().display()), shallow.display().to_string());
        run(cache.path(), &["clone", "--quiet", "--depth=1", &from, &to]);
        let error = |revision| build_of(&shallow, revision, cache.path()).unwrap_err().to_string();
        let wanted = "`git fetch --depth=1 origin +refs/heads/next:refs/remotes/origin/next` first";
        assert!(error("origin/next").contains(wanted), "{}", error("origin/next"));
        assert!(
            error("old").contains("`git fetch --depth=1 origin old` first"),
            "{}",
            error("old")
        );
        let whole = build_of(folder.path(), "no-such", cache.path()).unwrap_err().to_string();
        assert!(whole.contains("there is no revision `no-such`"), "{whole}");
        assert!(!whole.contains("shallow"), "{whole}");
    }

    #[test]
    fn outside_of_a_repository_git_says_what_is_wrong() {
        let nowhere = tempfile::tempdir().unwrap();
        let error = Repository::around(nowhere.path()).unwrap_err().to_string();
        assert!(error.contains("not a git repository"), "{error}");
    }
}
