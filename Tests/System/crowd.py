#!/usr/bin/env python3
"""Connects many clients at once, more than the server takes, and requests a path on each: crowd.py PORT PATH COUNT

All connect first. Then each is served as soon as it gets its turn, and goes; all must get their answer.
"""

import http.client
import selectors
import socket
import ssl
import sys


def main():
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    context = ssl._create_unverified_context()
    waiting = selectors.DefaultSelector()
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port))
        tls = context.wrap_socket(client, do_handshake_on_connect=False, server_hostname="localhost")
        tls.setblocking(False)
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        waiting.register(tls, selectors.EVENT_READ | (selectors.EVENT_WRITE if tls.version() else 0))
    answered = 0
    while answered < count:
        ready = waiting.select(timeout=15)
        if not ready:
            sys.exit(f"FAILED: {answered} of {count} clients were answered")
        for key, _ in ready:
            tls = key.fileobj
            waiting.unregister(tls)
            tls.settimeout(15)
            tls.do_handshake()
            tls.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            response = http.client.HTTPResponse(tls)
            response.begin()
            content = response.read()
            tls.close()
            answered += response.status == 200 and len(content) > 0
    print(f"{answered} clients were answered")


main()
