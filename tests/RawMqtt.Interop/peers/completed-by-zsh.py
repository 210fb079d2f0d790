# usage: python3 completed-by-zsh.py FOLDER LINE
# Types LINE and the tabulator into a zsh at a pseudo terminal, with the completion script _rawmqtt of FOLDER, and prints the line that results.
import os, pty, re, sys, time

folder, line = sys.argv[1], sys.argv[2]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "dumb"
    os.chdir(folder)
    os.execvp("zsh", ["zsh", "-f", "-i"])


def read_until(mark):
    shown, end = b"", time.monotonic() + 20
    while mark not in shown and time.monotonic() < end:
        shown += os.read(terminal, 65536)
    return shown


os.write(terminal, b"PS1=; unsetopt prompt_sp; stty columns 300; autoload -U compinit; compinit -u -D; source ./_rawmqtt; print REA''DY\n")
read_until(b"READY\r\n")
# the line is printed by a widget, not run
os.write(terminal, b"show() { print; print -r -- \"<$BUFFER>\"; BUFFER= }; zle -N show; bindkey '^X' show; print REA''DY\n")
read_until(b"READY\r\n")
os.write(terminal, line.encode() + b"\t\x18")
shown = read_until(b">").decode(errors="replace")
print(re.search(r"<(.*)>", shown).group(1))
os.write(terminal, b"exit\n")
