#!/usr/bin/env python3
"""Asks for a large page, says by close_notify that nothing more comes, and only then reads (RFC 8446 §6.1).

half_close.py PORT AUTHORITY PATH BYTES
"""

import socket
import ssl
import sys


class Client:
    """A TLS connection whose records are handed to the socket by hand, so that close_notify needs no answer."""

    def __init__(self, port, authority):
        self.socket = socket.socket()
        # Small, so that most of the page is still with the server when close_notify arrives there.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=authority)
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self.until_done(self.tls.do_handshake)

    def flush(self):
        self.socket.sendall(self.outgoing.read())

    def until_done(self, operation, *arguments):
        while True:
            try:
                result = operation(*arguments)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                received = self.socket.recv(65536)
                assert received, "the connection ended too early"
                self.incoming.write(received)


def main():
    port, authority, path, size = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    client = Client(port, authority)
    client.tls.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    client.flush()
    # The server is in the middle of the page.
    beginning = client.socket.recv(4096)
    try:
        client.tls.unwrap()
    except ssl.SSLWantReadError:
        pass  # the server's close_notify has not come, but ours is made
    client.flush()
    client.incoming.write(beginning)
    received = 0
    try:
        while chunk := client.until_done(client.tls.read, 65536):
            received += len(chunk)
    except ssl.SSLZeroReturnError:
        pass
    assert received > size, f"{received} bytes of head and page, which has {size}"
    assert client.socket.recv(1) == b"", "bytes after close_notify"


main()
