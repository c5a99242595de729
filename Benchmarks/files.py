"""The rows of files beside nginx and Caddy: pages of all sizes, a listing, a range, an upload; and the memory after them."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Callable

from accounting import CPUClock, CPUTime, resident_bytes
from clients import Load, put, wrk
from servers import UPLOAD_MIB, Bench, Caddy, Nginx, Portico, Server

FILES = "files"
CONNECTIONS = 64
# Few enough for each transfer to end many times in a round.
BIG_FILE_CONNECTIONS = 8
MEMORY_LIMIT_MIB = 40.0
SERVERS: list[type[Server]] = [Nginx, Caddy, Portico]


@dataclass(frozen=True)
class FileRow:
    title: str
    load: Callable[[Server, float], Load]
    servers: tuple[type[Server], ...] = tuple(SERVERS)


def _get(path: str, fields: dict[str, str] = {}, connections: int = CONNECTIONS, body_bytes: int = 0):
    return lambda server, seconds: wrk(server.port, path, seconds, connections, fields, body_bytes)


ROWS = [
    FileRow("1 KiB", _get("/1k.bin")),
    FileRow("64 KiB", _get("/64k.bin")),
    FileRow("10 MiB", _get("/10m.bin", {}, BIG_FILE_CONNECTIONS, 10 * 1024 * 1024)),
    FileRow("listing of 1,000 entries", _get("/many/", {"Accept": "text/html"})),
    FileRow("1,000 bytes of 10 MiB (Range)", _get("/10m.bin", {"Range": "bytes=5000000-5000999"})),
    # Caddy has no handler of its own that takes files.
    FileRow(f"PUT of {UPLOAD_MIB} MiB", lambda server, seconds: put(server.port, server.bench.upload, seconds),
            (Nginx, Portico)),
]


@dataclass(frozen=True)
class Comparison:
    """CPU time a request, by row and server, and what each server held in memory after all rows."""

    rows: dict[str, dict[type[Server], CPUTime]]
    resident: dict[type[Server], float]


def measure(bench: Bench, rounds: int, seconds: float) -> Comparison:
    """Medians of rounds in which all servers take their turn; each server is one process for all rows."""
    with ExitStack() as stack:
        servers = [stack.enter_context(kind(bench)) for kind in SERVERS]
        rows = {row.title: _row(row, servers, rounds, seconds) for row in ROWS}
        return Comparison(rows, {type(server): resident_bytes(server.pid) for server in servers})


def _row(row: FileRow, servers: list[Server], rounds: int, seconds: float) -> dict[type[Server], CPUTime]:
    takers = [server for server in servers if type(server) in row.servers]
    figures: dict[type[Server], list[CPUTime]] = {type(server): [] for server in takers}
    for server in takers:
        row.load(server, min(1.0, seconds))  # warms caches and buffers
    for _ in range(rounds):
        for server in takers:
            before = CPUClock.read(server.pid)
            load = row.load(server, seconds)
            figures[type(server)].append(CPUClock.read(server.pid).since(before) / load.requests)
    return {kind: sorted(rounds, key=lambda cpu: cpu.total)[len(rounds) // 2] for kind, rounds in figures.items()}
