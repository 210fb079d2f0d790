#!/bin/sh
# usage: benchmarks/pairs.sh OLD_COMMIT NEW_COMMIT PAIRS [--durability OLD,NEW] [--only TEXT]
# Builds two commits and runs their brokers in turns under the same load, that of this checkout: medians, and ratios with an interval.
set -eu
[ $# -ge 3 ] || { sed -n 2,3p "$0" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'for name in old new; do git -C "$root" worktree remove --force "$work/$name" 2>/dev/null || true; done; rm -rf "$work"' EXIT
build() {
    git -C "$root" worktree add --quiet --detach "$work/$1" "$2"
    dotnet build "$work/$1/benchmarks/RawMqtt.Benchmarks" -c Release -v quiet -p:RunAnalyzers=false >&2
}
program() { find "$work/$1" -path '*/bin/Release/*' -name RawMqtt.Benchmarks.dll | head -n 1; }
build old "$1"
build new "$2"
pairs=$3
shift 3
dotnet run -c Release --project "$root/benchmarks/RawMqtt.Benchmarks" -- pairs "$(program old)" "$(program new)" "$pairs" "$@"
