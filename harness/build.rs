//! Records what the compiler was told, so that a report can say it.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "cargo speaks to a build script through its environment and its stdout"
)]

use std::env;
use std::process::Command;

fn main() {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let of = |name: &str| env::var(name).unwrap_or_default();
    let flags = of("CARGO_ENCODED_RUSTFLAGS").replace('\x1f', " ");
    let facts = [
        ("AMDAHL_RUSTC", version.unwrap_or_else(|_| "unknown".to_owned())),
        ("AMDAHL_TARGET", of("TARGET")),
        ("AMDAHL_PROFILE", of("PROFILE")),
        ("AMDAHL_OPT_LEVEL", of("OPT_LEVEL")),
        ("AMDAHL_RUSTFLAGS", flags),
        ("AMDAHL_TARGET_FEATURES", of("CARGO_CFG_TARGET_FEATURE")),
    ];
    for (name, value) in facts {
        println!("cargo::rustc-env={name}={value}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
