#!/bin/bash
# Installs the real parts that are missing, when it can; builds; runs every test. The last line is "N passed, N failed, N skipped".
# With CI=true a missing part is a failure, not a skip.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export PATH="$PATH:/usr/sbin:/usr/local/sbin"

declare -A packages=(
  [mosquitto]=mosquitto [mosquitto_pub]=mosquitto-clients [nginx]=nginx-light [openssl]=openssl [node]=nodejs [npm]=npm
  [mosquitto_passwd]=mosquitto [stdbuf]=coreutils [python3]=python3 [curl]=curl [chromium]=chromium [systemd-analyze]=systemd [unshare]=util-linux
  [ip]=iproute2 [clang]=clang [ld.lld]=lld [llvm-objcopy]=llvm [aarch64-linux-gnu-gcc]=gcc-aarch64-linux-gnu [qemu-aarch64]=qemu-user
)
missing=()
[ -d /usr/lib/python3/dist-packages/paho ] || missing+=(python3-paho-mqtt)
[ -f /usr/aarch64-linux-gnu/lib/libc.a ] || missing+=(libc6-dev-arm64-cross)
[ -f /usr/include/zlib.h ] || missing+=(zlib1g-dev) # the linker of native code asks for it
for program in "${!packages[@]}"; do
  command -v "$program" > /dev/null || missing+=("${packages[$program]}")
done
if [ "${#missing[@]}" -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  echo "installing: ${missing[*]}"
  # The packages start no daemon of their own: the tests start what they need, on free loopback ports.
  (apt-get update -q && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}") > /dev/null || echo "the installation failed"
fi
for program in "${!packages[@]}"; do
  command -v "$program" > /dev/null || echo "missing: $program (package ${packages[$program]}); its tests are skipped, or fail with CI=true"
done

[ -d /usr/lib/python3/dist-packages/paho ] || echo "missing: Paho for Python (package python3-paho-mqtt); its tests are skipped, or fail with CI=true"

# npm notes what it installed in a lock file of its own
if [ ! tests/RawMqtt.Interop/node_modules/.package-lock.json -nt tests/RawMqtt.Interop/package-lock.json ] && command -v npm > /dev/null; then
  (cd tests/RawMqtt.Interop && npm ci --no-audit --no-fund --loglevel=error) || echo "missing: MQTT.js, because npm ci failed; its tests are skipped, or fail with CI=true"
fi

if ! dotnet build RawMqtt.sln -c Release -v quiet; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

# Beside RawMqtt.Tests, which leaves half of two processors idle: the page, which the solution does not build, so that a build stays quick and needs no
# packages for WebAssembly; and behind it, for a run of all tests, the native programs. A test that needs one asks for it again, and says what failed.
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
dotnet publish src/RawMqtt.Toolkit -c Release -v quiet > "$logs/page" 2>&1 &
page=$!
if [ $# = 0 ] && command -v clang > /dev/null; then
  {
    while kill -0 "$page" 2> /dev/null; do sleep 1; done
    for name in rawmqtt client client-tls smallest blocking arm64-client arm64-blocking; do tests/native.sh "$name"; done
  } > /dev/null 2>&1 &
fi

# runs one test project and adds up what its summary says
passed=0 failed=0 skipped=0
failures=$logs/failures
touch "$failures"
run() {
  local log total errors fails skips notrun status
  log=$(mktemp)
  timeout 900 dotnet run --project "tests/$1" -c Release --no-build -- -noColor -longRunning 60 "${@:2}" | tee "$log" # a hang is a failure
  status=${PIPESTATUS[0]}
  local summary
  summary=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -1)
  # what failed stands again at the end: a long output is often cut to its last lines
  grep -F -A 25 '[FAIL]' "$log" | cut -c 1-400 >> "$failures"
  if [ -z "$summary" ]; then
    failed=$((failed + 1))
    { echo "$1 ended with status $status and without a summary; its last lines:"; tail -n 30 "$log"; } | cut -c 1-400 >> "$failures"
    rm -f "$log"
    return
  fi
  rm -f "$log"
  read -r total errors fails skips notrun <<< "$(grep -oE '[0-9]+' <<< "$summary" | tr '\n' ' ')"
  passed=$((passed + total - fails - skips - notrun))
  failed=$((failed + fails + errors))
  skipped=$((skipped + skips))
  if [ "$status" != 0 ] && [ "$((fails + errors))" = 0 ]; then
    failed=$((failed + 1))
    echo "$1 ended with status $status, though no test failed" >> "$failures"
  fi
}

run RawMqtt.Tests "$@"
if ! wait "$page"; then
  failed=$((failed + 1))
  { echo "The page was not published:"; cat "$logs/page"; } >> "$failures"
fi
run RawMqtt.Interop -maxThreads 1.5x "$@" # its tests wait for other programs most of the time
wait

if [ "$((passed + failed + skipped))" = 0 ]; then
  echo "no test was run"
  failed=1
fi

if [ -s "$failures" ]; then
  echo "What failed:"
  cat "$failures"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && { [ "${CI:-}" != true ] || [ "$skipped" = 0 ]; }
