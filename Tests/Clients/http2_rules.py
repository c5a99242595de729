#!/usr/bin/env python3
"""What RFC 9113 and RFC 7541 want of a server that is spoken to wrongly, or rightly in unusual ways.

http2_rules.py PORT AUTHORITY [SECTION]: prints a line for each rule that is not kept; 1 if there was one. SECTION is
the beginning of a rule's section, such as "RFC 9113 §6.1". Each rule is tried on a connection of its own, and a
neighbour has to be served after each. The server has a form at /echo, a large file at /files/large, and /probe/wait
never answers.
"""

import struct
import sys
from dataclasses import dataclass, field

from http2 import *

PROTOCOL, FLOW, CLOSED, SIZE, COMPRESSION = (
    "PROTOCOL_ERROR", "FLOW_CONTROL_ERROR", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "COMPRESSION_ERROR")
GET, POST, LARGE = request(), request("/echo", "POST"), request("/files/large")
# For what begins in another way: not even SETTINGS are acknowledged.
SILENT = {"preface": b"", "first": None, "acknowledges": False}
NO_WINDOW = settings((INITIAL_WINDOW_SIZE, 0))
LATER = 1001


# What is expected: each gives what is wrong, or nothing.

def goes(*codes):
    """The connection ends, with one of these codes."""
    def check(client):
        client.wait(lambda: client.is_closed)
        return not (client.is_closed and client.code in codes)
    return check


def closes(client):
    """The connection ends; RFC 9113 §3.4 leaves the GOAWAY out where the client may speak something else."""
    client.wait(lambda: client.is_closed)
    return not client.is_closed


def cuts(*codes, stream=1):
    """The stream ends with one of these codes, and the connection goes on."""
    def check(client):
        client.wait(lambda: client.stream(stream).code is not None or client.goaways)
        return client.stream(stream).code not in codes or serves_on(client)
    return check


def answers(status, stream=1):
    """The stream is answered with this status, and the connection goes on."""
    def check(client):
        client.wait_for(stream)
        code = client.stream(stream).code
        # NO_ERROR asks the client not to send the rest of its content.
        return client.stream(stream).status != status or code not in (None, "NO_ERROR") or serves_on(client)
    return check


def serves_on(client):
    """Nothing of it matters."""
    if not client.is_closed and not client.goaways:
        client.send(window_update(0, 1 << 20) + settings((INITIAL_WINDOW_SIZE, 65_535)))
    return client.is_closed or client.goaways or client.ask(LATER, GET).status != 200


def when_over(*streams):
    """A step: waits until the streams are over."""
    return lambda client: client.wait_for(*streams)


def when(what):
    """A step: waits until something is true of the client."""
    return lambda client: client.wait(lambda: what(client))


@dataclass
class Rule:
    section: str
    name: str
    steps: list
    expected: object
    options: dict = field(default_factory=dict)


RULES = []


def rule(section, name, *steps, expected, **options):
    RULES.append(Rule(section, name, steps, expected, options))



# RFC 9113 §3: the beginning

rule("RFC 9113 §3.4", "a preface and a request", headers(1, GET), expected=answers(200))
rule("RFC 9113 §3.4", "a preface that is none", b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + settings(),
     expected=closes, **SILENT)
rule("RFC 9113 §3.4", "a request of HTTP/1.1", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
     expected=closes, **SILENT)
rule("RFC 9113 §3.4", "a preface without SETTINGS", PREFACE + ping(), expected=goes(PROTOCOL), **SILENT)
rule("RFC 9113 §3.4", "a preface, then an acknowledgement of SETTINGS", PREFACE + frame(SETTINGS, ACK, 0),
     expected=goes(PROTOCOL), **SILENT)
rule("RFC 9113 §3.4", "everything in one segment", PREFACE + settings() + headers(1, GET),
     expected=answers(200), **SILENT)
rule("RFC 9113 §3.4", "octet by octet",
     *(bytes((octet,)) for octet in PREFACE + settings() + headers(1, GET)), expected=answers(200), **SILENT)

# §4: frames

rule("RFC 9113 §4.1", "a frame of an unknown type", frame(0xB7, 0xFF, 0, b"octets"), expected=serves_on)
rule("RFC 9113 §4.1", "a frame of an unknown type on a stream", frame(0xB7, 0xFF, 1, b"octets"), headers(1, GET),
     expected=answers(200))
rule("RFC 9113 §4.1", "flags that have no meaning", frame(PING, 0xFE, 0, b"12345678"), expected=serves_on)
rule("RFC 9113 §4.1", "flags that have no meaning on HEADERS", headers(1, GET, flags=END_HEADERS | 0xD2 & ~PADDED),
     expected=answers(200))
rule("RFC 9113 §4.1", "the reserved bit of a stream's number", frame(PING, 0, 1 << 31, b"12345678"), expected=serves_on)
rule("RFC 9113 §4.1", "the reserved bit on HEADERS", frame(HEADERS, END_STREAM | END_HEADERS, 1 << 31 | 1, GET),
     expected=answers(200))
rule("RFC 9113 §4.2", "DATA of 2^14 octets", headers(1, POST, end=False), data(1, b"a=" + b"b" * 16_382, end=True),
     expected=answers(200))
rule("RFC 9113 §4.2", "DATA of one octet more", headers(1, POST, end=False), data(1, bytes(16_385), end=True),
     expected=goes(SIZE))
rule("RFC 9113 §4.2", "HEADERS of one octet more", headers(1, GET + literal("x", "y" * 16_385)), expected=goes(SIZE))
rule("RFC 9113 §4.2", "PING of 70,000 octets", ping(bytes(70_000)), expected=goes(SIZE))
rule("RFC 9113 §4.2", "the longest length that can be said", b"\xff\xff\xff" + headers(1, b"")[3:], expected=goes(SIZE))
rule("RFC 9113 §4.2", "an unknown frame of one octet more", frame(0xB7, 0, 0, bytes(16_385)), expected=goes(SIZE))
rule("RFC 9113 §4.3", "a field block that can't be decoded", headers(1, GET + b"\x00\x05ab"),
     expected=goes(COMPRESSION))
rule("RFC 9113 §4.3", "a field block of nothing", headers(1, b""), expected=cuts(PROTOCOL))
rule("RFC 9113 §4.3", "PRIORITY within a field block", headers(1, GET, flags=0), priority(1, 0),
     expected=goes(PROTOCOL))
rule("RFC 9113 §4.3", "HEADERS within a field block", headers(1, GET, flags=0), headers(3, GET),
     expected=goes(PROTOCOL))
rule("RFC 9113 §4.3", "the section of a stream that was reset still counts for the table",
     headers(1, literal("x-a", "1", 0x40) + GET, end=False) + reset(1) + headers(3, GET + b"\xbe"),
     expected=answers(200, 3))
rule("RFC 9113 §4.3", "the section of a malformed request still counts for the table",
     headers(1, literal("x-a", "1", 0x40) + block(("X", "y"))), headers(3, GET + b"\xbe"), expected=answers(200, 3))

# §5: streams

rule("RFC 9113 §5.1", "idle: DATA", data(1, b"a", end=True), expected=goes(PROTOCOL, CLOSED))
rule("RFC 9113 §5.1", "idle: RST_STREAM", reset(1), expected=goes(PROTOCOL))
rule("RFC 9113 §5.1", "idle: WINDOW_UPDATE", window_update(1, 100), expected=goes(PROTOCOL))
rule("RFC 9113 §5.1", "idle: CONTINUATION", frame(CONTINUATION, END_HEADERS, 1, GET), expected=goes(PROTOCOL))
rule("RFC 9113 §5.1", "idle: PRIORITY", priority(1, 0) + headers(1, GET), expected=answers(200))
rule("RFC 9113 §5.1", "idle: PRIORITY of a later stream", priority(5, 3) + headers(1, GET), expected=answers(200))
rule("RFC 9113 §5.1", "half-closed: DATA", headers(1, LARGE), data(1, b"a", end=True), first=NO_WINDOW,
     expected=goes(CLOSED))
rule("RFC 9113 §5.1", "half-closed: HEADERS", headers(1, LARGE), headers(1, GET), first=NO_WINDOW,
     expected=goes(CLOSED))
rule("RFC 9113 §5.1", "half-closed: CONTINUATION", headers(1, LARGE), frame(CONTINUATION, END_HEADERS, 1, GET),
     first=NO_WINDOW, expected=goes(CLOSED, PROTOCOL))
rule("RFC 9113 §5.1", "half-closed: WINDOW_UPDATE", headers(1, GET), window_update(1, 1 << 16), first=NO_WINDOW,
     expected=answers(200))
rule("RFC 9113 §5.1", "half-closed: PRIORITY", headers(1, GET), priority(1, 0) + window_update(1, 1 << 16),
     first=NO_WINDOW, expected=answers(200))
rule("RFC 9113 §5.1", "half-closed: RST_STREAM", headers(1, LARGE), reset(1), first=NO_WINDOW, expected=serves_on)
rule("RFC 9113 §5.1", "reset: DATA", headers(1, POST, end=False), reset(1), data(1, b"a", end=True),
     expected=goes(CLOSED))
rule("RFC 9113 §5.1", "reset: HEADERS", headers(1, POST, end=False), reset(1), headers(1, GET), expected=goes(CLOSED))
rule("RFC 9113 §5.1", "reset: CONTINUATION", headers(1, POST, end=False), reset(1),
     frame(CONTINUATION, END_HEADERS, 1, GET), expected=goes(CLOSED, PROTOCOL))
rule("RFC 9113 §5.1", "reset: PRIORITY, RST_STREAM, WINDOW_UPDATE", headers(1, POST, end=False), reset(1),
     priority(1, 0) + reset(1) + window_update(1, 1), expected=serves_on)
rule("RFC 9113 §5.1", "closed: DATA", headers(1, GET), when_over(1), data(1, b"a", end=True), expected=goes(CLOSED))
rule("RFC 9113 §5.1", "closed: HEADERS", headers(1, GET), when_over(1), headers(1, GET), expected=goes(CLOSED))
rule("RFC 9113 §5.1", "closed: CONTINUATION", headers(1, GET), when_over(1), frame(CONTINUATION, END_HEADERS, 1, GET),
     expected=goes(CLOSED, PROTOCOL))
rule("RFC 9113 §5.1", "closed: PRIORITY, RST_STREAM, WINDOW_UPDATE", headers(1, GET), when_over(1),
     priority(1, 0) + reset(1) + window_update(1, 1), expected=serves_on)
rule("RFC 9113 §5.1", "reset by the server: what was on its way is ignored", headers(1, block(("X", "y")), end=False),
     when_over(1), data(1, b"a") + window_update(1, 5) + data(1, b"b", end=True), expected=serves_on)
rule("RFC 9113 §5.1", "reset by the server: trailers that were on their way are ignored",
     headers(1, block(("X", "y")), end=False), when_over(1), headers(1, block(("x", "y"))), expected=serves_on)
rule("RFC 9113 §5.1.1", "an even number", headers(2, GET), expected=goes(PROTOCOL))
rule("RFC 9113 §5.1.1", "the number 0", headers(0, GET), expected=goes(PROTOCOL))
rule("RFC 9113 §5.1.1", "a number below the one before", headers(5, GET) + headers(3, GET), expected=goes(PROTOCOL))
rule("RFC 9113 §5.1.1", "a number below the one before, later", headers(5, GET), when_over(5), headers(3, GET),
     expected=goes(PROTOCOL))
rule("RFC 9113 §5.1.1", "the last number", headers((1 << 31) - 1, GET),
     expected=lambda client: not client.wait_for((1 << 31) - 1) or client.stream((1 << 31) - 1).status != 200)
rule("RFC 9113 §5.1.1", "numbers that are passed over", headers(1, GET) + headers(101, GET), when_over(1, 101),
     expected=answers(200, 101))
rule("RFC 9113 §5.1.1", "DATA for a number that was passed over", headers(5, GET), when_over(5), data(3, b"a"),
     expected=goes(PROTOCOL, CLOSED))
MANY = b"".join(headers(1 + 2 * number, LARGE) for number in range(128))
rule("RFC 9113 §5.1.2", "more streams than a MAX_CONCURRENT_STREAMS that the client may not know yet",
     MANY + headers(257, LARGE), first=NO_WINDOW, acknowledges=False,
     expected=lambda client: not client.wait_for(257) or client.stream(257).code != "REFUSED_STREAM")
rule("RFC 9113 §5.1.2", "more streams than a MAX_CONCURRENT_STREAMS that the client has acknowledged",
     MANY + headers(257, LARGE), first=NO_WINDOW, expected=goes(PROTOCOL))
rule("RFC 9113 §5.1.2", "a stream that was refused counts for the table",
     MANY + headers(257, literal("x-a", "1", 0x40) + GET) + reset(1), when_over(257), headers(259, GET + b"\xbe"),
     first=NO_WINDOW, acknowledges=False,
     expected=lambda client: not client.wait(lambda: client.stream(259).status) or client.stream(259).status != 200)
rule("RFC 9113 §5.4.1", "GOAWAY names the last stream", headers(1, GET) + headers(3, GET), when_over(1, 3), ping(b"1"),
     expected=lambda client: goes(SIZE)(client) or client.goaways[-1][0] != 3)
rule("RFC 9113 §5.5", "an unknown frame within a field block", headers(1, GET, flags=0), frame(0xB7, 0, 0, b"octets"),
     expected=goes(PROTOCOL))
rule("RFC 7540 §5.3.1", "HEADERS of a stream that depends on itself",
     headers(1, struct.pack(">IB", 1, 0) + GET, flags=END_HEADERS | WITH_PRIORITY), expected=goes(PROTOCOL))
rule("RFC 7540 §5.3.1", "PRIORITY of a stream that depends on itself", headers(1, LARGE), priority(1, 1),
     first=NO_WINDOW, expected=goes(PROTOCOL))

# §6: each type of frame

rule("RFC 9113 §6.1", "DATA in several frames",
     headers(1, request("/echo", "POST", ("content-type", "application/x-www-form-urlencoded")), end=False),
     data(1, b"te") + data(1) + data(1, b"xt=") + data(1, b"a", end=True), expected=answers(200))
rule("RFC 9113 §6.1", "DATA with padding",
     headers(1, request("/echo", "POST", ("content-type", "application/x-www-form-urlencoded"), ("content-length", "6")),
             end=False),
     frame(DATA, PADDED | END_STREAM, 1, b"\x05text=a" + bytes(5)), expected=answers(200))
rule("RFC 9113 §6.1", "DATA that is padding only, as long as its window is opened for padding too",
     headers(1, request("/echo", "POST", ("content-type", "application/x-www-form-urlencoded")), end=False),
     frame(DATA, PADDED, 1, b"\xff" + bytes(255)) * 200, when(lambda client: client.stream(1).opened),
     frame(DATA, PADDED, 1, b"\xff" + bytes(255)) * 100, data(1, b"text=a", end=True), expected=answers(200))
rule("RFC 9113 §6.1", "DATA on stream 0", data(0, b"a", end=True), expected=goes(PROTOCOL))
rule("RFC 9113 §6.1", "padding longer than DATA", headers(1, POST, end=False), frame(DATA, PADDED, 1, b"\x06text"),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.1", "padding as long as DATA", headers(1, POST, end=False), frame(DATA, PADDED, 1, b"\x05text"),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.1", "DATA with padding and no room for its length", headers(1, POST, end=False),
     frame(DATA, PADDED, 1), expected=goes(PROTOCOL, SIZE))
rule("RFC 9113 §6.2", "HEADERS with padding", headers(1, b"\x05" + GET + bytes(5), flags=END_HEADERS | PADDED),
     expected=answers(200))
rule("RFC 9113 §6.2", "HEADERS with priority",
     headers(1, struct.pack(">IB", 0, 255) + GET, flags=END_HEADERS | WITH_PRIORITY), expected=answers(200))
rule("RFC 9113 §6.2", "HEADERS with padding and exclusive priority",
     headers(1, b"\x05" + struct.pack(">IB", 1 << 31, 15) + GET + bytes(5), flags=END_HEADERS | PADDED | WITH_PRIORITY),
     expected=answers(200))
rule("RFC 9113 §6.2", "padding longer than HEADERS", headers(1, b"\xff" + GET, flags=END_HEADERS | PADDED),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.2", "HEADERS with padding and no room for its length", headers(1, b"", flags=END_HEADERS | PADDED),
     expected=goes(PROTOCOL, SIZE))
rule("RFC 9113 §6.2", "HEADERS with priority and no room for it", headers(1, b"\0\0", flags=END_HEADERS | WITH_PRIORITY),
     expected=goes(PROTOCOL, SIZE))
rule("RFC 9113 §6.2", "HEADERS on stream 0", headers(0, GET), expected=goes(PROTOCOL))
for weight in (0, 255):
    rule("RFC 9113 §6.3", f"PRIORITY with weight {weight + 1}", priority(1, 0, weight) + headers(1, GET),
         expected=answers(200))
rule("RFC 9113 §6.3", "PRIORITY with an exclusive dependency", headers(1, GET) + priority(3, 1 << 31 | 1),
     expected=answers(200))
rule("RFC 9113 §6.3", "PRIORITY on stream 0", priority(0, 1), expected=goes(PROTOCOL))
rule("RFC 9113 §6.3", "PRIORITY of four octets", headers(1, LARGE), frame(PRIORITY, 0, 1, bytes(4)), first=NO_WINDOW,
     expected=lambda client: cuts(SIZE)(client) and goes(SIZE)(client))
rule("RFC 9113 §6.4", "RST_STREAM on stream 0", reset(0), expected=goes(PROTOCOL))
rule("RFC 9113 §6.4", "RST_STREAM of three octets", headers(1, POST, end=False), frame(RST_STREAM, 0, 1, bytes(3)),
     expected=goes(SIZE))
rule("RFC 9113 §6.5", "SETTINGS that are acknowledged with something", frame(SETTINGS, ACK, 0, bytes(6)),
     expected=goes(SIZE))
rule("RFC 9113 §6.5", "SETTINGS on a stream", frame(SETTINGS, 0, 1), expected=goes(PROTOCOL))
rule("RFC 9113 §6.5", "SETTINGS of five octets", frame(SETTINGS, 0, 0, bytes(5)), expected=goes(SIZE))
rule("RFC 9113 §6.5", "SETTINGS of nothing", settings(), expected=serves_on)
for value in (2, 0xFFFFFFFF):
    rule("RFC 9113 §6.5.2", f"ENABLE_PUSH = {value}", settings((ENABLE_PUSH, value)), expected=goes(PROTOCOL))
for value in (0, 1):
    rule("RFC 9113 §6.5.2", f"ENABLE_PUSH = {value}", settings((ENABLE_PUSH, value)), expected=serves_on)
for value in (1 << 31, 0xFFFFFFFF):
    rule("RFC 9113 §6.5.2", f"INITIAL_WINDOW_SIZE = {value}", settings((INITIAL_WINDOW_SIZE, value)),
         expected=goes(FLOW))
for value in (0, 100, 16_383, 1 << 24, 0xFFFFFFFF):
    rule("RFC 9113 §6.5.2", f"MAX_FRAME_SIZE = {value}", settings((MAX_FRAME_SIZE, value)), expected=goes(PROTOCOL))
for value in (16_384, (1 << 24) - 1):
    rule("RFC 9113 §6.5.2", f"MAX_FRAME_SIZE = {value}", settings((MAX_FRAME_SIZE, value)), expected=serves_on)
for name, value in ((HEADER_TABLE_SIZE, 0), (HEADER_TABLE_SIZE, 0xFFFFFFFF), (MAX_CONCURRENT_STREAMS, 0),
                    (MAX_HEADER_LIST, 1 << 20), (0xFADE, 1), (0, 1)):
    rule("RFC 9113 §6.5.2", f"setting {name} = {value}", settings((name, value)), expected=serves_on)
rule("RFC 9113 §6.5.2", "a setting that says wrong things after right ones", settings((ENABLE_PUSH, 0), (ENABLE_PUSH, 7)),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.5.2", "a frame is no longer than MAX_FRAME_SIZE allows", window_update(0, 1 << 24) + headers(1, LARGE),
     when(lambda client: client.stream(1).length == 1 << 20), first=settings((INITIAL_WINDOW_SIZE, 1 << 20)),
     expected=lambda client: client.stream(1).length != 1 << 20 or max(entry[3] for entry in client.frames) > 16_384)
rule("RFC 9113 §6.5.3", "the last of several values counts",
     settings((INITIAL_WINDOW_SIZE, 100), (INITIAL_WINDOW_SIZE, 1)) + headers(1, LARGE) + ping(),
     when(lambda client: client.stream(1).length), ping(), when(lambda client: client.frames.count((PING, ACK, 0, 8)) == 2),
     expected=lambda client: client.stream(1).length != 1)
rule("RFC 9113 §6.5.3", "SETTINGS are acknowledged", settings((HEADER_TABLE_SIZE, 1)) * 2,
     expected=lambda client: not client.wait(lambda: client.frames.count((SETTINGS, ACK, 0, 0)) == 3))
rule("RFC 9113 §6.7", "PING is acknowledged", ping(b"abcdefgh"),
     expected=lambda client: not client.wait(lambda: (PING, ACK, 0, 8) in client.frames))
rule("RFC 9113 §6.7", "the acknowledgement of a PING is not answered", ping(flags=ACK), headers(1, GET), when_over(1),
     expected=lambda client: any(entry[0] == PING for entry in client.frames) or serves_on(client))
rule("RFC 9113 §6.7", "PING on a stream", frame(PING, 0, 1, bytes(8)), expected=goes(PROTOCOL))
for length in (0, 6, 9):
    rule("RFC 9113 §6.7", f"PING of {length} octets", ping(bytes(length)), expected=goes(SIZE))
rule("RFC 9113 §6.8", "GOAWAY on a stream", frame(GOAWAY, 0, 1, bytes(8)), expected=goes(PROTOCOL))
rule("RFC 9113 §6.8", "GOAWAY of seven octets", frame(GOAWAY, 0, 0, bytes(7)), expected=goes(SIZE))
rule("RFC 9113 §6.8", "a client that sends GOAWAY gets what it has asked for",
     headers(1, GET) + frame(GOAWAY, 0, 0, bytes(8)) + window_update(1, 1 << 16), first=NO_WINDOW,
     expected=lambda client: not client.wait_for(1) or client.stream(1).status != 200)
rule("RFC 9113 §6.9", "WINDOW_UPDATE by 0 on the connection", window_update(0, 0), expected=goes(PROTOCOL))
rule("RFC 9113 §6.9", "WINDOW_UPDATE by 0 on a stream", headers(1, LARGE), window_update(1, 0), first=NO_WINDOW,
     expected=goes(PROTOCOL))
for length in (3, 5):
    rule("RFC 9113 §6.9", f"WINDOW_UPDATE of {length} octets", frame(WINDOW_UPDATE, 0, 0, bytes(length)),
         expected=goes(SIZE))
rule("RFC 9113 §6.9", "WINDOW_UPDATE with the reserved bit", headers(1, GET) + window_update(1, 1 << 31 | 1 << 16),
     first=NO_WINDOW, expected=answers(200))
rule("RFC 9113 §6.9.1", "no more than the window of the stream", headers(1, LARGE),
     when(lambda client: client.stream(1).length), ping(), when(lambda client: (PING, ACK, 0, 8) in client.frames),
     first=settings((INITIAL_WINDOW_SIZE, 1)), expected=lambda client: client.stream(1).length != 1)
rule("RFC 9113 §6.9.1", "no more than the window of the connection",
     b"".join(headers(number, LARGE) for number in (1, 3, 5)),
     when(lambda client: sum(stream.length for stream in client.streams.values()) >= 65_535), ping(),
     when(lambda client: (PING, ACK, 0, 8) in client.frames),
     expected=lambda client: sum(stream.length for stream in client.streams.values()) != 65_535)
rule("RFC 9113 §6.9.1", "a window above 2^31-1 on the connection", window_update(0, LARGEST_WINDOW) * 2,
     expected=goes(FLOW))
rule("RFC 9113 §6.9.1", "a window above 2^31-1 on a stream", headers(1, LARGE), window_update(1, LARGEST_WINDOW) * 2,
     first=NO_WINDOW, expected=cuts(FLOW))
rule("RFC 9113 §6.9.1", "more content than the window of the stream lets in",
     headers(1, request("/probe/wait", "POST"), end=False), *[data(1, bytes(16_384))] * 4, data(1, b"a"),
     expected=cuts(FLOW))
rule("RFC 9113 §6.9.2", "INITIAL_WINDOW_SIZE after HEADERS", headers(1, LARGE) + settings((INITIAL_WINDOW_SIZE, 1)),
     when(lambda client: client.stream(1).length), ping(), when(lambda client: (PING, ACK, 0, 8) in client.frames),
     first=NO_WINDOW, expected=lambda client: client.stream(1).length != 1)
rule("RFC 9113 §6.9.2", "a window below zero", headers(1, LARGE), when(lambda client: client.stream(1).length == 3),
     settings((INITIAL_WINDOW_SIZE, 2)) + window_update(1, 2), when(lambda client: client.stream(1).length == 4), ping(),
     when(lambda client: (PING, ACK, 0, 8) in client.frames), first=settings((INITIAL_WINDOW_SIZE, 3)),
     expected=lambda client: client.stream(1).length != 4)
rule("RFC 9113 §6.9.2", "INITIAL_WINDOW_SIZE that opens a stream's window too far",
     headers(1, LARGE) + window_update(1, LARGEST_WINDOW - 255) + settings((INITIAL_WINDOW_SIZE, LARGEST_WINDOW)),
     first=NO_WINDOW, expected=cuts(FLOW))
rule("RFC 9113 §6.10", "a section in several frames",
     headers(1, GET[:9], flags=0) + frame(CONTINUATION, 0, 1, GET[9:20]) + frame(CONTINUATION, 0, 1)
     + frame(CONTINUATION, END_HEADERS, 1, GET[20:]), expected=answers(200))
rule("RFC 9113 §6.10", "PING within a section", headers(1, GET, flags=0) + ping(), expected=goes(PROTOCOL))
rule("RFC 9113 §6.10", "DATA within a section", headers(1, GET, flags=0) + data(1, b"a"), expected=goes(PROTOCOL))
rule("RFC 9113 §6.10", "CONTINUATION on stream 0", headers(1, GET, flags=0) + frame(CONTINUATION, END_HEADERS, 0),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.10", "CONTINUATION of another stream", headers(1, GET, flags=0) + frame(CONTINUATION, END_HEADERS, 3),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.10", "CONTINUATION after a section", headers(1, LARGE) + frame(CONTINUATION, END_HEADERS, 1, GET),
     first=NO_WINDOW, expected=goes(PROTOCOL))
rule("RFC 9113 §6.10", "CONTINUATION after CONTINUATION that ended it",
     headers(1, GET, flags=0) + frame(CONTINUATION, END_HEADERS, 1) + frame(CONTINUATION, END_HEADERS, 1),
     expected=goes(PROTOCOL))
rule("RFC 9113 §6.10", "CONTINUATION after DATA",
     headers(1, POST, end=False) + data(1, b"a") + frame(CONTINUATION, END_HEADERS, 1, GET), expected=goes(PROTOCOL))
rule("RFC 9113 §7", "GOAWAY with an unknown code", frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0xFF)) + ping(),
     expected=lambda client: not client.wait(lambda: (PING, ACK, 0, 8) in client.frames or client.is_closed))
rule("RFC 9113 §7", "RST_STREAM with an unknown code", headers(1, POST, end=False),
     frame(RST_STREAM, 0, 1, struct.pack(">I", 0xFF)), expected=serves_on)

# §8: messages

rule("RFC 9113 §8.1", "trailers that don't end the stream", headers(1, POST, end=False), data(1, b"text=a"),
     headers(1, block(("x", "y")), end=False), expected=cuts(PROTOCOL))
rule("RFC 9113 §8.1", "trailers after content",
     headers(1, request("/echo", "POST", ("content-type", "application/x-www-form-urlencoded")), end=False),
     data(1, b"text=a") + headers(1, block(("x", "y"))), expected=answers(200))
rule("RFC 9113 §8.1", "trailers without content", headers(1, POST, end=False), headers(1, block(("x", "y"))),
     expected=answers(200))
rule("RFC 9113 §8.1", "DATA after trailers", headers(1, request("/probe/wait", "POST"), end=False),
     headers(1, block(("x", "y"))) + data(1, b"a"), expected=goes(CLOSED))
for name, fields in {
    "a pseudo-header field": ((":method", "GET"),), "a name in upper case": (("X", "y"),),
    "a field of the connection": (("connection", "close"),), "Content-Length": (("content-length", "1"),),
    "Transfer-Encoding": (("transfer-encoding", "chunked"),), "Host": (("host", "a"),),
}.items():
    rule("RFC 9113 §8.1", f"trailers with {name}", headers(1, request("/probe/wait", "POST"), end=False),
         headers(1, block(*fields)), expected=cuts(PROTOCOL))
for name, length, content in (("less", "10", b"text"), ("more", "1", b"text"), ("none", "1", b"")):
    rule("RFC 9113 §8.1.1", f"{name} of the content than Content-Length says",
         headers(1, request("/probe/wait", "POST", ("content-length", length)), end=False), data(1, content, end=True),
         expected=cuts(PROTOCOL))
rule("RFC 9113 §8.1.1", "more content than Content-Length says, in two frames",
     headers(1, request("/probe/wait", "POST", ("content-length", "4")), end=False), data(1, b"tex") + data(1, b"t=", end=True),
     expected=cuts(PROTOCOL))
rule("RFC 9113 §8.1.1", "less content than Content-Length says, and trailers",
     headers(1, request("/probe/wait", "POST", ("content-length", "4")), end=False), data(1, b"tex") + headers(1, block(("x", "y"))),
     expected=cuts(PROTOCOL))
rule("RFC 9113 §8.1.1", "Content-Length and no content at all", headers(1, request("/echo", "POST", ("content-length", "5"))),
     expected=cuts(PROTOCOL))
rule("RFC 9113 §8.1.1", "Content-Length: 0 and no content", headers(1, request("/echo", "POST", ("content-length", "0"))),
     expected=answers(200))

for name, item in {
    "a name in upper case": ("X-Up", "y"), "a name with a colon": ("x:y", "z"), "a name with a space": ("x y", "z"),
    "a name with CR and LF": ("x\r\ny", "z"), "an empty name": ("", "z"), "a name above ASCII": ("x\xff", "z"),
    "a name with DEL": ("x\x7f", "z"), "a name with NUL": ("x\0", "z"),
    "CR and LF in a value": ("x", "y\r\nz: 1"), "LF in a value": ("x", "y\nz"), "CR in a value": ("x", "y\rz"),
    "NUL in a value": ("x", "y\0z"), "a space before a value": ("x", " y"), "a tab after a value": ("x", "y\t"),
}.items():
    rule("RFC 9113 §8.2.1", name, headers(1, request("/", "GET", item)), expected=cuts(PROTOCOL))
rule("RFC 9113 §8.2.1", "obs-text in a value", headers(1, request("/", "GET", ("x", "\xe9"))), expected=answers(200))
rule("RFC 9113 §8.2.1", "an empty value", headers(1, request("/", "GET", ("x", ""))), expected=answers(200))
for item in (("connection", "close"), ("keep-alive", "1"), ("proxy-connection", "close"), ("upgrade", "h2c"),
             ("transfer-encoding", "chunked"), ("te", "gzip"), ("te", "trailers, deflate")):
    rule("RFC 9113 §8.2.2", ": ".join(item), headers(1, request("/", "GET", item)), expected=cuts(PROTOCOL))
rule("RFC 9113 §8.2.2", "te: trailers", headers(1, request("/", "GET", ("te", "trailers"))), expected=answers(200))

PSEUDO = {":method": "GET", ":scheme": "https", ":authority": "localhost", ":path": "/"}
for name in (":method", ":scheme", ":path"):
    rest = block(*((other, value) for other, value in PSEUDO.items() if other != name))
    rule("RFC 9113 §8.3.1", f"no {name}", headers(1, rest), expected=cuts(PROTOCOL))
for name, value in PSEUDO.items():
    rule("RFC 9113 §8.3", f"{name} twice", headers(1, GET + literal(name, value)), expected=cuts(PROTOCOL))
    rule("RFC 9113 §8.3", f"{name} after a field",
         headers(1, block(*((other, value) for other, value in PSEUDO.items() if other != name)) + block(("x", "y"))
                 + literal(name, value)), expected=cuts(PROTOCOL))
rule("RFC 9113 §8.3", "an unknown pseudo-header field", headers(1, literal(":other", "x") + GET),
     expected=cuts(PROTOCOL))
rule("RFC 9113 §8.3", "a pseudo-header field of responses", headers(1, literal(":status", "200") + GET),
     expected=cuts(PROTOCOL))
rule("RFC 9113 §8.3", "a pseudo-header field in upper case", headers(1, literal(":Other", "x") + GET),
     expected=cuts(PROTOCOL))
for path in ("", "index.html", "*", "http://localhost/", "\\", "?a"):
    rule("RFC 9113 §8.3.1", f":path = '{path}'", headers(1, request(path)), expected=cuts(PROTOCOL))
for path, status in (("/a\tb", 400), ("/a b HTTP/1.1", 400), ("/%00", 400), ("/#a", 400)):
    rule("RFC 9113 §8.3.1", f":path = {path!r}", headers(1, request(path.encode())), expected=answers(status))
rule("RFC 9113 §8.3.1", ":path that is no UTF-8", headers(1, request(b"/\xe9")), expected=cuts(PROTOCOL))
rule("RFC 9113 §8.3.1", ":path with CR and LF", headers(1, request("/a\r\nx: y")), expected=cuts(PROTOCOL))
rule("RFC 9113 §8.3.1", ":path = * with OPTIONS", headers(1, request("*", "OPTIONS")), expected=answers(200))
for method in ("", "GET /x", "GET / HTTP/1.1\r\nx: y\r\n\r\nGET", "G\0"):
    rule("RFC 9113 §8.3.1", f":method = {method!r}", headers(1, request("/", method)), expected=cuts(PROTOCOL))
rule("RFC 9110 §15.6.2", "a method that nobody knows", headers(1, request("/", "BREW")), expected=answers(501))
NAMELESS = block((":method", "GET"), (":scheme", "https"), (":path", "/"))
rule("RFC 9113 §8.3.1", "neither :authority nor Host", headers(1, NAMELESS), expected=answers(400))
rule("RFC 9113 §8.3.1", "Host alone", headers(1, NAMELESS + block(("host", "localhost"))), expected=answers(200))
rule("RFC 9113 §8.3.1", "Host as :authority has it", headers(1, request("/", "GET", ("host", "localhost"))),
     expected=answers(200))
rule("RFC 9113 §8.3.1", "Host in other letters", headers(1, request("/", "GET", ("host", "LOCALHOST"))),
     expected=answers(200))
rule("RFC 9113 §8.3.1", "Host that differs", headers(1, request("/", "GET", ("host", "other.example"))),
     expected=answers(400))
rule("RFC 9113 §8.3.1", "Host with another port", headers(1, request("/", "GET", ("host", "localhost:1"))),
     expected=answers(400))
rule("RFC 9112 §3.2", "Host twice", headers(1, NAMELESS + block(("host", "a"), ("host", "a"))), expected=answers(400))
for name in ("user@localhost", "a b", "localhost:x", "a/b", ""):
    rule("RFC 9113 §8.3.1", f":authority = '{name}'", headers(1, request(authority=name)), expected=answers(400))
rule("RFC 9110 §8.6", "Content-Length that is no number",
     headers(1, request("/echo", "POST", ("content-length", "-1")), end=False), expected=cuts(PROTOCOL))
for values in (("3", "4"), ("3", "3"), ("3, 3",), ("+3",), ("0x3",), ("",), ("18446744073709551617",)):
    rule("RFC 9110 §8.6", f"Content-Length {values}",
         headers(1, request("/echo", "POST", *(("content-length", value) for value in values)), end=False),
         expected=cuts(PROTOCOL))
rule("RFC 9110 §10.1.1", "an expectation that nobody knows", headers(1, request("/", "GET", ("expect", "x"))),
     expected=answers(417))
rule("RFC 9113 §8.4", "PUSH_PROMISE", headers(1, LARGE) + frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + GET),
     first=NO_WINDOW, expected=goes(PROTOCOL))
rule("RFC 9113 §8.4", "PUSH_PROMISE on an idle stream", frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + GET),
     expected=goes(PROTOCOL))
rule("RFC 9113 §8.5", "CONNECT", headers(1, block((":method", "CONNECT"), (":authority", "a.example:443"))),
     expected=answers(501))
for name, fields in {
    ":path": ((":authority", "a.example:443"), (":path", "/")),
    ":scheme": ((":authority", "a.example:443"), (":scheme", "https")),
}.items():
    rule("RFC 9113 §8.5", f"CONNECT with {name}", headers(1, block((":method", "CONNECT"), *fields)),
         expected=cuts(PROTOCOL))
rule("RFC 9113 §8.5", "CONNECT without :authority", headers(1, block((":method", "CONNECT"))), expected=answers(400))
rule("RFC 8441 §4", "an extended CONNECT", headers(1, request("/", "CONNECT") + literal(":protocol", "websocket")),
     expected=answers(501))
rule("RFC 8441 §4", ":protocol without CONNECT", headers(1, literal(":protocol", "websocket") + GET),
     expected=cuts(PROTOCOL))
rule("RFC 9218 §7.1", "PRIORITY_UPDATE of a stream to come", priority_update(1, b"u=0, i") + headers(1, GET),
     expected=answers(200))
rule("RFC 9218 §7.1", "PRIORITY_UPDATE of a stream that is over", headers(1, GET), when_over(1), priority_update(1, b"u=1"),
     expected=serves_on)
rule("RFC 9218 §7.1", "PRIORITY_UPDATE of stream 0", priority_update(0, b"u=1"), expected=goes(PROTOCOL))
rule("RFC 9218 §7.1", "PRIORITY_UPDATE on a stream", frame(PRIORITY_UPDATE, 0, 1, struct.pack(">I", 1) + b"u=1"),
     expected=goes(PROTOCOL))
rule("RFC 9218 §7.1", "PRIORITY_UPDATE of three octets", frame(PRIORITY_UPDATE, 0, 0, bytes(3)), expected=goes(SIZE))
rule("RFC 9218 §7.1", "PRIORITY_UPDATE that can't be parsed", headers(1, GET) + priority_update(1, b"u=\xff,,=") + window_update(1, 65_535),
     first=NO_WINDOW, expected=answers(200))

# HPACK

rule("RFC 7541 §2.3.3", "an index beyond both tables", headers(1, GET + b"\xff\x80\x01"), expected=goes(COMPRESSION))
rule("RFC 7541 §2.3.3", "the first index that isn't there", headers(1, GET + integer(62, 7, 0x80)),
     expected=goes(COMPRESSION))
for kind, bits in ((0x40, 6), (0x00, 4), (0x10, 4)):
    rule("RFC 7541 §2.3.3", f"a name's index that isn't there, in a literal of kind {kind:#x}",
         headers(1, GET + integer(70, bits, kind) + b"\x01a"), expected=goes(COMPRESSION))
rule("RFC 7541 §4.2", "a change of the table's size after a field", headers(1, GET + b"\x20"),
     expected=goes(COMPRESSION))
rule("RFC 7541 §4.2", "a change of the table's size between fields", headers(1, GET[:13] + b"\x20" + GET[13:]),
     expected=goes(COMPRESSION))
rule("RFC 7541 §4.2", "two changes of the table's size before the fields",
     headers(1, b"\x20" + integer(4096, 5, 0x20) + GET), expected=answers(200))
rule("RFC 7541 §4.2", "three changes of the table's size before the fields",
     headers(1, b"\x20\x21" + integer(4096, 5, 0x20) + GET), expected=answers(200))
rule("RFC 7541 §4.4", "an entry that is larger than the table empties it",
     headers(1, literal("x-a", "1", 0x40) + literal("x-b", "y" * 5000, 0x40) + GET), when_over(1), headers(3, GET + b"\xbe"),
     expected=goes(COMPRESSION))
rule("RFC 7541 §5.1", "an integer that overflows", headers(1, GET + b"\xff" + b"\xff" * 40 + b"\x01"),
     expected=goes(COMPRESSION))
rule("RFC 7541 §5.1", "an integer that never ends", headers(1, GET + b"\xff" + b"\xff" * 5), expected=goes(COMPRESSION))
rule("RFC 7541 §5.2", "a length beyond the section", headers(1, GET + b"\x00\x01x\x7f\xff\xff\x03"),
     expected=goes(COMPRESSION))
rule("RFC 7541 §5.2", "Huffman padding of more than seven bits", headers(1, GET + b"\x00\x01x\x82\x1f\xff"),
     expected=goes(COMPRESSION))
rule("RFC 7541 §5.2", "Huffman padding of zeros", headers(1, GET + b"\x00\x01x\x81\x18"), expected=goes(COMPRESSION))
rule("RFC 7541 §5.2", "EOS within a Huffman string", headers(1, GET + b"\x00\x01x\x84\xff\xff\xff\xff"),
     expected=goes(COMPRESSION))
rule("RFC 7541 §5.2", "an empty Huffman string", headers(1, GET + b"\x00\x01x\x80"), expected=answers(200))
rule("RFC 7541 §6.1", "indexed fields", headers(1, b"\x82\x84\x87" + literal(":authority", "localhost")),
     expected=answers(200))
rule("RFC 7541 §6.1", "the index 0", headers(1, GET + b"\x80"), expected=goes(COMPRESSION))
for name, kind in (("with indexing", 0x40), ("without indexing", 0x00), ("never to be indexed", 0x10)):
    rule("RFC 7541 §6.2", f"a literal {name}, with an indexed name",
         headers(1, b"\x82\x84\x87" + bytes((kind | 1, 9)) + b"localhost"), expected=answers(200))
    rule("RFC 7541 §6.2", f"a literal {name}, with a new name",
         headers(1, b"\x82\x84\x87" + bytes((1, 9)) + b"localhost" + literal("x-new", "value", kind)),
         expected=answers(200))
    rule("RFC 7541 §6.2", f"a Huffman literal {name}",
         headers(1, b"\x82\x84\x87" + bytes((kind | 1, 0x80 | len(encode_huffman("localhost")))) + encode_huffman("localhost")),
         expected=answers(200))
rule("RFC 7541 §6.2.1", "an entry of the dynamic table",
     headers(1, b"\x82\x84\x87\x41\x09localhost"), when_over(1), headers(3, b"\x82\x84\x87\xbe"),
     expected=answers(200, 3))
rule("RFC 7541 §6.3", "a change of the table's size", headers(1, b"\x3e" + GET), expected=answers(200))
rule("RFC 7541 §6.3", "a table larger than SETTINGS_HEADER_TABLE_SIZE allows", headers(1, integer(4097, 5, 0x20) + GET),
     expected=goes(COMPRESSION))


def try_rule(it, port, authority):
    client = Connection(port, authority, **it.options)
    try:
        for step in it.steps:
            if callable(step):
                step(client)
            else:
                client.send(step)
        return f"{it.section}: {it.name}: {client}" if it.expected(client) else None
    finally:
        client.close()


def main():
    port, authority = int(sys.argv[1]), sys.argv[2]
    chosen = [it for it in RULES if it.section.startswith(sys.argv[3] if len(sys.argv) > 3 else "")]
    neighbour, number, broken = Connection(port, authority, opens=True, keeps=False), 1, []
    for it in chosen:
        broken += [problem] if (problem := try_rule(it, port, authority)) else []
        if neighbour.ask(number, GET).status != 200:
            broken.append(f"{it.section}: {it.name}: the neighbour's request failed: {neighbour}")
            neighbour = Connection(port, authority, opens=True, keeps=False)
        number += 2
    for problem in broken:
        print(problem)
    print(f"{len(chosen)} rules, {len(broken)} broken")
    return 1 if broken or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
