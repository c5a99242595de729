#!/usr/bin/env python3
"""A client that takes its time at the end of a response.

late_reader.py PORT AUTHORITY VERSION PATH PAUSE [half-close]: asks for PATH over TLS of that version with a small receive
buffer, ends its side of the connection if that is wanted, reads a little, pauses for PAUSE seconds, goes on slowly near the
end, and prints the SHA-256 of the body.
"""

import hashlib
import socket
import ssl
import sys
import time

SLOW = 700_000  # bytes before the end


def main(port, authority, version, path, pause, ending=None):
    context = ssl.create_default_context(cafile=authority)
    number = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    context.minimum_version = context.maximum_version = number
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", int(port)))
    client = context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    if ending == "half-close":
        socket.socket.shutdown(client, socket.SHUT_WR)  # TCP's end only; SSLSocket's own would stop decrypting
    response, reads, length = bytearray(), 0, None
    while piece := client.recv(65536):
        response += piece
        reads += 1
        if reads == 3:
            time.sleep(float(pause))
        if length is None and b"\r\n\r\n" in response:
            length = int(response.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if length and reads % 7 == 0 and length - len(response) < SLOW:
            time.sleep(float(pause) / 30)
    print(hashlib.sha256(response.split(b"\r\n\r\n", 1)[1]).hexdigest())


main(*sys.argv[1:])
