#!/usr/bin/env python3
"""Ends TLS connections in order, from either side, and fails when the server does not.

close_notify.py PORT AUTHORITY
"""

import socket
import ssl
import sys

REQUEST = b"GET /echo HTTP/1.1\r\nHost: localhost\r\n"


def connect(port, authority):
    context = ssl.create_default_context(cafile=authority)
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    # Without suppress_ragged_eofs an end that close_notify does not announce is an exception.
    return context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)


def read_to_end(client):
    received = b""
    while chunk := client.recv(65536):
        received += chunk
    return received


def main():
    port, authority = int(sys.argv[1]), sys.argv[2]
    with connect(port, authority) as client:
        client.sendall(REQUEST + b"Connection: close\r\n\r\n")
        assert read_to_end(client).startswith(b"HTTP/1.1 200 "), "no response"
        # The client said that it sends nothing more, so the server closes without the client's close_notify.
        client.settimeout(1)
        assert socket.socket.recv(client, 1) == b"", "bytes after close_notify"
    with connect(port, authority) as client:
        client.sendall(REQUEST + b"\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 "), "no response"
        # unwrap sends close_notify and returns once the server's has come.
        plain = client.unwrap()
        assert plain.recv(1) == b"", "bytes after close_notify"
        plain.close()
    with connect(port, authority) as client:
        client.sendall(REQUEST + b"\r\n")
        # The request was whole, so it is answered although nothing more can come, not even close_notify.
        socket.socket.shutdown(client, socket.SHUT_WR)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 "), "a half-closed connection got no response"


main()
