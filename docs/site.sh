#!/bin/bash
# Builds a site of these pages with the reference of all packages, in artifacts/site. Installs DocFX as a tool beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
[ -x artifacts/tools/docfx ] || dotnet tool install docfx --tool-path artifacts/tools
dotnet build RawMqtt.sln -c Release -v quiet
artifacts/tools/docfx docs/site/docfx.json --warningsAsErrors "${1:-false}"
echo "artifacts/site/index.html"
