#!/bin/bash
# Does an exercise in a copy of the sources: breaks its rule, runs the test that guards it, and shows what fails.
#   spec-notes/plain/exercises/run.sh 3      one exercise
#   spec-notes/plain/exercises/run.sh all    all of them, each in turn; fails if the test of one passes
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git -C "$root" archive HEAD | tar -x -C "$copy"
if [ "${1:?the number of an exercise, or all}" = all ]; then patches=("$root"/spec-notes/plain/exercises/*.patch); else patches=("$root/spec-notes/plain/exercises/$(printf %02d "$1")"-*.patch); fi
for patch in "${patches[@]}"; do
  sed -n '1,3p' "$patch"
  (cd "$copy" && git apply --unsafe-paths "$patch")
  (cd "$copy" && dotnet build tests/RawMqtt.Tests -c Release -v quiet -p:RunAnalyzers=false > build.log) || { cat "$copy/build.log"; exit 1; }
  test=$(sed -n 's/^Test: //p' "$patch")
  if (cd "$copy" && tests/RawMqtt.Tests/bin/Release/net10.0/RawMqtt.Tests -noColor -class "$test" | grep -A2 '\[FAIL\]'); then
    echo "the test speaks: the rule is broken"
  else
    echo "NO TEST FAILED"; exit 1
  fi
  (cd "$copy" && git apply --unsafe-paths -R "$patch")
done
