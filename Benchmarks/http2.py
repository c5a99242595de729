"""The rows of HTTP/2: a load of h2load's beside the peers that Debian has, and the memory that connections hold."""

import re
import shutil
import socket
import ssl
import struct
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass

from accounting import CPUClock, CPUTime
from servers import Bench, H2o, Lighttpd, Nghttpd, Nginx, Portico, Server

PEERS: list[type[Server]] = [Nghttpd, Nginx, H2o, Lighttpd]
CONNECTIONS = 32
STREAMS = 16
PATH = "/1k.bin"
MOST_OF_NGHTTPD = 1.3
IDLE_CONNECTIONS = 10_000
STREAM_CONNECTIONS = 100
OPEN_STREAMS = 100


@dataclass(frozen=True)
class Load:
    requests: int
    seconds: float


def present() -> list[type[Server]]:
    """The servers of the row, Portico first; the bench needs nghttpd and nginx, the others are taken if they are here."""
    return [Portico] + [kind for kind in PEERS if shutil.which(kind.name)]


def measure(bench: Bench, rounds: int, seconds: float) -> dict[type[Server], tuple[CPUTime, float]]:
    """CPU time a request and requests a second of each server: medians of rounds in which all take their turn."""
    kinds = present()
    figures: dict[type[Server], list[tuple[CPUTime, float]]] = {kind: [] for kind in kinds}
    with ExitStack() as stack:
        servers = [stack.enter_context(kind(bench)) for kind in kinds]
        rates = [_h2load(server, 20_000) for server in servers]  # warms caches, too
        for _ in range(rounds):
            for server, warm in zip(servers, rates):
                before = CPUClock.read(server.pid)
                load = _h2load(server, max(20_000, int(warm.requests / warm.seconds * seconds)))
                cpu = CPUClock.read(server.pid).since(before)
                figures[type(server)].append((cpu / load.requests, load.requests / load.seconds))
    return {kind: sorted(rounds, key=lambda figure: figure[0].total)[len(rounds) // 2]
            for kind, rounds in figures.items()}


def _h2load(server: Server, requests: int) -> Load:
    done = subprocess.run(
        ["h2load", "-t1", f"-c{CONNECTIONS}", f"-m{STREAMS}", f"-n{requests}", f"https://127.0.0.1:{server.port}{PATH}"],
        capture_output=True, text=True, timeout=300)
    succeeded = re.search(r"(\d+) succeeded, 0 failed, 0 errored", done.stdout)
    finished = re.search(r"finished in ([\d.]+)(ms|s)", done.stdout)
    if not succeeded or int(succeeded[1]) != requests or not finished or "protocol: h2" not in done.stdout:
        raise RuntimeError(f"h2load on {server.name} failed: {done.stdout[-600:]}{done.stderr[-200:]}")
    return Load(requests, float(finished[1]) / (1000 if finished[2] == "ms" else 1))


class Connection:
    """A connection of HTTP/2 that asks for a file, with all windows closed if `streams` are to stay open."""

    def __init__(self, context: ssl.SSLContext, port: int, streams: int, path: str, window: int):
        plain = socket.create_connection(("127.0.0.1", port), 10)
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        settings = _frame(4, 0, 0, struct.pack(">HI", 4, window))
        requests = b"".join(_frame(1, 5, 1 + 2 * index, _head(path, port)) for index in range(streams))
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + requests)
        self._await_heads(streams)

    def _await_heads(self, streams: int) -> None:
        """Reads until the head of every response is here."""
        data, heads = b"", 0
        while heads < streams:
            piece = self.socket.recv(65536)
            if not piece:
                raise RuntimeError("the server closed a connection")
            data += piece
            while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
                heads += data[3] == 1
                if data[3] == 4 and not data[4]:
                    self.socket.sendall(_frame(4, 1, 0))
                if data[3] in (3, 7):
                    raise RuntimeError("the server refused a stream")
                data = data[9 + int.from_bytes(data[:3], "big"):]


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def _head(path: str, port: int) -> bytes:
    fields = {":method": "GET", ":scheme": "https", ":authority": f"localhost:{port}", ":path": path}
    return b"".join(b"\0" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()
                    for name, value in fields.items())


def connections(server: Server, count: int, streams: int, path: str, window: int) -> list[Connection]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return [Connection(context, server.port, streams, path, window) for _ in range(count)]
