#!/usr/bin/env python3
"""What a server does for a client that keeps the rules: one of the functions below, which fails when it does not.

http2_manners.py PORT AUTHORITY NAME [ARGUMENT]. The server has /echo, /files/large of 1 GiB, /files/middle of 1 MiB,
and /probe. A line "ready" on standard error says that the test may go on.
"""

import sys
import time

from http2 import *

GET, LARGE, MIDDLE = request(), request("/files/large"), request("/files/middle")
WIDE = settings((INITIAL_WINDOW_SIZE, LARGEST_WINDOW))


def prioritised(path, value):
    return request(path, "GET", ("priority", value))


def trailers(connect):
    """Fields after the content go both ways (RFC 9113 §8.1)."""
    client = connect()
    client.send(headers(1, request("/probe/mirror", "POST"), end=False) + data(1, b"content"))
    client.send(headers(1, block(("x-trailer", "yes"))))
    assert client.wait_for(1), client
    assert client.stream(1).content == b"content" and client.stream(1).sections[-1] == {"x-trailer": "yes"}, client
    assert client.ask(3, request("/probe/trailers")).sections[-1] == {"content-digest": "done"}, client


def head(connect):
    """A response to HEAD ends with its fields (RFC 9110 §9.3.2)."""
    client = connect()
    stream = client.ask(1, request("/files/middle", "HEAD"))
    assert stream.status == 200 and stream.sections[0]["content-length"] == "1048576" and not stream.length, stream
    assert not any(kind == DATA for kind, _, _, _ in client.frames), client.frames


def mirrored(connect):
    """Content is answered while it comes: both directions of a stream are open at one time."""
    client = connect()
    client.send(headers(1, request("/probe/mirror", "POST"), end=False))
    for number in range(1, 6):
        client.send(data(1, b"piece"))
        assert client.wait(lambda: client.stream(1).length == 5 * number), client
    client.send(data(1, end=True))
    assert client.wait_for(1) and client.stream(1).content == 5 * b"piece", client


def cookies(connect):
    """Crumbs of cookies are joined (RFC 9113 §8.2.3)."""
    fields = [("cookie", crumb) for crumb in ("a=1", "b=2", "c=3")]
    stream = connect().ask(1, request("/probe/cookie", "GET", *fields))
    assert stream.content == b"a=1; b=2; c=3\n", stream.content


def connection_fields(connect):
    """A response has no field of the connection (RFC 9113 §8.2.2)."""
    for number, path in enumerate(("/", "/files/middle", "/probe/trailers", "/probe/fail", "/nowhere")):
        section = connect(opens=True).ask(1, request(path)).sections[0]
        wrong = {"connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"} & section.keys()
        assert not wrong and all(name == name.lower() for name in section), section


def priorities(connect):
    """What is urgent goes first; the field and PRIORITY_UPDATE say what is (RFC 9218 §4, §7)."""
    client = connect(WIDE)
    client.send(headers(1, LARGE))
    assert client.wait(lambda: client.stream(1).length == 65_535), client
    client.send(headers(3, prioritised("/files/large", "u=7")) + headers(5, prioritised("/files/large", "u=0")))
    assert client.wait(lambda: client.stream(3).status and client.stream(5).status), client
    expect_growth(client, 20_000, 5)
    client.send(priority_update(5, b"u=6") + priority_update(3, b"u=1"))
    expect_growth(client, 20_000, 3)
    # Those that are incremental share with their equals.
    client.send(priority_update(5, b"u=1, i") + priority_update(3, b"u=1, i"))
    expect_growth(client, 60_000, 3, 5)


def expect_growth(client, increment, *streams):
    """Opens the connection's window, which these streams alone have to fill."""
    before = {number: stream.length for number, stream in client.streams.items()}
    client.send(window_update(0, increment))
    assert client.wait(lambda: sum(stream.length for stream in client.streams.values())
                       == sum(before.values()) + increment), client
    grown = {number for number, stream in client.streams.items() if stream.length > before[number]}
    assert grown == set(streams), f"{grown} has grown, not {streams}"


def window(connect):
    """A handler that does not read leaves the window shut, and other streams are served."""
    client = connect()
    client.send(headers(1, request("/probe/wait", "POST"), end=False))
    sent = 0
    while client.window(1):
        sent += min(client.window(1), 16_384)
        client.send_data(1, bytes(min(client.window(1), 16_384)))
        client.ask(2 * sent // 16_384 + 1, GET)
    assert sent == client.settings[INITIAL_WINDOW_SIZE], sent
    assert not client.stream(1).is_over, client


def outranked(connect):
    """What waits for more urgent content only is not cut at write_timeout, which is much shorter than this."""
    client, urgent = connect(WIDE), range(3, 19, 2)
    client.send(headers(1, prioritised("/files/large", "u=7")))
    assert client.wait(lambda: client.stream(1).length == 65_535), client
    # There are so many that one of them has content whenever the window opens.
    client.send(b"".join(headers(number, prioritised("/files/large", "u=0")) for number in urgent))
    assert client.wait(lambda: all(client.stream(number).status for number in urgent)), client
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        before = sum(client.stream(number).length for number in urgent)
        client.send(window_update(0, 8192))
        assert client.wait(lambda: sum(client.stream(number).length for number in urgent) == before + 8192), client
    assert client.stream(1).length == 65_535 and not client.stream(1).is_over, client
    client.send(b"".join(reset(number) for number in urgent) + window_update(0, 8192))
    assert client.wait(lambda: client.stream(1).length > 65_535), client


def answered_early(connect):
    """Content that nobody wants any more is called off without an error (RFC 9113 §8.1), after the whole response."""
    client = connect()
    client.send(headers(1, request("/", "POST"), end=False) + data(1, bytes(16_384)))
    assert client.wait(lambda: client.stream(1).code), client
    assert client.stream(1).is_ended and client.stream(1).status == 200, client
    assert client.stream(1).code == "NO_ERROR", client
    # What was on its way is passed over, and its window opens again.
    client.send(b"".join(data(1, bytes(16_384)) for _ in range(3)))
    assert client.ask(3, GET).status == 200, client


def cancel(connect):
    """A stream that is reset, and a connection that is closed."""
    client = connect()
    for number in (1, 3, 5):
        client.send(headers(number, request("/probe/wait", "POST"), end=False))
    assert client.ask(7, GET).status == 200, client
    client.send(reset(1))
    assert client.ask(9, GET).status == 200, client
    client.close()


def unread(connect):
    """A hundred streams that are asked for and not read."""
    client = connect(WIDE, buffer=4096)
    client.send(window_update(0, LARGEST_WINDOW - 65_535), reads=False)
    client.send(b"".join(headers(number, LARGE) for number in range(1, 200, 2)), reads=False)
    neighbour = connect(opens=True)
    # The server has had its turns with the first connection when it has had as many with the second.
    for number in range(1, 200, 2):
        assert neighbour.ask(number, GET).status == 200, neighbour


def shut(connect):
    """A hundred streams whose windows are shut."""
    client = connect(settings((INITIAL_WINDOW_SIZE, 0)))
    client.send(b"".join(headers(number, LARGE) for number in range(1, 200, 2)))
    assert client.wait(lambda: all(client.stream(number).status == 200 for number in range(1, 200, 2))), client


def idle(connect):
    """A connection that asked for this and that, then for nothing."""
    client = connect()
    assert client.ask(1, GET).status == 200, client
    client.send(headers(3, request("/echo", "POST"), end=False) + reset(3))
    assert client.ask(5, request("/files/middle", "HEAD")).status == 200, client
    assert client.wait(lambda: client.is_closed) and client.goaways == [(5, "NO_ERROR")], client


def stalled(connect):
    """Nothing is read, half a frame is sent, and more than is allowed."""
    client = connect(WIDE, buffer=4096)
    client.send(window_update(0, LARGEST_WINDOW - 65_535) + headers(1, LARGE), reads=False)
    neighbour = connect(opens=True)
    assert neighbour.ask(1, GET).status == 200, neighbour
    client.send(ping() * 10_000 + ping()[:12], reads=False)
    assert neighbour.ask(3, GET).status == 200, neighbour
    # The neighbour's idle_timeout is later than what ends the other one.
    assert neighbour.wait(lambda: neighbour.is_closed), neighbour


def last_requests(connect):
    """The connection says that it takes no more requests, and answers those that it has (RFC 9113 §6.8)."""
    client = connect()
    for number in (1, 3):
        client.send(headers(number, GET))
    assert client.wait_for(1, 3) and client.wait(lambda: client.is_closed), client
    assert client.goaways == [(3, "NO_ERROR")] and client.stream(3).status == 200, client


def drain(connect):
    """A stop: a notice, so that what is on its way is served, then the number of the last stream, then the end."""
    client = connect()
    client.send(headers(1, MIDDLE))
    assert client.wait(lambda: client.stream(1).length == 65_535), client
    print("ready", file=sys.stderr, flush=True)
    assert client.wait(lambda: client.goaways) and client.goaways == [(LARGEST_WINDOW, "NO_ERROR")], client
    client.send(headers(3, request("/files/middle", "HEAD")))
    assert client.wait_for(3) and client.stream(3).status == 200, client
    assert client.wait(lambda: len(client.goaways) == 2) and client.goaways[1] == (3, "NO_ERROR"), client
    client.opens = True
    client.send(window_update(0, 65_535) + window_update(1, 65_535))
    assert client.wait_for(1) and client.stream(1).is_ended and client.stream(1).length == 1 << 20, client
    assert client.wait(lambda: client.is_closed), client


def slow_stream(connect):
    """A stream that stalls is cut while others get on."""
    client = connect()
    client.send(headers(1, request("/echo", "POST", ("content-length", "5")), end=False))
    client.send(headers(3, request("/probe/wait", "POST")))
    assert client.wait_for(1), client
    assert client.stream(1).status == 408 and client.ask(5, GET).status == 200, client
    assert not client.stream(3).is_over and not client.goaways, client


def not_admitted(connect):
    """A connection too many is told so, and ends."""
    first = connect()
    assert first.ask(1, GET).status == 200, first
    second = connect()
    stream = second.ask(1, GET)
    assert stream.status == 503 and "retry-after" in stream.sections[0], second
    assert second.wait(lambda: second.is_closed) and second.code == "NO_ERROR", second
    assert first.ask(3, GET).status == 200, first


def fields(connect):
    """header_bytes, header_fields and request_line_bytes: 431 and 414, and the connection goes on."""
    client = connect()
    many = [(f"x-{number}", "a") for number in range(11)]
    assert client.ask(1, request("/echo", "GET", *many[:10])).status == 200, client
    assert client.ask(3, request("/echo", "GET", *many)).status == 431, client
    assert client.ask(5, request("/echo", "GET", ("x", "a" * 4096))).status == 431, client
    assert client.ask(7, request("/echo?" + "a" * 94)).status == 200, client
    assert client.ask(9, request("/echo?" + "a" * 95)).status == 414, client
    assert client.settings[MAX_HEADER_LIST] == 2048, client.settings


def streams(connect):
    """[http2] streams and window are what SETTINGS say."""
    client = connect(settings((INITIAL_WINDOW_SIZE, 0)), acknowledges=False)
    assert client.settings[MAX_CONCURRENT_STREAMS] == 2 and client.settings[INITIAL_WINDOW_SIZE] == 1000, client.settings
    client.send(b"".join(headers(number, LARGE) for number in (1, 3, 5)))
    assert client.wait(lambda: client.stream(5).code) and client.stream(5).code == "REFUSED_STREAM", client
    client.send(reset(1) + headers(7, request("/echo", "HEAD")))
    assert client.wait_for(7) and client.stream(7).status == 200, client


def main():
    port, authority, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    globals()[name](lambda *arguments, **options: Connection(port, authority, *arguments, **options))


main()
