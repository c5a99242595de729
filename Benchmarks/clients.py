"""The loads: wrk for requests, handshake.c for connections, Python's ssl for connections that stay idle."""

import json
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent

# What Firefox sends for a page that someone typed in; with Host, which wrk adds, twelve fields.
BROWSER_FIELDS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Connection": "keep-alive",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
    "Priority": "u=0, i",
}


@dataclass(frozen=True)
class Load:
    """What a client saw in one round; latencies in microseconds."""

    requests: float
    seconds: float
    p50: float
    p99: float


def wrk(port: int, path: str, seconds: float, connections: int, fields: dict[str, str], body_bytes: int = 0) -> Load:
    """Counts bodies by their bytes if `body_bytes` is given: long answers are cut off when the time is up."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(HERE / "wrk.lua")]
    for name, value in fields.items():
        command += ["-H", f"{name}: {value}"]
    said = _json_of(command + [f"https://127.0.0.1:{port}{path}"], seconds)
    if said["errors"]:
        raise RuntimeError(f"wrk saw {said['errors']} errors on {path}")
    requests = said["bytes"] / body_bytes if body_bytes else said["requests"]
    return Load(requests, said["seconds"], said["p50"], said["p99"])


def put(port: int, file: Path, seconds: float) -> Load:
    """Uploads a file under one name, again and again over one connection, until the time is up."""
    url = f"https://127.0.0.1:{port}/put/upload.bin"
    once = time.monotonic()
    _curl_put(url, file, 1)
    once = time.monotonic() - once
    count = max(1, round(seconds / once))
    began = time.monotonic()
    _curl_put(url, file, count)
    spent = time.monotonic() - began
    return Load(count + 1, spent + once, once * 1e6, once * 1e6)


def _curl_put(url: str, file: Path, count: int) -> None:
    transfer = ["-fsk", "--http1.1", "-o", "/dev/null", "-T", str(file), url]
    command = ["curl", *transfer]
    for _ in range(count - 1):
        command += ["--next", *transfer]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


class HandshakeClient:
    def __init__(self, folder: Path):
        self.program = folder / "handshake"
        subprocess.run(
            ["cc", "-O2", "-o", self.program, HERE / "handshake.c", "-lssl", "-lcrypto", "-lpthread"], check=True)

    def run(self, port: int, path: str, seconds: float, threads: int, resume: bool) -> Load:
        mode = "resumed" if resume else "full"
        said = _json_of([str(self.program), mode, str(port), path, f"{seconds:g}", str(threads)], seconds)
        if said["errors"]:
            raise RuntimeError(f"{said['errors']} connections failed: {said['failure']}")
        # The first connection of each thread has nothing to resume yet.
        expected = said["requests"] - threads if resume else 0
        if said["resumed"] < 0.99 * expected or (not resume and said["resumed"]):
            raise RuntimeError(f"{said['resumed']} of {said['requests']} sessions were resumed, not {expected}")
        return Load(said["requests"], said["seconds"], said["p50"], said["p99"])


def _json_of(command: list[str], seconds: float) -> dict:
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])


class IdleConnections:
    """TLS connections that have had one answer and stay open; from many addresses, for limits by address."""

    def __init__(self, port: int, path: str):
        self.port = port
        self.request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.sockets: list[ssl.SSLSocket] = []

    def open(self, count: int) -> None:
        for index in range(count):
            source = (f"127.0.1.{1 + index % 200}", 0)
            plain = socket.create_connection(("127.0.0.1", self.port), 10, source)
            self.sockets.append(self.context.wrap_socket(plain, server_hostname="localhost"))
            self._ask(self.sockets[-1])

    def ask_again(self) -> None:
        """Proves that every connection was still open."""
        for connection in self.sockets:
            self._ask(connection)

    def close(self) -> None:
        for connection in self.sockets:
            connection.close()
        self.sockets.clear()

    def _ask(self, connection: ssl.SSLSocket) -> None:
        connection.sendall(self.request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(4096)
            if not piece:
                raise RuntimeError("the server closed an idle connection")
            answer += piece
        head, _, body = answer.partition(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(f"unexpected answer: {head.partition(chr(13).encode())[0]!r}")
        fields = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        length = next(int(value) for name, _, value in fields if name.lower() == b"content-length")
        while len(body) < length:
            body += connection.recv(4096)


def negotiated(port: int) -> str:
    """Protocol version and cipher suite that a client with OpenSSL's defaults gets."""
    probe = IdleConnections(port, "/")
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with probe.context.wrap_socket(plain, server_hostname="localhost") as connection:
            return f"{connection.version()} {connection.cipher()[0]}"
