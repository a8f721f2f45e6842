//! `cargo amdahl peers`: the programs in other languages that are measured beside the suite.

use std::fmt::Write;
use std::process::ExitCode;

use amdahl_reports::format::plural;
use anyhow::{Context, bail};
use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use super::Command;
use crate::cli::print::Streams;
use crate::cli::settings::Settings;
use crate::declare::Suite;
use crate::driver::{Greeting, Launcher};
use crate::peers::{Peer, Peers as Found, State, install};
use crate::protocol::Purpose;

#[derive(Debug, Args)]
struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Install a peer as its manifest says, under target/amdahl/peers
    Install {
        /// Its name, as `cargo amdahl peers` lists it
        name: String,
    },
}

pub(super) struct Peers;

impl Command for Peers {
    fn name(&self) -> &'static str {
        "peers"
    }

    fn declare(&self) -> clap::Command {
        Arguments::augment_args(clap::Command::new(self.name()))
            .about("List the programs in other languages that are measured beside the suite, or install one")
            .after_help("Examples:\n  cargo amdahl peers\n  cargo amdahl peers install python")
    }

    fn run(
        &self,
        suite: &Suite,
        matches: &ArgMatches,
        streams: &mut Streams,
    ) -> anyhow::Result<ExitCode> {
        let arguments = Arguments::from_arg_matches(matches)?;
        let settings = Settings::from_environment()?;
        let found = settings.peers(suite);
        match arguments.action {
            None => list(suite, &found, &settings, streams),
            Some(Action::Install { name }) => install_one(&found, &name, &settings, streams),
        }
    }
}

fn list(
    suite: &Suite,
    found: &Found,
    settings: &Settings,
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    let Some(folder) = suite.peers_folder() else {
        bail!("this suite names no folder of peers: `Suite::new(…).peers(\"benches/peers\")`");
    };
    if found.peers.is_empty() && found.errors.is_empty() {
        bail!("no folder in {} has a peer.toml", folder.display());
    }
    let mut text = String::new();
    for peer in &found.peers {
        line(&mut text, peer, settings)?;
    }
    for (name, error) in &found.errors {
        writeln!(text, "{name}: {error}")?;
    }
    streams.out(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// One peer: its state, what it offers, and its versions or what keeps it away.
fn line(text: &mut String, peer: &Peer, settings: &Settings) -> anyhow::Result<()> {
    let state = peer.state();
    let answer = (state == State::Installed).then(|| greet(&peer.launcher(settings.patience)));
    let (kernels, variants) = if let Some(Ok(greeting)) = &answer {
        let kernels = greeting.kernels.iter().filter(|kernel| !kernel.variants.is_empty());
        (kernels.count(), greeting.kernels.iter().map(|own| own.variants.len()).sum())
    } else {
        let offered = &peer.manifest.variants;
        (offered.len(), offered.values().map(Vec::len).sum::<usize>())
    };
    writeln!(
        text,
        "{} ({}): {}, {}, {}",
        peer.name,
        peer.manifest.language,
        state.label(),
        plural(kernels, "kernel"),
        plural(variants, "variant")
    )?;
    match answer {
        Some(Ok(greeting)) if !greeting.versions.is_empty() => {
            let versions: Vec<String> =
                greeting.versions.iter().map(|(of, version)| format!("{of} {version}")).collect();
            writeln!(text, "  {}", versions.join(", "))?;
        }
        Some(Err(failure)) => writeln!(text, "  does not answer: {failure}")?,
        Some(Ok(_)) | None => {}
    }
    if let Some((reason, remedy)) = peer.hindrance() {
        writeln!(text, "  {reason}: {remedy}")?;
    }
    Ok(())
}

fn greet(launcher: &Launcher) -> Result<Greeting, String> {
    let greeting = launcher.launch(Purpose::Time, 1).and_then(|mut worker| worker.greeting());
    greeting.map_err(|failure| format!("{}: {}", failure.kind.label(), failure.reason))
}

fn install_one(
    found: &Found,
    name: &str,
    settings: &Settings,
    streams: &mut Streams,
) -> anyhow::Result<ExitCode> {
    if let Some((_, error)) = found.errors.iter().find(|(own, _)| own == name) {
        bail!("{error}");
    }
    let peer = found.get(name).with_context(|| {
        let names: Vec<&str> = found.peers.iter().map(|peer| peer.name.as_str()).collect();
        format!("there is no peer `{name}`; the peers are {}", names.join(", "))
    })?;
    if peer.manifest.install.is_empty() {
        streams.say(&format!("{name} needs no installation"));
        return Ok(ExitCode::SUCCESS);
    }
    install(peer, |command| streams.say(&format!("running {command}")))?;
    let greeting = greet(&peer.launcher(settings.patience));
    let greeting = greeting
        .map_err(|reason| anyhow::anyhow!("{name} is installed but does not answer: {reason}"))?;
    let kernels = greeting.kernels.len();
    streams.say(&format!("{name} is installed; it answers for {kernels} kernels"));
    Ok(ExitCode::SUCCESS)
}
