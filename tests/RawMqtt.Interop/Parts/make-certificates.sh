#!/bin/bash
# usage: make-certificates.sh FOLDER
# An authority, and certificates for 127.0.0.1 and localhost: good, expired, not yet valid, for another host, self-signed.
# And one of a client, with its key in plain, encrypted and in PKCS #12; the passphrase is "open sesame".
set -euo pipefail
cd "$1"
umask 077
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

key ca
openssl req -x509 -new -key ca.key -subj "/CN=Interop Root" -days 30 -out ca.crt \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" 2> /dev/null

# Only "openssl ca" can write dates that are not from today on.
touch index.txt
cat > ca.conf <<CONF
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
rand_serial = yes
policy = any
unique_subject = no
[any]
commonName = supplied
CONF

issue() { # NAME SUBJECT-ALTERNATIVE-NAMES FROM TO [USAGE]
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  printf 'subjectAltName=%s\nextendedKeyUsage=%s\n' "$2" "${5:-serverAuth}" > "$1.ext"
  openssl ca -batch -notext -config ca.conf -in "$1.csr" -out "$1.crt" -startdate "$3" -enddate "$4" -extfile "$1.ext" 2> /dev/null
  cat "$1.crt" ca.crt > "$1.chain.crt"
}

local_names="DNS:localhost,IP:127.0.0.1"
year=$(date -u +%Y)
issue good "$local_names" "$((year - 1))0101000000Z" "$((year + 2))0101000000Z"
issue expired "$local_names" 20200101000000Z 20200201000000Z
issue notyet "$local_names" "$((year + 2))0101000000Z" "$((year + 3))0101000000Z"
issue wronghost "DNS:other.example" "$((year - 1))0101000000Z" "$((year + 2))0101000000Z"

issue client "DNS:pump-7" "$((year - 1))0101000000Z" "$((year + 2))0101000000Z" clientAuth
openssl pkcs8 -topk8 -in client.key -out client.encrypted.key -passout "pass:open sesame"
openssl pkcs12 -export -in client.crt -inkey client.key -certfile ca.crt -out client.pfx -passout "pass:open sesame"

key selfsigned
openssl req -x509 -new -key selfsigned.key -subj "/CN=localhost" -days 30 -out selfsigned.chain.crt -addext "subjectAltName=$local_names" 2> /dev/null
