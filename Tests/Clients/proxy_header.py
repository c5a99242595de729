#!/usr/bin/env python3
"""Sends a PROXY header byte by byte and a request over TLS behind it: proxy_header.py PORT CA-FILE BYTES-IN-HEX,..."""

import socket
import ssl
import sys

port, authority, header = int(sys.argv[1]), sys.argv[2], bytes(int(word, 16) for word in sys.argv[3].split(","))
connection = socket.create_connection(("127.0.0.1", port), timeout=20)
connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for byte in header:
    connection.sendall(bytes([byte]))
context = ssl.create_default_context(cafile=authority)
with context.wrap_socket(connection, server_hostname="localhost") as secure:
    secure.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    while chunk := secure.recv(65536):
        sys.stdout.write(chunk.decode())
