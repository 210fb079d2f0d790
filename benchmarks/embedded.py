#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Start to end and resident memory of the native programs, interleaved: medians of 40 runs with the middle half of the values.

embedded.py PORT_WS PORT_TCP [ROUNDS]     a broker listens there; tests/native.sh has published smallest, blocking and client
"""
import os
import statistics
import subprocess
import sys
import time

ws, tcp = sys.argv[1], sys.argv[2]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 40
native = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/RawMqtt.Interop/bin/native")
programs = {
    "smallest": [f"{native}/smallest/RawMqtt.Smallest", ws, "a", "hello"],
    "blocking": [f"{native}/blocking/blocking", ws, "a", "hello"],
    "client": [f"{native}/client/client", f"ws://127.0.0.1:{ws}/mqtt", "a", "hello"],
    "client-tls": [f"{native}/client-tls/client", f"ws://127.0.0.1:{ws}/mqtt", "a", "hello"],
    "mosquitto_pub": ["/usr/bin/mosquitto_pub", "-p", tcp, "-t", "a", "-m", "hello"],
}
programs = {name: command for name, command in programs.items() if os.path.exists(command[0])}
times = {name: [] for name in programs}
memory = {name: [] for name in programs}
for _ in range(rounds):
    for name, command in programs.items():
        began = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ)
        _, status, _ = os.wait4(pid, 0)
        times[name].append((time.perf_counter() - began) * 1000)
        assert status == 0, f"{name} ended with {status}"
        # a small program starts it, because the peak of a process begins with that of the one that forks it
        done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, check=True)
        memory[name].append(int(done.stderr.split()[-1]) / 1024)
for name in programs:
    t, m = statistics.quantiles(times[name], n=4), statistics.quantiles(memory[name], n=4)
    print(f"| {name} | {t[1]:.2f} ms ({t[0]:.2f} to {t[2]:.2f}) | {m[1]:.1f} MB ({m[0]:.1f} to {m[2]:.1f}) |")
