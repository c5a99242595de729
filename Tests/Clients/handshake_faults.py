#!/usr/bin/env python3
"""Breaks handshakes, and looks after a neighbour meanwhile: handshake_faults.py FAULT PORT CA-FILE PID.

FAULT is one of truncations, random, oversized, half-open. Exit status: 0 if each connection was ended by the server in
time, the neighbour was served all along, and the memory of process PID came back.
"""

import os
import random
import resource
import socket
import ssl
import struct
import sys
import time
from typing import Iterator

PATIENCE = 20
HALF_OPEN = 1000
ROUNDS = 8
# By how much the second half of the rounds may raise what the first half has left: 4 KiB of each connection, where one
# holds some 30. An allocator keeps pieces of what it once had, so that the first rounds say nothing.
KEPT_KIB = ROUNDS // 2 * HALF_OPEN * 4


class Failure(Exception):
    pass


class Neighbour:
    """A client that does everything right, on one connection all the time."""

    def __init__(self, port: int, authority: str) -> None:
        context = ssl.create_default_context(cafile=authority)
        plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.connection = context.wrap_socket(plain, server_hostname="localhost")

    def ask(self) -> None:
        self.connection.sendall(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer:
            chunk = self.connection.recv(4096)
            if not chunk:
                raise Failure("the neighbour was cut")
            answer += chunk
        if not answer.startswith(b"HTTP/1.1 200"):
            raise Failure(f"the neighbour got {answer!r}")


def client_hello() -> bytes:
    """A record with the ClientHello of this machine's OpenSSL."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def record(content: bytes, kind: int = 22) -> bytes:
    return struct.pack(">BHH", kind, 0x0301, len(content)) + content


def truncations() -> Iterator[bytes]:
    """Each beginning of the record; each beginning of the message in a whole record; each as a whole message."""
    hello = client_hello()
    message = hello[5:]
    for count in range(1, len(hello)):
        yield hello[:count]
    for count in range(1, len(message)):
        yield record(message[:count])
    for count in range(4, len(message)):
        yield record(message[:1] + (count - 4).to_bytes(3, "big") + message[4:count])


def random_bytes() -> Iterator[bytes]:
    """Noise: of any kind, in handshake records, and in the place of a ClientHello's content."""
    source = random.Random(4)
    hello = bytearray(client_hello())
    for _ in range(300):
        noise = source.randbytes(source.randrange(1, 2000))
        yield noise
        yield record(noise)
        broken = bytearray(hello)
        for _ in range(source.randrange(1, 8)):
            broken[source.randrange(len(broken))] = source.randrange(256)
        # A ClientHello that is still one is answered, and then cut by the end of what we send.
        yield bytes(broken)


def oversized() -> Iterator[bytes]:
    """Records and messages of more than RFC 8446 §5.1 allows, whole or announced only."""
    for size in (16385, 16384 + 257, 16384 + 2049, 65535):
        yield record(b"\1" * size)
        yield record(b"\1\0\0\0" + b"\0" * size)[:65535] if size < 65000 else struct.pack(">BHH", 22, 0x0301, size)
    # A message of 16 MiB in records that are all of the right size.
    yield record(b"\1\xff\xff\xff" + b"\0" * 16380) + record(b"\0" * 16384) * 12
    yield b"".join(record(bytes([byte])) for byte in client_hello()[5:40]) + record(b"", 22) * 200


def broken(port: int, content: bytes) -> None:
    """Sends bytes and nothing more; the server has to end the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except (ConnectionResetError, BrokenPipeError, OSError) as failure:
            if isinstance(failure, TimeoutError):
                raise Failure(f"still open after {content[:40].hex()}… of {len(content)} bytes") from failure


def each(faults: Iterator[bytes], port: int, authority: str, _: int) -> None:
    neighbour = Neighbour(port, authority)
    for number, content in enumerate(faults):
        broken(port, content)
        if number % 25 == 0:
            neighbour.ask()
    neighbour.ask()


def resident(pid: int) -> int:
    """KiB in memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def sockets(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def wait(condition, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Failure(what)
        time.sleep(0.02)


def half_open(port: int, authority: str, pid: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    neighbour = Neighbour(port, authority)
    neighbour.ask()
    idle, hello = sockets(pid), client_hello()
    kept = []
    for _ in range(ROUNDS):
        clients = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) for _ in range(HALF_OPEN)]
        for number, client in enumerate(clients):
            client.sendall(hello[: 1 + number % (len(hello) - 1)])
        wait(lambda: sockets(pid) >= idle + HALF_OPEN, "not all were accepted")
        neighbour.ask()
        Neighbour(port, authority).ask()
        for client in clients:
            client.close()
        wait(lambda: sockets(pid) <= idle + 1, f"{sockets(pid) - idle} stayed open")
        neighbour.ask()
        kept.append(resident(pid))
    print("KiB after each round:", *kept)
    if kept[-1] > kept[ROUNDS // 2 - 1] + KEPT_KIB:
        raise Failure(f"memory grows: {kept} KiB")


FAULTS = {
    "truncations": lambda *way: each(truncations(), *way),
    "random": lambda *way: each(random_bytes(), *way),
    "oversized": lambda *way: each(oversized(), *way),
    "half-open": half_open,
}

if __name__ == "__main__":
    try:
        FAULTS[sys.argv[1]](int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    except Failure as failure:
        sys.exit(str(failure))
