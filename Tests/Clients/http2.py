"""HTTP/2 as a client may speak it, rightly or wrongly (RFC 9113): frames, HPACK, and a connection that keeps what came.

Fields are sent as literals, without Huffman coding and without the dynamic table; what comes is decoded whole.
"""

import select
import socket
import ssl
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
PRIORITY_UPDATE = 16
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 0x1, 0x1, 0x4, 0x8, 0x20
CODES = ("NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR "
         "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY "
         "HTTP_1_1_REQUIRED").split()
(HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE,
 MAX_HEADER_LIST) = range(1, 7)
LARGEST_WINDOW = (1 << 31) - 1


# Frames (RFC 9113 §4.1, §6)

def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in pairs))


def headers(stream, block, *, end=True, flags=END_HEADERS):
    return frame(HEADERS, flags | (END_STREAM if end else 0), stream, block)


def data(stream, content=b"", *, end=False):
    return frame(DATA, END_STREAM if end else 0, stream, content)


def reset(stream, code="CANCEL"):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", CODES.index(code)))


def ping(content=b"12345678", flags=0):
    return frame(PING, flags, 0, content)


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def priority(stream, dependency, weight=15):
    return frame(PRIORITY, 0, stream, struct.pack(">IB", dependency, weight))


def priority_update(stream, value):
    return frame(PRIORITY_UPDATE, 0, 0, struct.pack(">I", stream) + value)


# HPACK (RFC 7541)

def integer(value, bits, first=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes((first | value,))
    octets = bytearray((first | most,))
    value -= most
    while value > 127:
        octets.append(value & 127 | 128)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def octets(text):
    """Octets of a text or of octets."""
    return text if isinstance(text, bytes) else text.encode("latin-1")


def literal(name, value, kind=0x00):
    name, value = octets(name), octets(value)
    return bytes((kind,)) + integer(len(name), 7) + name + integer(len(value), 7) + value


def block(*fields):
    return b"".join(literal(name, value) for name, value in fields)


def request(path="/", method="GET", *fields, authority="localhost"):
    return block((":method", method), (":scheme", "https"), (":authority", authority), (":path", path), *fields)


STATIC_TABLE = [tuple(line.split("\t")) for line in """\
:authority\t
:method\tGET
:method\tPOST
:path\t/
:path\t/index.html
:scheme\thttp
:scheme\thttps
:status\t200
:status\t204
:status\t206
:status\t304
:status\t400
:status\t404
:status\t500
accept-charset\t
accept-encoding\tgzip, deflate
accept-language\t
accept-ranges\t
accept\t
access-control-allow-origin\t
age\t
allow\t
authorization\t
cache-control\t
content-disposition\t
content-encoding\t
content-language\t
content-length\t
content-location\t
content-range\t
content-type\t
cookie\t
date\t
etag\t
expect\t
expires\t
from\t
host\t
if-match\t
if-modified-since\t
if-none-match\t
if-range\t
if-unmodified-since\t
last-modified\t
link\t
location\t
max-forwards\t
proxy-authenticate\t
proxy-authorization\t
range\t
referer\t
refresh\t
retry-after\t
server\t
set-cookie\t
strict-transport-security\t
transfer-encoding\t
user-agent\t
vary\t
via\t
www-authenticate\t""".split("\n")]

# How many bits the code of each octet and of EOS has, A being 5 (RFC 7541 Appendix B); the code is canonical.
HUFFMAN_LENGTHS = (
    "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHFIBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJBKABA"
    "BABBBACCBBBABCBAABCCCCCKGJIXPRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRSVVPORSRU"
    "VVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWVZ")


def huffman_codes():
    codes, code, before = {}, 0, 0
    for bits, symbol in sorted((ord(letter) - ord("A") + 5, symbol) for symbol, letter in enumerate(HUFFMAN_LENGTHS)):
        code <<= bits - before
        codes[bits, code] = symbol
        code, before = code + 1, bits
    return codes


HUFFMAN = huffman_codes()


def decode_huffman(content):
    decoded, code, bits = bytearray(), 0, 0
    for octet in content:
        for position in range(7, -1, -1):
            code, bits = code << 1 | octet >> position & 1, bits + 1
            if (bits, code) in HUFFMAN:
                decoded.append(HUFFMAN[bits, code])
                code, bits = 0, 0
    return bytes(decoded)


def encode_huffman(text):
    symbols = {symbol: key for key, symbol in HUFFMAN.items()}
    bits = "".join(f"{code:0{length}b}" for length, code in (symbols[octet] for octet in octets(text)))
    bits += "1" * (-len(bits) % 8)
    return bytes(int(bits[start:start + 8], 2) for start in range(0, len(bits), 8))


class Decoder:
    """The fields of one section after another, with the dynamic table that they share."""

    def __init__(self):
        self.table, self.block, self.at = [], b"", 0

    def decode(self, block):
        self.block, self.at = block, 0
        fields = []
        while self.at < len(block):
            first = block[self.at]
            if first & 0x80:
                fields.append(self.entry(self.integer(7)))
            elif first & 0xE0 == 0x20:
                self.integer(5)
                self.table.clear()
            else:
                bits = 6 if first & 0x40 else 4
                index = self.integer(bits)
                name = self.entry(index)[0] if index else self.string()
                fields.append((name, self.string()))
                if bits == 6:
                    # The peer's table has 4,096 octets; what it has dropped it does not name.
                    self.table.insert(0, fields[-1])
        return fields

    def entry(self, index):
        return STATIC_TABLE[index - 1] if index <= len(STATIC_TABLE) else self.table[index - len(STATIC_TABLE) - 1]

    def integer(self, bits):
        most = (1 << bits) - 1
        value, self.at = self.block[self.at] & most, self.at + 1
        shift = 0
        while value >= most:
            octet, self.at = self.block[self.at], self.at + 1
            value, shift = value + ((octet & 127) << shift), shift + 7
            if octet < 128:
                break
        return value

    def string(self):
        is_huffman = self.block[self.at] & 0x80
        length = self.integer(7)
        content, self.at = self.block[self.at:self.at + length], self.at + length
        return (decode_huffman(content) if is_huffman else content).decode("latin-1")


# Connections

class Stream:
    """What came for a stream."""

    def __init__(self):
        self.sections, self.content, self.length, self.is_ended, self.code = [], b"", 0, False, None
        # What WINDOW_UPDATE has opened, and what was sent of it.
        self.opened, self.used = 0, 0

    @property
    def responses(self):
        """The sections that have a status: the interim ones and the final one."""
        return [section for section in self.sections if ":status" in section]

    @property
    def status(self):
        final = [int(section[":status"]) for section in self.responses if section[":status"] >= "200"]
        return final[0] if final else None

    @property
    def is_over(self):
        return self.is_ended or self.code is not None

    def __str__(self):
        return f"status {self.status}, {self.length} octets, ended {self.is_ended}, code {self.code}"


class Connection:
    """A connection that sends what it is told; it acknowledges SETTINGS and PING, and opens windows if asked to."""

    def __init__(self, port, authority, first=settings(), *, preface=PREFACE, alpn="h2", opens=False, buffer=None,
                 keeps=True, acknowledges=True):
        context = ssl.create_default_context(cafile=authority)
        context.set_alpn_protocols([alpn])
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.connect(("127.0.0.1", port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        self.socket.setblocking(False)
        self.opens, self.keeps, self.acknowledges, self.decoder = opens, keeps, acknowledges, Decoder()
        self.received, self.section, self.streams, self.frames = bytearray(), None, {}, []
        self.settings, self.goaways, self.is_closed = {}, [], False
        self.opened, self.used = 65_535, 0
        if preface:
            self.send(preface + first)
        if first is not None:
            self.wait(lambda: self.settings)

    def close(self):
        self.socket.close()

    def send(self, content, *, seconds=20, reads=True):
        """Sends all, and takes what comes meanwhile; false when the server takes no more."""
        rest, end = memoryview(content), time.monotonic() + seconds
        while rest and not self.is_closed:
            try:
                rest = rest[self.socket.send(rest):]
            except ssl.SSLWantReadError:
                self.read()
            except (ssl.SSLWantWriteError, BlockingIOError):
                if time.monotonic() > end:
                    return False
                readable, _, _ = select.select([self.socket] if reads else [], [self.socket], [], 0.2)
                if readable:
                    self.read()
            except OSError:
                # What the server said before it closed is still there to be read.
                self.drain()
        if reads and not self.is_closed:
            self.read()
        return not self.is_closed

    def wait(self, is_done, seconds=10):
        """Reads until something is true; whether it is."""
        end = time.monotonic() + seconds
        while not is_done():
            left = end - time.monotonic()
            if self.is_closed or left <= 0:
                return False
            if not self.socket.pending():
                select.select([self.socket], [], [], left)
            self.read()
        return True

    def wait_for(self, *streams, seconds=10):
        return self.wait(lambda: all(self.stream(number).is_over for number in streams), seconds)

    def drain(self):
        while not self.is_closed:
            self.read()

    def read(self):
        try:
            content = self.socket.recv(1 << 16)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return
        except OSError:
            content = b""
        self.is_closed = not content
        self.received += content
        at = 0
        while len(self.received) - at >= 9:
            length = int.from_bytes(self.received[at:at + 3], "big")
            if len(self.received) - at < 9 + length:
                break
            kind, flags = self.received[at + 3:at + 5]
            stream = int.from_bytes(self.received[at + 5:at + 9], "big") & LARGEST_WINDOW
            self.take(kind, flags, stream, bytes(self.received[at + 9:at + 9 + length]))
            at += 9 + length
        del self.received[:at]

    def stream(self, number):
        return self.streams.setdefault(number, Stream())

    def take(self, kind, flags, number, payload):
        if self.keeps:
            self.frames.append((kind, flags, number, len(payload)))
        if kind == DATA:
            self.take_content(number, payload)
        elif kind in (HEADERS, CONTINUATION):
            self.section = payload if kind == HEADERS else self.section + payload
            if flags & END_HEADERS:
                self.stream(number).sections.append(dict(self.decoder.decode(self.section)))
        elif kind == RST_STREAM:
            self.stream(number).code = CODES[int.from_bytes(payload, "big")]
        elif kind == SETTINGS and not flags & ACK:
            self.settings |= {0: 0} | dict(struct.iter_unpack(">HI", payload))
            if self.acknowledges:
                self.send(frame(SETTINGS, ACK, 0), reads=False)
        elif kind == PING and not flags & ACK:
            self.send(ping(payload, ACK), reads=False)
        elif kind == WINDOW_UPDATE:
            (self.stream(number) if number else self).opened += int.from_bytes(payload, "big")
        elif kind == GOAWAY:
            self.goaways.append((int.from_bytes(payload[:4], "big"), CODES[int.from_bytes(payload[4:8], "big")]))
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            self.stream(number).is_ended = True

    def take_content(self, number, payload):
        stream = self.stream(number)
        stream.length += len(payload)
        if self.keeps:
            stream.content += payload
        if self.opens and payload:
            self.send(window_update(0, len(payload)) + window_update(number, len(payload)), reads=False)

    def window(self, number):
        """How much content the server takes now."""
        stream = self.stream(number)
        return min(self.opened - self.used,
                   self.settings.get(INITIAL_WINDOW_SIZE, 65_535) + stream.opened - stream.used)

    def send_data(self, number, content, *, end=False):
        """Sends content of one frame at most, within the window."""
        self.used += len(content)
        self.stream(number).used += len(content)
        return self.send(data(number, content, end=end))

    @property
    def code(self):
        """The error of the last GOAWAY."""
        return self.goaways[-1][1] if self.goaways else None

    def ask(self, number, block, *, seconds=10):
        """Sends a request without content; its stream once that is over."""
        self.send(headers(number, block))
        self.wait_for(number, seconds=seconds)
        return self.stream(number)

    def __str__(self):
        streams = "; ".join(f"stream {number}: {stream}" for number, stream in self.streams.items())
        return f"GOAWAY {self.goaways}, closed {self.is_closed}, {streams}"
