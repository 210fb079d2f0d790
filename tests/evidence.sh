#!/bin/bash
# Writes what an assessor asks for into a folder: rules to tests to results, coverage, parts and tool versions.
# evidence.sh [FOLDER]     default: artifacts/evidence
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=$(mkdir -p "${1:-artifacts/evidence}" && cd "${1:-artifacts/evidence}" && pwd)
tools=$folder/.tools
[ -x "$tools/dotnet-coverage" ] || dotnet tool install dotnet-coverage --tool-path "$tools" > /dev/null
dotnet build tests/RawMqtt.Tests -c Release -v quiet

"$tools/dotnet-coverage" collect -f cobertura -o "$folder/coverage.xml" \
  tests/RawMqtt.Tests/bin/Release/net10.0/RawMqtt.Tests -noColor -xml "$folder/results.xml" | tail -1 || echo "some tests failed; results.xml names them"
dotnet list RawMqtt.sln package --include-transitive --format json > "$folder/packages.json"

python3 - "$folder" <<'PYTHON'
import csv, json, os, subprocess, sys, xml.etree.ElementTree as xml
folder = sys.argv[1]

# rule, specification, test, result
listed = {}
for page, specification in (("mqtt-3.1.1", "MQTT 3.1.1"), ("rfc6455", "RFC 6455")):
    for line in open(f"spec-notes/{page}.md"):
        cells = [cell.strip(" `") for cell in line.split("|")]
        if len(cells) > 3 and (cells[1].startswith("MQTT-") or cells[1].startswith("WS-")): listed[cells[1]] = specification
proofs = {}
for test in xml.parse(f"{folder}/results.xml").iter("test"):
    for trait in test.iter("trait"):
        if trait.get("name") == "Rule": proofs.setdefault(trait.get("value"), []).append((test.get("name"), test.get("result")))
with open(f"{folder}/rules.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["rule", "specification", "test", "result"])
    for rule in sorted(set(listed) | set(proofs)):
        for test, result in sorted(proofs.get(rule, [("", "see spec-notes")])): table.writerow([rule, listed.get(rule, ""), test, result])

# line and branch coverage of the library, by layer
layers = {}
for cls in xml.parse(f"{folder}/coverage.xml").iter("class"):
    name = cls.get("filename", "")
    if "/src/RawMqtt/" not in name: continue
    layer = name.split("/src/RawMqtt/")[1].rpartition("/")[0] or "(root)"
    lines, hit, branches, taken = layers.setdefault(layer, [{}, 0, 0, 0]), 0, 0, 0
    for line in cls.find("lines") if cls.find("lines") is not None else []:
        key = (name, line.get("number"))
        lines[0][key] = max(lines[0].get(key, 0), int(line.get("hits")))
        if line.get("branch", "").lower() == "true" and "(" in line.get("condition-coverage", ""):
            a, b = line.get("condition-coverage").split("(")[1].rstrip(")").split("/")
            lines[2] += int(b)
            lines[3] += int(a)
with open(f"{folder}/coverage.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["layer", "lines", "lines covered", "branches", "branches covered"])
    for layer, (lines, _, branches, taken) in sorted(layers.items()):
        table.writerow([layer, len(lines), sum(1 for hits in lines.values() if hits), branches, taken])

# parts: CycloneDX. The library itself has none
parts = {}
for project in json.load(open(f"{folder}/packages.json"))["projects"]:
    for framework in project.get("frameworks", []):
        for package in framework.get("topLevelPackages", []) + framework.get("transitivePackages", []):
            parts.setdefault((package["id"], package["resolvedVersion"]), set()).add(os.path.basename(project["path"]))
json.dump({
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {"component": {"type": "library", "name": "RawMqtt", "description": "has no dependency; the components are those of tool, tests and benchmarks"}},
    "components": [{"type": "library", "name": name, "version": version, "purl": f"pkg:nuget/{name}@{version}",
                    "properties": [{"name": "used by", "value": user} for user in sorted(users)]} for (name, version), users in sorted(parts.items())],
}, open(f"{folder}/sbom.json", "w"), indent=1)

with open(f"{folder}/versions.txt", "w") as file:
    for command in (["git", "rev-parse", "HEAD"], ["dotnet", "--version"], ["uname", "-srm"], ["mosquitto", "-h"], ["nginx", "-v"], ["node", "--version"],
                    ["openssl", "version"], ["clang", "--version"], ["qemu-aarch64", "--version"]):
        try: text = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError: continue
        file.write(f"{' '.join(command)}: {(text.stdout + text.stderr).strip().splitlines()[0]}\n")
PYTHON
rm -f "$folder/packages.json"
ls "$folder"
