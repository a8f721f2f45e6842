#!/bin/sh
# Which native functions a program's CPU time is in, and which instructions of the first one.
#
#   trace.sh PROGRAM [ARGUMENT ...]
#
# Needs perf (linux-perf) and objdump (binutils). perf samples the CPU clock, which works in virtual
# machines too, where the processor's own counters are hidden.
set -eu
export LC_ALL=C
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT

# A prime rate: no loop of a round period falls into step with it.
perf record --quiet --event cpu-clock --freq 499 --output "$data/perf" -- "$@" >"$data/said" 2>&1 || {
    cat "$data/said" >&2
    exit 1
}
report() { perf report --input "$data/perf" --stdio --quiet --no-children --percent-limit 1 "$@" 2>/dev/null; }

echo "share   function, library"
report --sort symbol,dso --field-separator ';' |
    awk -F ';' 'NF > 2 { gsub(/^ +| +$/, "", $2); gsub(/ +$/, "", $3); sub(/^\[.\] /, "", $2); printf "%6.2f%% %s, %s\n", $1, $2, $3 }' |
    sort -rn | tee "$data/functions"
first=$(head -n 1 "$data/functions" | sed 's/^[^%]*% \(.*\), [^,]*$/\1/')

echo
echo "share   instruction in $first"
perf annotate --input "$data/perf" --stdio --symbol "$first" 2>/dev/null |
    awk '$1 + 0 > 0 && $3 ~ /^[0-9a-f]+:$/ {
        width = match($0, /%[xyz]mm/) ? substr($0, RSTART + 1, 3) : ""
        share[$4 " " width] += $1
    }
    END { for (kind in share) if (share[kind] >= 0.5) printf "%6.2f%% %s\n", share[kind], kind }' |
    sort -rn
