#!/usr/bin/env python3
"""Requests a path over and over on kept-alive connections until the server is gone.

load.py PORT PATH CONNECTIONS PROGRESS: touches the file PROGRESS when each connection has had an answer, and prints
"ANSWERS answered, TRUNCATED truncated" at the end. A connection that is refused or closed between two answers
is the end of that connection; an answer that is cut off is a failure (exit status 1).
"""

import http.client
import pathlib
import ssl
import sys
import threading


class Client(threading.Thread):
    def __init__(self, port, path):
        super().__init__()
        self.port, self.path, self.answered, self.truncated = port, path, 0, 0
        self.has_answer = threading.Event()

    def run(self):
        context = ssl._create_unverified_context()
        while True:
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=30)
            try:
                self.use(connection)
            except (ConnectionRefusedError, ssl.SSLError, ConnectionResetError, TimeoutError):
                return
            finally:
                connection.close()

    def use(self, connection):
        while True:
            try:
                connection.request("GET", self.path)
                response = connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                return
            try:
                content = response.read()
            except (http.client.IncompleteRead, OSError):
                self.truncated += 1
                raise ConnectionResetError
            self.answered += response.status == 200 and len(content) > 0
            self.has_answer.set()
            if response.will_close:
                return


def main():
    port, path, count, progress = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), pathlib.Path(sys.argv[4])
    clients = [Client(port, path) for _ in range(count)]
    for client in clients:
        client.start()
    for client in clients:
        client.has_answer.wait()
    progress.touch()
    for client in clients:
        client.join()
    truncated = sum(client.truncated for client in clients)
    print(f"{sum(client.answered for client in clients)} answered, {truncated} truncated")
    return 1 if truncated else 0


sys.exit(main())
