#!/bin/sh
# Runs `cargo amdahl gate` in the working directory's workspace, for any CI: the action beside it, GitLab,
# or a plain shell (docs/ci.md).
#
# Reads GATE_BASE (required), GATE_BUDGET, GATE_FILTER, GATE_BENCH, GATE_STRICT, GATE_EXPLAIN,
# GATE_INSTRUCTIONS, GATE_FOLDER; on GitHub also GITHUB_OUTPUT and GITHUB_STEP_SUMMARY, which the gate
# itself appends to.
# Ends with 0 (no regression; also inconclusive, with a warning, unless strict), 2 (regression, or
# inconclusive and strict), or 1 (could not run).
set -u

here=$(cd "$(dirname "$0")" && pwd)
base=${GATE_BASE:-}
folder=${GATE_FOLDER:-target/amdahl/gate-results}
log=$folder/gate.log

# A line that GitHub shows beside the job, and that reads as plain text elsewhere: LEVEL TEXT.
annotate() {
    if [ -n "${GITHUB_ACTIONS:-}" ]; then
        printf '::%s title=Amdahl gate::%s\n' "$1" "$2"
    else
        printf '%s: %s\n' "$1" "$2" >&2
    fi
}

# Tells later steps the verdict and the gate's own exit code: VERDICT CODE.
publish() {
    [ -n "${GITHUB_OUTPUT:-}" ] || return 0
    printf 'verdict=%s\ncode=%s\nfolder=%s\n' "$1" "$2" "$folder" >>"$GITHUB_OUTPUT"
}

# Ends where there is no verdict: REASON. Never a silent pass.
could_not_run() {
    annotate error "$1"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        {
            printf '# Gate: could not run\n\n%s\n' "$1"
            if [ -s "$log" ]; then
                printf '\n```text\n'
                tail -n 30 "$log"
                printf '```\n'
            fi
        } >>"$GITHUB_STEP_SUMMARY"
    fi
    publish could_not_run 1
    exit 1
}

# Whether the clone has this revision.
is_here() {
    git rev-parse --verify --quiet --end-of-options "$1^{commit}" >/dev/null
}

# Fetches the base where the clone lacks it. A shallow clone stays shallow, a whole one stays whole.
fetch_base() {
    is_here "$base" && return 0
    set -- --quiet --no-tags
    [ "$(git rev-parse --is-shallow-repository)" = true ] && set -- "$@" --depth=1
    case $base in
    -*) return 1 ;;
    origin/*) git fetch "$@" origin "+refs/heads/${base#origin/}:refs/remotes/$base" ;;
    *) git fetch "$@" origin "$base" && { is_here "$base" || base=$(git rev-parse FETCH_HEAD); } ;;
    esac
}

# The command, where neither an alias nor an installed program is it: that of the action's own checkout.
have_command() {
    cargo amdahl --help >/dev/null 2>&1 && return 0
    cargo install --quiet --locked --path "$here/../../../harness"
}

mkdir -p "$folder" || could_not_run "cannot make the folder $folder"
rm -rf "$folder"/gate.* "$folder/explain"

[ -n "$base" ] || could_not_run 'there is no revision to compare with: set `base` (GATE_BASE)'
case $base in
*[!0]*) ;;
*) could_not_run 'a new branch has no commit before it: set `base` (GATE_BASE)' ;;
esac
git rev-parse --git-dir >/dev/null 2>&1 || could_not_run 'this is no git repository'
fetch_base || could_not_run "the revision $base is neither here nor at origin"
have_command || could_not_run '`cargo amdahl` can be neither found nor installed'

set -- --base "$base" --budget "${GATE_BUDGET:-180s}" --json \
    --markdown "$folder/gate.md" --junit "$folder/gate.xml" --bmf "$folder/gate.bmf.json"
[ -n "${GATE_FILTER:-}" ] && set -- "$@" --filter "$GATE_FILTER"
[ -n "${GATE_BENCH:-}" ] && set -- "$@" --bench "$GATE_BENCH"
[ "${GATE_EXPLAIN:-}" = true ] && set -- "$@" --explain
[ "${GATE_INSTRUCTIONS:-}" = true ] && set -- "$@" --instructions

# The exit code goes through a file, since a pipe has only that of its last command.
{
    cargo amdahl gate "$@" >"$folder/gate.json"
    echo $? >"$folder/gate.code"
} 2>&1 | tee "$log" >&2
code=$(cat "$folder/gate.code" 2>/dev/null)
rm -f "$folder/gate.code"

case $code in
0 | 2 | 3) ;;
*) could_not_run "the gate has no verdict (exit code ${code:-unknown}); see the log" ;;
esac
verdict=$(sed -n 's/^ *"verdict": "\([a-z_]*\)",*$/\1/p' "$folder/gate.json" | head -n 1)
[ -n "$verdict" ] && [ -s "$folder/gate.md" ] || could_not_run 'the gate ended without its result files'
cat "$folder/gate.md"
explained=${CARGO_TARGET_DIR:-target}/amdahl/gate/explain
[ -d "$explained" ] && cp -R "$explained" "$folder"
publish "$verdict" "$code"

case $code in
2)
    annotate error 'a confirmed regression; see the summary'
    exit 2
    ;;
3)
    if [ "${GATE_STRICT:-}" = true ]; then
        annotate error 'inconclusive, and strict: give it a longer budget or a quieter machine'
        exit 2
    fi
    annotate warning 'inconclusive: neither a regression nor a pass can be claimed; see the summary'
    ;;
esac
exit 0
