#!/bin/bash
# Runs the examples of the man pages of mosquitto_pub and mosquitto_sub, word for word, with the real programs and with the tool, in a network of its own
# where localhost:1883 and 192.168.1.1:1885 are free. Usage: unshare -rnpf --kill-child bash man-examples.sh TOOL.dll   Ends with 0 if both did the same.
set -u
tool=$1
folder=$(mktemp -d)
cd "$folder" || exit 1
export PATH="$PATH:/usr/sbin:/usr/local/sbin"
ip link set lo up && ip address add 192.168.1.1/32 dev lo || exit 1
printf 'user root\nlistener 1883 127.0.0.1\nlistener 1885 192.168.1.1\nallow_anonymous true\n' > conf
mosquitto -v -c conf > broker.log 2>&1 &
trap 'rm -rf "$folder"' EXIT # the programs end with the namespace of processes
printf 'some\ndata' > data

read_cc128.pl() { printf 'first\nsecond\nthird\n'; }

await() { # FILE COUNT PATTERN: waits until so many lines of the file match
  for ((i = 0; i < 1200; i++)); do
    [ "$(grep -c "$3" "$1" 2> /dev/null)" -ge "$2" ] && return 0
    sleep 0.05
  done
  echo "$1 has not $2 lines with $3:"
  cat "$1"
  exit 1
}

publish() {
  mosquitto_pub -t sensors/temperature -m 32 -q 1
  mosquitto_pub -h 192.168.1.1 -p 1885 -t sensors/temperature -m "1266193804 32"
  mosquitto_pub -r -t switches/kitchen_lights/status -m "on"
  mosquitto_pub -t my/topic -f ./data
  mosquitto_pub -t my/topic -s < ./data
  read_cc128.pl | mosquitto_pub -t sensors/cc128 -l
}

subscribe() { # PREFIX: all at the same time
  mosquitto_sub -t sensors/temperature -q 1 > "$1.1" &
  mosquitto_sub -t sensors/machines/+/temperature/+ > "$1.2" &
  mosquitto_sub -v -t \$SYS/# > "$1.3" &
  mosquitto_sub -F '@Y-@m-@dT@H:@M:@S@z : %t : %x' -t '#' > "$1.4" &
  mosquitto_sub -F '\e[92m%t \e[96m%p\e[0m' -q 2 -t '#' > "$1.6" &
  (mosquitto_sub -F '%@s.@N : %r : %q : %m : %l' -q 2 -t '#' > "$1.5" 2> "$1.5e") # refused: the page's own mistake
  echo "exit $?" >> "$1.5"
}

functions_of() {
  if [ "$1" = real ]; then
    mosquitto_pub() { command mosquitto_pub "$@"; }
    mosquitto_sub() { exec stdbuf -oL mosquitto_sub "$@"; }
  else
    mosquitto_pub() { dotnet "$tool" pub "$@"; }
    mosquitto_sub() { exec dotnet "$tool" sub "$@"; }
  fi
}

await broker.log 1 running
for program in real ours; do
  functions_of $program
  subscribe $program
done
await broker.log 10 'Sending SUBACK'
for program in real ours; do
  functions_of $program
  publish
  mosquitto_pub -t sensors/machines/$program/temperature/sda -m "40"
done
for program in real ours; do
  await $program.1 4 32
  await $program.2 2 40
  await $program.3 1 'SYS/broker/version mosquitto'
  await $program.4 18 ' : '
  await $program.6 20 .
  await $program.5 1 'exit 1'
done

status=0
for number in 1 2 4 5 6; do
  for program in real ours; do sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}/TIME/' $program.$number | sort > $program.sorted; done
  cmp -s real.sorted ours.sorted || { echo "example $number differs"; diff real.sorted ours.sorted; status=1; }
done
[ $status = 0 ] && echo "all examples did the same"
exit $status
