#!/bin/bash
# tests/fuzz.sh SECONDS [TARGET]: coverage-guided fuzzing of one target (packets unless named) with AFL++ (apt-get install afl++).
# Corpus and findings stay in artifacts/fuzz/TARGET/findings, and the next run goes on from there; remove that folder to begin with the
# seeds again. Play a finding again with: dotnet run --project tests/RawMqtt.Fuzz -- replay TARGET FILE
set -euo pipefail
seconds=$1
target=${2:-packets}
cd "$(dirname "$0")/.."
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is missing: apt-get install afl++"; exit 1; }

work=artifacts/fuzz/$target
rm -rf "$work/bin" "$work/seeds" # made anew: instrumented once only
mkdir -p "$work/seeds"
dotnet publish tests/RawMqtt.Fuzz -c Release -o "$work/bin" -v q --nologo
dotnet "$work/bin/RawMqtt.Fuzz.dll" seeds "$target" "$work/seeds" # before the code is instrumented, which then needs the fuzzer
(cd tests/RawMqtt.Fuzz && dotnet tool restore >/dev/null && dotnet sharpfuzz "../../$work/bin/RawMqtt.dll" && dotnet sharpfuzz "../../$work/bin/RawMqtt.Cli.dll")

export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_AUTORESUME=1
nice -n 19 afl-fuzz -i "$work/seeds" -o "$work/findings" -t 5000 -m none -V "$seconds" -- dotnet "$work/bin/RawMqtt.Fuzz.dll" run "$target" > "$work/afl.log" 2>&1 || { tail -20 "$work/afl.log"; exit 1; }

stats=$work/findings/default/fuzzer_stats
value() { sed -n "s/^$1 *: *//p" "$stats"; }
echo "$target: $(value run_time) s, $(value execs_done) executions, $(value corpus_count) inputs kept, $(value saved_crashes) crashes, $(value saved_hangs) hangs"
found=$(find "$work/findings" -path '*/crashes*/id*' -o -path '*/hangs*/id*') # earlier runs' too
[ -z "$found" ] || { echo "$found"; exit 1; }
