#!/bin/bash
# Writes what an assessor asks for into a folder: rules to tests to results, coverage, parts and tool versions.
# evidence.sh [FOLDER [OPTIONS OF THE TEST RUNNER]]     default: artifacts/evidence, and all tests
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=$(mkdir -p "${1:-artifacts/evidence}" && cd "${1:-artifacts/evidence}" && pwd)
tests=tests/RawMqtt.Tests/bin/Release/net10.0
dotnet build tests/RawMqtt.Tests -c Release -v quiet

# a mutant of the counting library is none: its bytes stand elsewhere
export RUN_TESTS="'$PWD/$tests/RawMqtt.Tests' -noColor -class- RawMqtt.Tests.Mutants.MutantTests -xml '$folder/results.xml' ${*:2} > '$folder/tests.txt' 2>&1"
# the library among the tests counts its lines until the result is written, all in one process of the build
if dotnet restore tests/RawMqtt.Coverage -v quiet; then
  dotnet msbuild tests/RawMqtt.Coverage -nologo -v:quiet -t:InstrumentModules\;RunTests\;GenerateCoverageResult -p:TargetPath="$PWD/$tests/RawMqtt.Tests.dll" \
    -p:Include="[RawMqtt]*" -p:CoverletOutputFormat=cobertura -p:CoverletOutput="$folder/coverage.xml"
else
  echo "without coverage: the package coverlet.msbuild could not be restored"
  bash -c "$RUN_TESTS" || true
fi
tail -1 "$folder/tests.txt"
grep -q "Failed: 0" "$folder/tests.txt" || echo "some tests failed; results.xml names them"
dotnet list RawMqtt.sln package --include-transitive --format json > "$folder/packages.json"

python3 - "$folder" <<'PYTHON'
import csv, json, os, subprocess, sys, xml.etree.ElementTree as xml
folder = sys.argv[1]

# rule, specification, test, result; for a rule without a test the reason of spec-notes
listed = {}
for page, specification in (("mqtt-3.1.1", "MQTT 3.1.1"), ("rfc6455", "RFC 6455")):
    for line in open(f"spec-notes/{page}.md", encoding="utf-8"):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if cells[0].startswith(("MQTT-", "WS-")): listed[cells[0]] = (specification, cells[-1].strip("* ") if cells[-1].startswith("*") else "not run")
proofs = {}
for test in xml.parse(f"{folder}/results.xml").iter("test"):
    for trait in test.iter("trait"):
        if trait.get("name") == "Rule": proofs.setdefault(trait.get("value"), []).append((test.get("name"), test.get("result")))
unknown = sorted(set(proofs) - set(listed))
if unknown: sys.exit(f"tests cite rules that spec-notes does not list: {unknown}")
with open(f"{folder}/rules.csv", "w", newline="", encoding="utf-8") as file:
    table = csv.writer(file)
    table.writerow(["rule", "specification", "test", "result"])
    for rule, (specification, reason) in listed.items():
        for test, result in sorted(proofs.get(rule, [("", reason)])): table.writerow([rule, specification, test, result])

# line and branch coverage of the library, by layer; a line of several classes (lambdas, state machines) counts once
layers = {}
report = xml.parse(f"{folder}/coverage.xml") if os.path.exists(f"{folder}/coverage.xml") else xml.ElementTree(xml.Element("none"))
root = report.findtext("sources/source", "")
for cls in report.iter("class"):
    name = os.path.join(root, cls.get("filename"))
    if "/src/RawMqtt/" not in name or "/obj/" in name: continue
    layer = name.split("/src/RawMqtt/")[1].rpartition("/")[0] or "(root)"
    for line in cls.iterfind("lines/line"):
        hits, branches, taken = int(line.get("hits")), 0, 0
        if "(" in line.get("condition-coverage", ""):
            taken, branches = (int(number) for number in line.get("condition-coverage").split("(")[1].rstrip(")").split("/"))
        lines = layers.setdefault(layer, {})
        key = (name, line.get("number"))
        before = lines.get(key, (0, 0, 0))
        lines[key] = (max(before[0], hits), max(before[1], branches), max(before[2], taken))
with open(f"{folder}/coverage.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["layer", "lines", "lines covered", "branches", "branches covered"])
    for layer, lines in sorted(layers.items()):
        rows = lines.values()
        table.writerow([layer, len(lines), sum(hits > 0 for hits, _, _ in rows), sum(row[1] for row in rows), sum(row[2] for row in rows)])
    rows = [row for lines in layers.values() for row in lines.values()]
    table.writerow(["all", len(rows), sum(hits > 0 for hits, _, _ in rows), sum(row[1] for row in rows), sum(row[2] for row in rows)])

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
