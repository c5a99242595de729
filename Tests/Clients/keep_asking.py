#!/usr/bin/env python3
"""Asks without a pause, over kept-alive and new connections, until standard input ends; counts what went wrong.

keep_asking.py AUTHORITY TLS-PORT PLAIN-PORT, over HTTP/1.1 by both ports and over HTTP/2 by the first: prints "asking" once every client has had an answer, then at the end
"ANSWERS answered, CONNECTIONS connected, FAILED failed" after a line for each failure; 1 if there was one.
"""

import http.client
import io
import ssl
import sys
import threading
import time

import http2

stopping = threading.Event()


class Client(threading.Thread):
    def __init__(self, connect, requests_per_connection):
        super().__init__(daemon=True)
        self.connect, self.most = connect, requests_per_connection
        self.answered, self.connected, self.failures = 0, 0, []
        self.begun = threading.Event()

    def run(self):
        while not stopping.is_set():
            connection = self.connect()
            try:
                connection.connect()
                self.connected += 1
                self.ask(connection)
            except (OSError, http.client.HTTPException) as failure:
                self.failures.append(f"request {self.answered}: {failure!r}")
            finally:
                connection.close()
                self.begun.set()

    def ask(self, connection):
        for number in range(self.most):
            if stopping.is_set():
                return
            text = f"{self.ident}-{self.answered}"
            connection.request("GET", f"/echo?text={text}")
            response = connection.getresponse()
            content = response.read()
            if response.status != 200 or text.encode() not in content:
                self.failures.append(f"{text}: {response.status} {content!r}")
            self.answered += 1
            self.begun.set()
            # A turn for the server: on two cores the clients would take all that there is.
            time.sleep(0.002)
            if response.will_close:
                return


class HTTP2Connection:
    """A connection of HTTP/2, as http.client has it of HTTP/1.1."""

    def __init__(self, port, authority):
        self.place, self.client, self.number = (port, authority), None, -1

    def connect(self):
        self.client = http2.Connection(*self.place, opens=True)

    def request(self, method, path):
        self.number += 2
        self.client.send(http2.headers(self.number, http2.request(path, method)))

    def getresponse(self):
        if not self.client.wait_for(self.number, seconds=20):
            raise http.client.RemoteDisconnected(str(self.client))
        stream = self.client.streams.pop(self.number)
        response = io.BytesIO(stream.content)
        response.status, response.will_close = stream.status, bool(self.client.goaways)
        return response

    def close(self):
        if self.client:
            self.client.close()


def main():
    context = ssl.create_default_context(cafile=sys.argv[1])
    tls, plain = int(sys.argv[2]), int(sys.argv[3])
    over_tls = lambda: http.client.HTTPSConnection("localhost", tls, context=context, timeout=20)
    over_tcp = lambda: http.client.HTTPConnection("localhost", plain, timeout=20)
    endless = 1 << 62
    over_http2 = lambda: HTTP2Connection(tls, sys.argv[1])
    clients = [Client(connect, most) for connect in (over_tls, over_tcp, over_http2) for most in (endless, 20, 1)]
    for client in clients:
        client.start()
    for client in clients:
        client.begun.wait()
    print("asking", flush=True)
    sys.stdin.read()
    stopping.set()
    for client in clients:
        client.join(30)
    failures = [failure for client in clients for failure in client.failures]
    for failure in failures[:20]:
        print(failure)
    answered, connected = (sum(getattr(client, name) for client in clients) for name in ("answered", "connected"))
    print(f"{answered} answered, {connected} connected, {len(failures)} failed")
    return 1 if failures else 0


sys.exit(main())
