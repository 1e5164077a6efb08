"""Runs a program on a terminal and prints what comes out of it.

on_pty.py [--slow] [--raw] PROGRAM ARGUMENTS...: its output, and its exit status as ours
"""
import os
import pty
import sys
import termios
import time
import tty

arguments = sys.argv[1:]
slow = "--slow" in arguments[:2]
while arguments[0].startswith("--"):
    arguments.pop(0)
pid, master = pty.fork()
if pid == 0:
    modes = termios.tcgetattr(0)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(0, termios.TCSANOW, modes)
    os.execvp(arguments[0], arguments)
while True:
    if slow:
        time.sleep(0.002)
    try:
        data = os.read(master, 1024 if slow else 65536)
    except OSError:
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
sys.stdout.buffer.flush()
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
