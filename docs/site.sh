#!/bin/bash
# Builds a site of these pages with the reference of all packages, in artifacts/site. Installs DocFX as a tool beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x artifacts/tools/docfx ] || dotnet tool install docfx --tool-path artifacts/tools
[ "${1:-}" = --no-build ] || dotnet build RawMqtt.sln -c Release -v quiet
rm -rf artifacts/site artifacts/site-source
mkdir -p artifacts/site-source
git ls-files | tar -cT - | tar -x -C artifacts/site-source # DocFX resolves links below its own file alone
cp docs/site/docfx.json docs/site/toc.yml artifacts/site-source
artifacts/tools/docfx artifacts/site-source/docfx.json
echo "artifacts/site/index.html"
