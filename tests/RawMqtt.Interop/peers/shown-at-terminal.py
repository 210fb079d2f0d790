# usage: python3 shown-at-terminal.py [--error-only] [--at TEXT COMMAND] PROGRAM [ARGUMENT...]
# Runs a program at a pseudo terminal (with --error-only, the terminal is the error output alone), runs the shell's COMMAND when TEXT is shown, with the
# program's number in PROGRAM, and prints three lines: what the terminal got, as JSON; what the standard output got, as JSON; the exit code, or minus
# the signal that ended it.
import json, os, pty, select, subprocess, sys, time

arguments, error_only, text, command = sys.argv[1:], False, None, None
while arguments[0].startswith("--"):
    option = arguments.pop(0)
    if option == "--error-only":
        error_only = True
    elif option == "--at":
        text, command = arguments.pop(0).encode(), arguments.pop(0)

outer, inner = pty.openpty()
environment = dict(os.environ, TERM=os.environ.get("TERM") or "xterm")
output = subprocess.PIPE if error_only else inner
program = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=inner, env=environment)
os.close(inner)

shown, piped, end = b"", b"", time.monotonic() + 25
sources = [outer] + ([program.stdout.fileno()] if error_only else [])
while sources and time.monotonic() < end:
    for source in select.select(sources, [], [], 0.1)[0]:
        try:
            part = os.read(source, 65536)
        except OSError:  # the program has closed the terminal
            part = b""
        if not part:
            sources.remove(source)
        elif source == outer:
            shown += part
        else:
            piped += part
    if text is not None and text in shown + piped:
        text = None
        subprocess.Popen(["sh", "-c", command], env=dict(os.environ, PROGRAM=str(program.pid)))

if sources:
    program.kill()
    sys.exit("the program hangs after " + repr(shown))
for part in (shown, piped):
    print(json.dumps(part.decode(errors="backslashreplace")))
print(program.wait())
