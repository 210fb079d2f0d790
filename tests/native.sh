#!/bin/bash
# Publishes a program as native code into tests/RawMqtt.Interop/bin/native/NAME, and prints the path of the file. Unchanged sources are not compiled again.
# native.sh NAME, where NAME is smallest, blocking, client, client-tls, broker, durable-broker, rawmqtt, arm64-blocking or arm64-client
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
name=$1
runtime=$(uname -m | sed 's/x86_64/linux-x64/; s/aarch64/linux-arm64/')
case $name in
  smallest) project=benchmarks/RawMqtt.Smallest program=RawMqtt.Smallest options=(-p:PublishAot=true) ;;
  broker) project=benchmarks/RawMqtt.SmallestBroker program=RawMqtt.SmallestBroker options=(-p:PublishAot=true) ;;
  durable-broker) project=benchmarks/RawMqtt.SmallestBroker program=RawMqtt.SmallestBroker options=(-p:PublishAot=true -p:Durable=true) ;;
  blocking) project=docs/samples/embedded/blocking program=blocking options=() ;;
  client) project=docs/samples/embedded/client program=client options=() ;;
  client-tls) project=docs/samples/embedded/client program=client options=(-p:Tls=true) ;;
  rawmqtt) project=src/RawMqtt.Cli program=rawmqtt options=(-p:PublishAot=true) ;;
  # static glibc: without TLS nothing is loaded while the program runs; the linker is told that this program asks no name service
  arm64-blocking) project=docs/samples/embedded/blocking program=blocking runtime=linux-arm64 options=(-p:StaticExecutable=true) ;;
  arm64-client) project=docs/samples/embedded/client program=client runtime=linux-arm64 options=() ;;
  *) echo "unknown program: $name" >&2; exit 1 ;;
esac
output=tests/RawMqtt.Interop/bin/native/$name
dotnet publish "$project" -c Release -r "$runtime" -o "$output" -v quiet -m:1 -nodeReuse:false -warnaserror -p:RunAnalyzers=false -p:BuildProjectReferences=false "${options[@]}" >&2
echo "$PWD/$output/$program"
