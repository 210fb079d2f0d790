#!/bin/bash
# Writes what an assessor asks for into a folder: rules to tests to results, coverage, parts and tool versions.
# evidence.sh [FOLDER] [OPTIONS OF THE TEST RUNNER]     default: artifacts/evidence, and all tests
# It ends with 1, and says why, when a test failed or something of this is missing.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=artifacts/evidence
if [ $# -gt 0 ] && [[ $1 != -* ]]; then folder=$1; shift; fi
folder=$(mkdir -p "$folder" && cd "$folder" && pwd) || exit
# what an earlier run left must not pass for what this one found
(cd "$folder" && rm -f tests.txt results.xml plain.txt plain.xml coverage.xml packages.json rules.csv coverage.csv sbom.json versions.txt)

# What says nothing about a library that counts its lines, and why. These run behind the others, with the plain library.
left_out=(
  RawMqtt.Tests.Mutants.MutantTests # switches checks off in the bytes of the library, and those of the counting one stand elsewhere
)

tests=tests/RawMqtt.Tests/bin/Release/net10.0
dotnet build tests/RawMqtt.Tests -c Release -v quiet || { echo "evidence: the tests could not be built"; exit 1; }
options=()
for class in "${left_out[@]}"; do options+=(-class- "$class"); done
options+=(-result-xml "$folder/results.xml" "$@")
export RUN_TESTS="'$PWD/$tests/RawMqtt.Tests' -noColor ${options[*]@Q} > '$folder/tests.txt' 2>&1"
# the library among the tests counts its lines until the result is written, all in one process of the build
faults=()
if dotnet restore tests/RawMqtt.Coverage -v quiet; then
  dotnet msbuild tests/RawMqtt.Coverage -nologo -v:quiet -t:InstrumentModules\;RunTests\;GenerateCoverageResult -p:TargetPath="$PWD/$tests/RawMqtt.Tests.dll" \
    -p:Include="[RawMqtt]*" -p:CoverletOutputFormat=cobertura -p:CoverletOutput="$folder/coverage.xml" || faults+=("the coverage could not be counted")
else
  faults+=("the package coverlet.msbuild could not be restored, so nothing was counted")
  bash -c "$RUN_TESTS"
fi
tail -1 "$folder/tests.txt"

if [ $# = 0 ]; then
  options=()
  for class in "${left_out[@]}"; do options+=(-class "$class"); done
  "$tests/RawMqtt.Tests" -noColor "${options[@]}" -result-xml "$folder/plain.xml" > "$folder/plain.txt" 2>&1
  tail -1 "$folder/plain.txt"
fi

# what is listed is what was restored; the solution does not build the page, and does not restore it either
for project in RawMqtt.sln src/RawMqtt.Toolkit; do dotnet restore "$project" -v quiet || faults+=("the packages of $project could not be restored"); done
dotnet list RawMqtt.sln package --include-transitive --format json > "$folder/packages.json" || faults+=("the packages of some projects could not be listed")

python3 - "$folder" "$*" "${faults[@]}" <<'PYTHON'
import csv, json, os, subprocess, sys, xml.etree.ElementTree as xml
folder, options, faults = sys.argv[1], sys.argv[2], sys.argv[3:]

# the results: of a chosen part only what ran
tests = []
for file in ("results.xml",) if options else ("results.xml", "plain.xml"):
    try: report = xml.parse(f"{folder}/{file}").getroot()
    except (OSError, xml.ParseError): faults.append(f"{file} is missing or not whole: the tests did not end, as tests.txt or plain.txt says")
    else:
        found = list(report.iter("test"))
        tests += found
        if not any(test.get("result") == "Pass" for test in found): faults.append(f"{file}: no test has passed")
        faults += [f"failed: {test.get('name')}" for test in found if test.get("result") == "Fail"]
        errors = sum(int(assembly.get("errors", 0)) for assembly in report.iter("assembly"))
        if errors: faults.append(f"{file}: {errors} errors outside of tests")

# rule, specification, test, result; for a rule without a test the reason of spec-notes
listed = {}
for page, specification in (("mqtt-3.1.1", "MQTT 3.1.1"), ("rfc6455", "RFC 6455")):
    for line in open(f"spec-notes/{page}.md", encoding="utf-8"):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if cells[0].startswith(("MQTT-", "WS-")): listed[cells[0]] = (specification, cells[-1].strip("* ") if cells[-1].startswith("*") else "not run")
proofs = {}
for test in tests:
    for trait in test.iter("trait"):
        if trait.get("name") == "Rule": proofs.setdefault(trait.get("value"), []).append((test.get("name"), test.get("result")))
faults += [f"a test cites {rule}, which spec-notes does not list" for rule in sorted(set(proofs) - set(listed))]
unproven = [rule for rule, (_, reason) in listed.items() if reason == "not run" and rule not in proofs]
if not options: faults += [f"{rule} has tests by spec-notes, and none ran" for rule in unproven]
with open(f"{folder}/rules.csv", "w", newline="", encoding="utf-8") as file:
    table = csv.writer(file)
    table.writerow(["rule", "specification", "test", "result"])
    for rule, (specification, reason) in listed.items():
        for test, result in sorted(proofs.get(rule, [("", reason)])): table.writerow([rule, specification, test, result])
print(f"{len(listed)} rules, {len(set(proofs) & set(listed))} of them with tests that ran")

# line and branch coverage of the library, by layer; a line of several classes (lambdas, state machines) counts once
layers = {}
try: report = xml.parse(f"{folder}/coverage.xml")
except (OSError, xml.ParseError): report = xml.ElementTree(xml.Element("none"))
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
def percent(part, whole): return f"{100 * part / whole:.1f}" if whole else ""
counts = {layer: (len(rows), sum(row[0] > 0 for row in rows.values()), sum(row[1] for row in rows.values()), sum(row[2] for row in rows.values()))
          for layer, rows in sorted(layers.items())}
counts["all"] = tuple(sum(count[column] for count in counts.values()) for column in range(4))
with open(f"{folder}/coverage.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["layer", "lines", "lines covered", "lines in percent", "branches", "branches covered", "branches in percent"])
    for layer, (lines, hit, branches, taken) in counts.items():
        table.writerow([layer, lines, hit, percent(hit, lines), branches, taken, percent(taken, branches)])
        print(f"{layer:18}{lines:6} lines{percent(hit, lines):>7} %{branches:6} branches{percent(taken, branches):>7} %")
if not counts["all"][1]: faults.append("no line of the library was counted: coverage.xml is missing or empty")
elif not options:
    folders = {os.path.relpath(path, "src/RawMqtt").split("/")[0] for path, _, files in os.walk("src/RawMqtt") if any(file.endswith(".cs") for file in files)}
    folders = {"(root)" if one == "." else one for one in folders - {"obj", "bin"}}
    reached = {layer.split("/")[0] for layer, count in counts.items() if count[1] and count[3]}
    faults += [f"no line or no branch of {layer} was counted" for layer in sorted(folders - reached)]

# parts: CycloneDX. The library itself has none
parts = {}
try: packages = json.load(open(f"{folder}/packages.json", encoding="utf-8"))
except (OSError, ValueError): packages = {}
for project in packages.get("projects", []):
    for framework in project.get("frameworks", []):
        for package in framework.get("topLevelPackages", []) + framework.get("transitivePackages", []):
            parts.setdefault((package["id"], package["resolvedVersion"]), set()).add(os.path.basename(project["path"]))
faults += [f"parts of {os.path.basename(problem.get('project', '?'))}: {problem.get('text')}" for problem in packages.get("problems", [])]
if not parts: faults.append("sbom.json has no parts: the packages could not be listed")
json.dump({
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {"component": {"type": "library", "name": "RawMqtt",
                               "description": "has no dependency; the components are those of tool, tests and benchmarks"}},
    "components": [{"type": "library", "name": name, "version": version, "purl": f"pkg:nuget/{name}@{version}",
                    "properties": [{"name": "used by", "value": user} for user in sorted(users)]} for (name, version), users in sorted(parts.items())],
}, open(f"{folder}/sbom.json", "w"), indent=1)

with open(f"{folder}/versions.txt", "w") as file:
    file.write(f"tests: {options or 'all'}\n")
    for command in (["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"], ["dotnet", "--version"], ["uname", "-srm"],
                    ["mosquitto", "-h"], ["nginx", "-v"], ["node", "--version"], ["openssl", "version"], ["clang", "--version"],
                    ["qemu-aarch64", "--version"]):
        try: text = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError: continue
        file.write(f"{' '.join(command)}: {((text.stdout + text.stderr).strip() or 'nothing').splitlines()[0]}\n")

for fault in faults: print(f"evidence: {fault}")
sys.exit(1 if faults else 0)
PYTHON
code=$?
rm -f "$folder/packages.json"
ls "$folder"
exit "$code"
