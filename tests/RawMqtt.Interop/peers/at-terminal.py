# usage: python3 at-terminal.py QUESTION ANSWER PROGRAM [ARGUMENT...]
# Runs a program at a pseudo terminal, types ANSWER when it asks QUESTION, prints what the terminal shows, and ends with the program's exit code.
import os, pty, sys

question, answer, program = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execvp(program[0], program)

shown, is_answered = b"", False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:  # the program has closed the terminal
        break
    if not part:
        break
    shown += part
    sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    if not is_answered and question in shown:
        os.write(terminal, answer + b"\r")
        is_answered = True

sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
