#!/usr/bin/env python3
"""Stops one thread of a process, as a handler that never returns would, until it ends: freeze.py PID NAME

A signal would stop them all; a tracer stops one (ptrace(2), PTRACE_INTERRUPT).
"""

import ctypes
import os
import pathlib
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
WALL = 0x40000000  # __WALL: wait for threads, too


def trace(request, thread):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(request, thread, None, None) != 0:
        sys.exit(f"ptrace: errno {ctypes.get_errno()}")


threads = pathlib.Path(f"/proc/{sys.argv[1]}/task").iterdir()
thread = next(int(entry.name) for entry in threads if (entry / "comm").read_text().strip() == sys.argv[2])
trace(PTRACE_SEIZE, thread)
trace(PTRACE_INTERRUPT, thread)
while os.WIFSTOPPED(os.waitpid(thread, WALL)[1]):
    print("frozen", flush=True)
