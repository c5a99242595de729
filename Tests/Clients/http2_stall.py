#!/usr/bin/env python3
"""http2_stall.py PORT AUTHORITY PATH WAY: puts less than it has declared, stops, and prints the status that comes.

By the way "beside another" /probe/wait keeps the server busy on the connection meanwhile: without it that ends as well.
"""

import sys

from http2 import *

port, authority, path, way = sys.argv[1:]
client = Connection(int(port), authority)
if way == "beside another":
    client.send(headers(1, request("/probe/wait", "POST")))
client.send(headers(3, request(path, "PUT", ("content-length", "1000000")), end=False) + data(3, 16000 * b"x"))
assert client.wait_for(3), client
print(client.stream(3).status)
