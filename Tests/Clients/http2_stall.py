#!/usr/bin/env python3
"""http2_stall.py PORT AUTHORITY PATH: puts less than it has declared, stops, and prints the status that comes.

/probe/wait keeps the server busy beside it: a connection on which nothing else gets on would end without an answer.
"""

import sys

from http2 import *

port, authority, path = sys.argv[1:]
client = Connection(int(port), authority)
client.send(headers(1, request("/probe/wait", "POST")))
client.send(headers(3, request(path, "PUT", ("content-length", "1000000")), end=False) + data(3, 16000 * b"x"))
assert client.wait_for(3), client
print(client.stream(3).status)
