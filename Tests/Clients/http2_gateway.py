#!/usr/bin/env python3
"""Takes HTTP/1.1 on standard input and output, and asks over HTTP/2: what a test says of one it says of the other.

http2_gateway.py PORT AUTHORITY. Requests may be pipelined; responses come in their order, with Content-Length or
chunked. A stream that is reset ends the output in mid response; so does a connection that ends.
"""

import os
import select
import sys

from http2 import *

FRAME = 16_384


class Incoming:
    """The requests of standard input, as far as they have come."""

    def __init__(self, client):
        self.client, self.content, self.is_ended, self.stream = client, b"", False, -1
        # The number of what comes in chunks, and what is left of the body or of the chunk; nil between requests.
        self.chunks, self.left = None, None
        self.heads = set()

    def read(self):
        more = os.read(0, 1 << 16)
        self.content += more
        self.is_ended = not more

    def forward(self):
        """Sends what has come, as far as it is complete and the server takes it."""
        while self.head() if self.left is None else self.body() if self.left else self.next_chunk():
            pass

    def take(self, mark):
        """What there is before a mark; nil when it has not come."""
        text, found, rest = self.content.partition(mark)
        if found:
            self.content = rest
        return text if found else None

    def head(self):
        head = self.take(b"\r\n\r\n")
        if head is None:
            return False
        first, *lines = head.split(b"\r\n")
        method, path, _ = first.split(b" ", 2)
        fields = fields_of(lines)
        named = dict(fields)
        self.stream += 2
        self.heads |= {self.stream} if method == b"HEAD" else set()
        self.chunks = self.stream if b"transfer-encoding" in named else None
        self.left = 0 if self.chunks else int(named.get(b"content-length", 0)) or None
        passed = [item for item in fields if item[0] not in (b"host", b"connection", b"transfer-encoding")]
        section = request(path, method, *passed, authority=named[b"host"])
        return self.client.send(headers(self.stream, section, end=self.left is None))

    def body(self):
        content = self.content[:min(self.left, FRAME)]
        # A server that has answered early wants no more of it.
        if not self.client.stream(self.stream).is_over:
            content = content[:max(0, self.client.window(self.stream))]
            if not content:
                return False
            self.client.send_data(self.stream, content, end=not self.chunks and len(content) == self.left)
        self.content, self.left = self.content[len(content):], self.left - len(content)
        if not self.left and not self.chunks:
            self.left = None
        return content

    def next_chunk(self):
        self.content = self.content.removeprefix(b"\r\n")
        before, size = self.content, self.take(b"\r\n")
        if size is None:
            return False
        self.left = int(size.partition(b";")[0], 16)
        if self.left:
            return True
        trailers = self.take(b"\r\n") if self.content.startswith(b"\r\n") else self.take(b"\r\n\r\n")
        if trailers is None:
            self.content, self.left = before, 0
            return False
        self.left = None
        if self.client.stream(self.stream).is_over:
            return True
        section = block(*fields_of(trailers.split(b"\r\n"))) if trailers else None
        return self.client.send(headers(self.stream, section) if section else data(self.stream, end=True))


def fields_of(lines):
    return [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]


class Outgoing:
    """The responses, each after the one before it."""

    def __init__(self, client, incoming):
        self.client, self.incoming = client, incoming
        self.number, self.told, self.is_chunked = 1, 0, False

    def write(self):
        """Tells what has come; false after a response that was cut."""
        while self.number <= self.incoming.stream:
            stream = self.client.stream(self.number)
            write(self.part(stream))
            if not stream.is_over:
                return True
            if not stream.is_ended:
                return False
            write(self.end(stream) if self.is_chunked else b"")
            self.number, self.told, self.is_chunked = self.number + 2, 0, False
        return True

    def part(self, stream):
        text = b"".join(self.head(section) for section in stream.responses[self.told:])
        self.told = len(stream.responses)
        content, stream.content = stream.content, b""
        if not content:
            return text
        self.client.send(window_update(0, len(content))
                         + (b"" if stream.is_over else window_update(self.number, len(content))), reads=False)
        return text + (b"%x\r\n%s\r\n" % (len(content), content) if self.is_chunked else content)

    def head(self, section):
        status = section[":status"]
        has_content = status >= "200" and status not in ("204", "304") and self.number not in self.incoming.heads
        self.is_chunked = has_content and "content-length" not in section
        return text_of(f"HTTP/1.1 {status} -", section, "transfer-encoding: chunked" if self.is_chunked else None)

    def end(self, stream):
        trailers = stream.sections[-1]
        return text_of("0", {} if ":status" in trailers else trailers)


def text_of(first, section, last=None):
    lines = [first] + [f"{name}: {value}" for name, value in section.items() if name != ":status"]
    return "\r\n".join(lines + ([last] if last else []) + ["", ""]).encode("latin-1")


def write(text):
    while text:
        text = text[os.write(1, text):]


def main():
    client = Connection(int(sys.argv[1]), sys.argv[2])
    incoming = Incoming(client)
    outgoing = Outgoing(client, incoming)
    while True:
        incoming.forward()
        if not outgoing.write() or client.is_closed:
            return
        if not client.socket.pending():
            sources = [client.socket] + ([] if incoming.is_ended or len(incoming.content) > 4 * FRAME else [0])
            readable, _, _ = select.select(sources, [], [])
            if 0 in readable:
                incoming.read()
        client.read()


main()
