"""The table in Markdown, and the verdict: Portico may cost no more than nginx in any row."""

import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from rows import CONNECTIONS, HANDSHAKE_THREADS, IDLE_CONNECTIONS, IDLE_LIMIT_KIB, Figures
import files
import http2
from accounting import CPUTime
from servers import Caddy, Nghttpd, Nginx, Portico, Server

HEADINGS = [
    "row", "nginx req/s", "portico req/s", "nginx CPU µs (user + system)", "portico CPU µs (user + system)",
    "nginx p50 / p99 ms", "portico p50 / p99 ms", "CPU ratio", "verdict",
]


class Report:
    def __init__(self, rounds: int, seconds: float, servers: tuple[type[Server], type[Server]]):
        self.rounds = rounds
        self.seconds = seconds
        self.servers = servers
        self.negotiated: set[str] = set()
        self.rows: list[list[str]] = []
        self.failures: list[str] = []
        self.gaps = False
        self.idle = ""
        self.files: list[str] = []
        self.http2: list[str] = []

    def add(self, title: str, nginx: Figures, portico: Figures) -> str:
        ratio = portico.cpu.total / nginx.cpu.total
        if ratio > 1.0:
            self.failures.append(f"{title}: {ratio:.3f} times nginx's CPU time a request")
        self.rows.append([
            title, f"{nginx.rate:,.0f}", f"{portico.rate:,.0f}", _cpu(nginx.cpu), _cpu(portico.cpu), _latency(nginx),
            _latency(portico), f"{ratio:.3f}", "ok" if ratio <= 1.0 else "**over**",
        ])
        return _line(self.rows[-1])

    def add_idle(self, nginx: float, portico: float) -> str:
        kib = portico / 1024
        if kib > IDLE_LIMIT_KIB:
            self.failures.append(f"an idle TLS connection costs {kib:.1f} KiB, more than {IDLE_LIMIT_KIB:.0f}")
        verdict = "ok" if kib <= IDLE_LIMIT_KIB else "**over**"
        self.idle = (
            f"Memory of an idle TLS connection ({IDLE_CONNECTIONS:,} kept open after one request each, growth of "
            f"the proportional set size): nginx {nginx / 1024:.1f} KiB, portico {kib:.1f} KiB "
            f"(limit {IDLE_LIMIT_KIB:.0f}): {verdict}")
        return self.idle

    def add_files(self, compared: files.Comparison) -> str:
        lines = [
            f"Files: wrk with {files.CONNECTIONS} connections over HTTP/1.1 ({files.BIG_FILE_CONNECTIONS} for 10 MiB), curl "
            f"for PUT. nginx {Nginx.version()}, Caddy {Caddy.version()}; CPU µs a request (user + system).", "",
            _line(["row", *(kind.name for kind in files.SERVERS), "ratio to nginx", "ratio to Caddy", "verdict"]),
            _line(["---"] + ["---:"] * (len(files.SERVERS) + 2) + ["---"]),
        ]
        for title, figures in compared.rows.items():
            own = figures[Portico].total
            ratio = own / figures[Nginx].total
            if ratio > 1.0:
                self.failures.append(f"{title}: {ratio:.3f} times nginx's CPU time a request")
            lines.append(_line([
                title, *(_cpu(figures[kind]) if kind in figures else "-" for kind in files.SERVERS), f"{ratio:.3f}",
                f"{own / figures[Caddy].total:.3f}" if Caddy in figures else "-", "ok" if ratio <= 1.0 else "**over**"]))
        own = compared.resident[Portico] / 1024 / 1024
        if own > files.MEMORY_LIMIT_MIB:
            self.failures.append(f"{own:.1f} MiB are resident after the rows of files, limit {files.MEMORY_LIMIT_MIB:.0f}")
        resident = ", ".join(f"{kind.name} {size / 1024 / 1024:.1f} MiB" for kind, size in compared.resident.items())
        lines += ["", f"Resident after all of it: {resident} (limit {files.MEMORY_LIMIT_MIB:.0f})."]
        self.files += lines + [""]
        return "\n".join(lines)

    def add_http2(self, figures: dict[type[Server], tuple[CPUTime, float]]) -> str:
        own = figures[Portico][0].total
        for peer, most in ((Nghttpd, http2.MOST_OF_NGHTTPD), (Nginx, 1.0)):
            ratio = own / figures[peer][0].total
            if ratio > most:
                self.failures.append(f"HTTP/2: {ratio:.3f} times {peer.name}'s CPU time a request, limit {most}")
        lines = [
            f"HTTP/2: h2load with {http2.CONNECTIONS} connections of {http2.STREAMS} streams on a file of 1 KiB; limits: "
            f"{http2.MOST_OF_NGHTTPD} times nghttpd, 1.0 times nginx.", "",
            _line(["server", "req/s", "CPU µs (user + system)", "portico's ratio to it"]),
            _line(["---", "---:", "---:", "---:"]),
        ]
        for kind, (cpu, rate) in figures.items():
            lines.append(_line([
                f"{kind.name} {kind.version()}", f"{rate:,.0f}", f"{cpu.total:,.2f} ({cpu.user:,.2f} + {cpu.system:,.2f})",
                f"{own / cpu.total:.3f}"]))
        self.http2 += lines + [""]
        return "\n".join(lines)

    def add_http2_memory(self, idle: float, streams: float) -> str:
        line = (
            f"Memory of HTTP/2 over TLS: an idle connection of {http2.IDLE_CONNECTIONS:,} after one request each "
            f"{idle / 1024:.1f} KiB; one of {http2.STREAM_CONNECTIONS} with {http2.OPEN_STREAMS} open streams each, whose "
            f"clients take nothing of a file of 10 MiB, {streams / 1024:,.0f} KiB, which is "
            f"{streams / http2.OPEN_STREAMS / 1024:.1f} KiB a stream.")
        self.http2 += [line, ""]
        return line

    def unmeasured(self, name: str, failure: Exception) -> None:
        self.failures.append(f"row {name} could not be measured: {failure}")
        self.gaps = True

    def add_negotiated(self, nginx: str, portico: str) -> None:
        self.negotiated |= {nginx, portico}
        if nginx != portico:
            self.failures.append(f"not comparable: nginx negotiates {nginx}, portico {portico}")

    def markdown(self) -> str:
        parts = ["# Portico beside nginx", "", *_machine(self.servers), f"- TLS: {' / '.join(sorted(self.negotiated))}"]
        parts += ["", self._method(), ""]
        if self.rows:
            parts += [_line(HEADINGS), _line(["---"] + ["---:"] * (len(HEADINGS) - 2) + ["---"])]
            parts += [_line(row) for row in self.rows] + [""]
        if self.idle:
            parts += [self.idle, ""]
        parts += self.files + self.http2
        return "\n".join(parts)

    def _method(self) -> str:
        return (
            f"Medians of {self.rounds} rounds of {self.seconds:g} s each, the two servers in turn; one worker each "
            "on one core, the client on another; one certificate (ECDSA P-256), the same pages. "
            f"wrk with {CONNECTIONS} connections, handshakes from {HANDSHAKE_THREADS} threads. CPU is what the kernel "
            "booked on all threads of the serving process, over the requests answered. Access logs are off, but for the row that says so: there both write a line a "
            "request to /dev/null.")


def _machine(servers: tuple[type[Server], type[Server]]) -> list[str]:
    now = datetime.now(timezone.utc)
    return [
        f"- date: {now:%Y-%m-%d %H:%M} UTC",
        "- versions: " + ", ".join(f"{server.name} {server.version()}" for server in dict.fromkeys(servers))
        + f", {_output('openssl', 'version').partition(' (')[0]}, {_wrk_version()}, Linux {platform.release()}",
        f"- machine: {_cpu_model()}, {os.cpu_count()} cores",
    ]


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip()


def _wrk_version() -> str:
    return " ".join(_output("wrk", "-v").split()[:2]).removesuffix("-")


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _cpu(cpu: CPUTime) -> str:
    return f"{cpu.total:,.2f} ({cpu.user:,.2f} + {cpu.system:,.2f})"


def _latency(figures: Figures) -> str:
    return f"{figures.p50 / 1000:.2f} / {figures.p99 / 1000:.2f}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
