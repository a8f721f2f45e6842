//! The way in to `cargo amdahl`: builds the workspace's bench target and hands over to it.

use std::process::ExitCode;

fn main() -> ExitCode {
    amdahl::cargo_amdahl()
}
