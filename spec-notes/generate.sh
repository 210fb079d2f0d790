#!/bin/sh
# Writes spec-notes/mqtt-3.1.1.md and rfc6455.md anew from the sources and the tests, and takes paid debts out of reasons.tsv.
set -e
cd "$(dirname "$0")/.."
RAWMQTT_WRITE_SPEC_NOTES=1 dotnet run --project tests/RawMqtt.Tests -- -class RawMqtt.Tests.RuleIndex.RuleIndexTests "$@"
