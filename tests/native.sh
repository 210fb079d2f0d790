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
output=$PWD/tests/RawMqtt.Interop/bin/native/$name
mkdir -p "$output"
exec 9> "$output.lock"
flock 9 # tests/run.sh publishes while tests may ask for the same program

# what it is made of: the sources of its project, and the library as it was built
inputs=(src "$project" Directory.Build.props Directory.Packages.props tests/native.sh -type f
  "(" -path "src/*/bin/Release/net10.0/RawMqtt*.dll" -o -not -path "*/bin/*" -not -path "*/obj/*" ")")
if ! [ -f "$output/$program" ] || ! [ -f "$output.made" ] || [ -n "$(find "${inputs[@]}" -newer "$output.made" -print -quit)" ]; then
  touch "$output.begun"
  # a folder of its own for what is made on the way, and a restore of this project alone: the folders of the solution stay as its build left them
  folders=(-p:BaseIntermediateOutputPath="$PWD/tests/RawMqtt.Interop/obj/native/$name/" -p:DefaultItemExcludes="obj/**"
    -p:RestoreRecursive=false -p:ProduceReferenceAssembly=false)
  dotnet publish "$project" -c Release -r "$runtime" -o "$output" -v quiet -m:1 -nodeReuse:false -warnaserror -p:RunAnalyzers=false \
    -p:BuildProjectReferences=false "${folders[@]}" "${options[@]}" >&2
  mv "$output.begun" "$output.made"
fi
echo "$output/$program"
