"""The rows of the table: what is asked for, how, and what one round of it costs the server."""

import statistics
import time
from dataclasses import dataclass
from typing import Callable

import http2
from accounting import CPUClock, CPUTime, proportional_bytes
from clients import BROWSER_FIELDS, HandshakeClient, IdleConnections, Load, wrk
from servers import Server

HELLO = "/hello"
CONNECTIONS = 64
HANDSHAKE_THREADS = 16
IDLE_CONNECTIONS = 2000
IDLE_LIMIT_KIB = 20.0


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    load: Callable[[HandshakeClient, int, float], Load]
    access_log: bool = False


def _requests(path: str, fields: dict[str, str] = {}):
    return lambda _, port, seconds: wrk(port, path, seconds, CONNECTIONS, fields)


def _handshakes(resume: bool):
    return lambda client, port, seconds: client.run(port, HELLO, seconds, HANDSHAKE_THREADS, resume)


ROWS = [
    Row("hello", "hello, wrk's own header fields", _requests(HELLO)),
    Row("browser", "hello, a browser's twelve fields", _requests(HELLO, BROWSER_FIELDS)),
    Row("log", "hello, access log on", _requests(HELLO), access_log=True),
    Row("full", "full handshake and hello", _handshakes(resume=False)),
    Row("resumed", "resumed handshake and hello", _handshakes(resume=True)),
]
IDLE = "idle"
HTTP2 = "http2"
HTTP2_MEMORY = "http2-memory"


@dataclass(frozen=True)
class Figures:
    """One round, or the medians of several."""

    rate: float
    cpu: CPUTime
    p50: float
    p99: float


def measure(row: Row, client: HandshakeClient, server: Server, seconds: float) -> Figures:
    before = CPUClock.read(server.pid)
    load = row.load(client, server.port, seconds)
    cpu = CPUClock.read(server.pid).since(before)
    if load.requests < 1:
        raise RuntimeError(f"{server.name} answered nothing in row {row.name}")
    return Figures(load.requests / load.seconds, cpu / load.requests, load.p50, load.p99)


def medians(rounds: list[Figures]) -> Figures:
    by_cpu = sorted(rounds, key=lambda figures: figures.cpu.total)
    cpu = by_cpu[len(by_cpu) // 2].cpu
    if len(by_cpu) % 2 == 0:
        cpu = cpu.scaled(statistics.median(figures.cpu.total for figures in rounds))
    return Figures(
        statistics.median(figures.rate for figures in rounds), cpu,
        statistics.median(figures.p50 for figures in rounds),
        statistics.median(figures.p99 for figures in rounds))


def idle_bytes(server: Server) -> float:
    """Memory that one idle connection costs a server which has answered a few requests before."""
    connections = IdleConnections(server.port, HELLO)
    connections.open(20)
    connections.close()
    before = settled_bytes(server.pid)
    connections.open(IDLE_CONNECTIONS)
    after = settled_bytes(server.pid)
    connections.ask_again()
    connections.close()
    return (after - before) / IDLE_CONNECTIONS


def http2_bytes(server: Server, count: int, streams: int, path: str, window: int) -> float:
    """Memory of a connection of HTTP/2 that had `streams` requests, which are open still if the window is 0."""
    for connection in http2.connections(server, 20, streams, path, window):
        connection.socket.close()
    before = settled_bytes(server.pid)
    opened = http2.connections(server, count, streams, path, window)
    after = settled_bytes(server.pid)
    for connection in opened:
        connection.socket.close()
    return (after - before) / count


def settled_bytes(pid: int) -> int:
    """Memory once it has stopped moving: two equal readings half a second apart, or the last of twenty."""
    reading = proportional_bytes(pid)
    for _ in range(20):
        time.sleep(0.5)
        last, reading = reading, proportional_bytes(pid)
        if abs(reading - last) <= 16384:
            break
    return reading
