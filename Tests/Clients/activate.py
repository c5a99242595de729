#!/usr/bin/env python3
"""Hands listening sockets over as a service manager does, sd_listen_fds(3), and becomes the program.

activate.py NAME... -- PROGRAM ARGUMENT...
"""

import os
import socket
import sys

FIRST = 3


def main():
    end = sys.argv.index("--")
    names, program = sys.argv[1:end], sys.argv[end + 1:]
    listeners = []
    for _ in names:
        listener = socket.create_server(("127.0.0.1", 0))
        # Out of the way of the numbers that are to be taken.
        listeners.append(os.dup2(listener.detach(), 100 + len(listeners)))
    for offset, descriptor in enumerate(listeners):
        os.dup2(descriptor, FIRST + offset)
        os.close(descriptor)
    os.environ |= {"LISTEN_FDS": str(len(names)), "LISTEN_FDNAMES": ":".join(names), "LISTEN_PID": str(os.getpid())}
    os.execvp(program[0], program)


main()
