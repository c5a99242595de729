#!/usr/bin/env python3
"""Ways to make a server work or remember for nothing, each on one connection while a neighbour is served on another.

http2_abuse.py PORT AUTHORITY WAY: prints how the server ended it, "GOAWAY CODE" or "closed" or "endured"; 1 if the
neighbour noticed. The server has a form at /echo, a large file at /files/large, and /probe/wait never answers.
"""

import itertools
import sys

from http2 import *

MOST = 20_000
GET, POST, LARGE = request(), request("/echo", "POST"), request("/files/large")
WAITING = request("/probe/wait", "POST", ("content-length", "1"))
ODD = range(1, 1 << 20, 2)


def repeated(content):
    return lambda: itertools.repeat(content)


def on_streams(make):
    return lambda: (make(stream) for stream in ODD)


def after(first, content):
    return lambda: itertools.chain([first], itertools.repeat(content))


# What is sent again and again.
FLOODS = {
    "reset": on_streams(lambda stream: headers(stream, GET) + reset(stream)),
    "reset a handler that waits": on_streams(lambda stream: headers(stream, WAITING, end=False) + reset(stream)),
    "be reset for content that is too long":
        on_streams(lambda stream: headers(stream, WAITING, end=False) + data(stream, b"two")),
    "be reset for a window that is too large":
        on_streams(lambda stream: headers(stream, WAITING, end=False) + window_update(stream, LARGEST_WINDOW)),
    "be reset for a field that is wrong": on_streams(lambda stream: headers(stream, GET + literal("X", ""))),
    "be reset for fields of zero length":
        on_streams(lambda stream: headers(stream, GET + literal("", "") * 4000)),
    "CONTINUATION": after(headers(1, GET, flags=0), frame(CONTINUATION, 0, 1, literal("x", "y" * 100) * 100)),
    "empty CONTINUATION": after(headers(1, GET, flags=0), frame(CONTINUATION, 0, 1)),
    "SETTINGS": repeated(settings((MAX_CONCURRENT_STREAMS, 100))),
    "empty SETTINGS": repeated(settings()),
    "acknowledgements of SETTINGS": repeated(frame(SETTINGS, ACK, 0)),
    "PING": repeated(ping()),
    "acknowledgements of PING": repeated(ping(flags=ACK)),
    "empty DATA": after(headers(1, WAITING, end=False), data(1)),
    "DATA of padding": after(headers(1, WAITING, end=False), frame(DATA, PADDED, 1, b"\x07" + bytes(7))),
    "PRIORITY": on_streams(lambda stream: priority(stream, 0)),
    "PRIORITY_UPDATE": repeated(priority_update(1, b"u=0")),
    "unknown frames": repeated(frame(0xB7, 0, 0, b"octets")),
    "WINDOW_UPDATE": repeated(window_update(0, 1)),
    "WINDOW_UPDATE of a stream": after(headers(1, WAITING, end=False), window_update(1, 1)),
}

# What is begun and left so: the SETTINGS, and what follows.
NOTHING, NO_WINDOW = settings(), settings((INITIAL_WINDOW_SIZE, 0))
STALLS = {
    "half a preface": (None, PREFACE[:10]),
    "a preface without SETTINGS": (None, PREFACE),
    "half a frame": (NOTHING, ping()[:12]),
    "a section without an end": (NOTHING, headers(1, GET, flags=0)),
    "content that does not come":
        (NOTHING, headers(1, request("/echo", "POST", ("content-length", "10")), end=False)),
    "content that stops":
        (NOTHING, headers(1, request("/echo", "POST", ("content-length", "10")), end=False) + data(1, b"text=")),
    "a window that is never opened": (NO_WINDOW, headers(1, LARGE)),
    "windows that are never opened": (NO_WINDOW, b"".join(headers(stream, LARGE) for stream in range(1, 200, 2))),
    "windows that are never opened, one after the other": (NO_WINDOW, headers(1, LARGE)),
    "a window of the connection that is never opened":
        (settings((INITIAL_WINDOW_SIZE, 1 << 20)), headers(1, LARGE)),
    "a window that is opened octet by octet": (NO_WINDOW, headers(1, LARGE)),
}


class Neighbour:
    def __init__(self, port, authority):
        self.client, self.number = Connection(port, authority, opens=True, keeps=False), -1

    def ask(self):
        self.number += 2
        return self.client.ask(self.number, GET).status == 200


def flood(client, neighbour, pieces, reads):
    """Sends in portions until the server has enough; whether the neighbour was served."""
    served = True
    for _ in range(MOST // 100):
        if not client.send(b"".join(itertools.islice(pieces, 100)), reads=reads, seconds=5) or client.goaways:
            break
        served = neighbour.ask() and served
    client.wait(lambda: client.is_closed)
    return served


def main():
    port, authority, way = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    neighbour = Neighbour(port, authority)
    served = neighbour.ask()
    if way.removeprefix("unread ") in FLOODS:
        # One that reads nothing takes no acknowledgement either: what the server wants to say piles up.
        reads = not way.startswith("unread ")
        client = Connection(port, authority, buffer=None if reads else 4096)
        served = flood(client, neighbour, iter(FLOODS[way.removeprefix("unread ")]()), reads) and served
    else:
        first, content = STALLS[way]
        silent = first is None
        client = Connection(port, authority, first, preface=b"" if silent else PREFACE, acknowledges=not silent)
        client.send(content)
        if way.endswith("one after the other"):
            client.wait(lambda: False, seconds=0.06)  # so that their deadlines lie in different ticks of the timer
            client.send(headers(3, LARGE))
        served = neighbour.ask() and served
        while way.endswith("octet by octet") and client.send(window_update(1, 1)):
            length = client.stream(1).length
            client.wait(lambda: client.stream(1).length > length or client.goaways)
        client.wait(lambda: client.is_closed)
    served = neighbour.ask() and served
    print("endured" if not client.is_closed else f"GOAWAY {client.code}" if client.goaways else "closed")
    if not served:
        print(f"the neighbour was not served: {neighbour.client}")
    return 0 if served else 1


sys.exit(main())
