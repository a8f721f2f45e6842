//! The processor, its caches and the memory, from `/proc` and `/sys`; unknown elsewhere.

use std::fs::read_to_string;
use std::path::Path;

use amdahl_reports::{Cache, Machine};

/// The machine this process runs on.
pub(crate) fn machine() -> Machine {
    let cpuinfo = read_to_string("/proc/cpuinfo").unwrap_or_default();
    Machine {
        cpu: cpu_name(&cpuinfo),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: memory_bytes(&read_to_string("/proc/meminfo").unwrap_or_default()),
        caches: caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
        features: features(),
        os: os(),
        hypervisor: hypervisor(&cpuinfo),
        clock_source: trimmed("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
    }
}

/// The most memory this process ever had resident, in bytes; none where the system does not say.
pub(crate) fn resident_peak_bytes() -> Option<u64> {
    kibibytes(field(&read_to_string("/proc/self/status").ok()?, "VmHWM")?)
}

fn trimmed(path: impl AsRef<Path>) -> Option<String> {
    let text = read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The value of the first `key : value` line.
fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (own, value) = line.split_once(':')?;
        (own.trim() == key).then(|| value.trim())
    })
}

fn cpu_name(cpuinfo: &str) -> String {
    field(cpuinfo, "model name")
        .or_else(|| field(cpuinfo, "CPU part"))
        .map_or_else(|| format!("unknown {}", std::env::consts::ARCH), str::to_owned)
}

fn memory_bytes(meminfo: &str) -> u64 {
    field(meminfo, "MemTotal").and_then(kibibytes).unwrap_or(0)
}

/// `48K`, `2048 kB`, `32M` in bytes.
fn kibibytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text[digits.len()..].trim();
    let scale = match unit.chars().next()?.to_ascii_uppercase() {
        'K' => 1 << 10,
        'M' => 1 << 20,
        'G' => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok().map(|value| value * scale)
}

fn caches(directory: &Path) -> Vec<Cache> {
    let mut caches: Vec<Cache> = (0..8)
        .filter_map(|index| {
            let entry = directory.join(format!("index{index}"));
            let kind = trimmed(entry.join("type"))?;
            let shared = trimmed(entry.join("shared_cpu_list"))?;
            (kind != "Instruction").then_some(())?;
            Some(Cache {
                level: trimmed(entry.join("level"))?.parse().ok()?,
                bytes: kibibytes(&trimmed(entry.join("size"))?)?,
                shared_by: cpus_in(&shared),
            })
        })
        .collect();
    caches.sort_by_key(|cache| cache.level);
    caches
}

/// How many processors a list such as `0-3,8` names.
fn cpus_in(list: &str) -> usize {
    list.split(',')
        .filter_map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
            Some(last.saturating_sub(first) + 1)
        })
        .sum()
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<String> {
    let detected = [
        ("sse4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    detected.iter().filter(|(_, there)| *there).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<String> {
    Vec::new()
}

fn os() -> String {
    let system = rustix::system::uname();
    let name = read_to_string("/etc/os-release").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?.to_owned();
        Some(line.trim_matches('"').to_owned())
    });
    let kernel =
        format!("{} {}", system.sysname().to_string_lossy(), system.release().to_string_lossy());
    name.map_or(kernel.clone(), |name| format!("{name}, {kernel}"))
}

fn hypervisor(cpuinfo: &str) -> Option<String> {
    let flags = field(cpuinfo, "flags")?;
    flags.split_whitespace().any(|flag| flag == "hypervisor").then(|| {
        trimmed("/sys/class/dmi/id/sys_vendor")
            .unwrap_or_else(|| "an unnamed hypervisor".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_unit() {
        assert_eq!(kibibytes("48K"), Some(48 << 10));
        assert_eq!(kibibytes("24606700 kB"), Some(24_606_700 << 10));
        assert_eq!(kibibytes("32M"), Some(32 << 20));
        assert_eq!(kibibytes("many"), None);
    }

    #[test]
    fn a_list_of_processors_is_counted() {
        assert_eq!(cpus_in("0"), 1);
        assert_eq!(cpus_in("0-3,8"), 5);
    }
}
