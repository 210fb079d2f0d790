#!/bin/bash
# SPDX-License-Identifier: MIT
# Lays out the root of a container: the program, the libraries that it loads, and nothing else; no shell, no package manager.
# Usage: layout.sh PROGRAM ROOT
#   PROGRAM  a folder that dotnet publish or dotnet build made of src/RawMqtt.Cli
#   ROOT     a new folder
set -euo pipefail
program=$(realpath "$1")
mkdir "$2"
root=$(realpath "$2")
user=10001

mkdir -p "$root"/{app,etc/rawmqtt,proc,tmp}
chmod 1777 "$root/tmp"
chmod 755 "$root" "$root"/{app,etc,etc/rawmqtt}
cp "$program"/*.dll "$program"/*.json "$root/app/" 2> /dev/null || true
[ ! -f "$program/rawmqtt" ] || cp "$program/rawmqtt" "$root/app/"

# a program that is not native brings the runtime along
if [ ! -f "$root/app/rawmqtt" ]; then
  dotnet=$(dirname "$(realpath "$(command -v dotnet)")")
  mkdir "$root/dotnet"
  version=$(ls "$dotnet/host/fxr" | sort -V | tail -1)
  mkdir -p "$root/dotnet/host/fxr" "$root/dotnet/shared/Microsoft.NETCore.App"
  cp "$dotnet/dotnet" "$root/dotnet/"
  cp -r "$dotnet/host/fxr/$version" "$root/dotnet/host/fxr/"
  cp -r "$dotnet/shared/Microsoft.NETCore.App/$version" "$root/dotnet/shared/Microsoft.NETCore.App/"
fi

# what the files are linked with, and what the runtime opens by name: OpenSSL for TLS
copy() {
  local library
  for library in "$@"; do
    [[ "$library" == "$root"/* || -e "$root$library" ]] || install -D -m 755 "$(realpath "$library")" "$root$library"
  done
}
needs() { ldd "$1" 2> /dev/null | grep -oE '/[^ ]+' || true; }
while read -r file; do
  # shellcheck disable=SC2046
  copy $(needs "$file")
done < <(find "$root/app" "$root/dotnet" -type f \( -perm -u+x -o -name '*.so' \) 2> /dev/null)
for name in libssl.so.3 libcrypto.so.3; do
  library=$(ldconfig -p | grep -oE "/[^ ]+/$name$" | head -1)
  copy "$library"
  # shellcheck disable=SC2046
  copy $(needs "$library")
done

echo "rawmqtt:x:$user:$user::/:/nologin" > "$root/etc/passwd"
echo "rawmqtt:x:$user:" > "$root/etc/group"
printf '127.0.0.1 localhost\n::1 localhost\n' > "$root/etc/hosts"
du -sm "$root" | sed 's/\t.*/ MiB/'
