#!/bin/bash
# Switches off each cited check of the library in turn and demands that a test which cites its rule fails; writes spec-notes/mutants.md.
# "tests/mutants.sh Codec/" takes only the checks of which the place contains "Codec/", and writes nothing.
set -e
cd "$(dirname "$0")/.."
export RAWMQTT_MUTANTS=${1:-}
[ -n "$RAWMQTT_MUTANTS" ] || export RAWMQTT_WRITE_SPEC_NOTES=1
dotnet build tests/RawMqtt.Tests -c Release -v quiet
exec dotnet run --project tests/RawMqtt.Tests -c Release --no-build -- -noColor -showLiveOutput -explicit only \
  -method RawMqtt.Tests.Mutants.MutantTests.Every_cited_check_is_missed_when_it_is_switched_off
