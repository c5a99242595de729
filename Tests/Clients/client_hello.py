#!/usr/bin/env python3
"""Compares what diagnostics say of a ClientHello with what was sent: client_hello.py PORT CA-FILE VERSION.

The lists and the fingerprints JA3 and JA4 are made here from the bytes that leave, by code that has nothing in common
with the server's.
"""

import hashlib
import json
import socket
import ssl
import struct
import sys


def words(data: bytes) -> list[int]:
    return [value for (value,) in struct.iter_unpack(">H", data)]


def parse(message: bytes) -> dict:
    """The lists of a handshake message."""
    rest = memoryview(message)[4:]

    def take(count: int) -> bytes:
        nonlocal rest
        piece, rest = bytes(rest[:count]), rest[count:]
        return piece

    def vector(size: int) -> bytes:
        return take(int.from_bytes(take(size), "big"))

    found = {"version": int.from_bytes(take(2), "big")}
    take(32)
    vector(1)
    found["suites"] = words(vector(2))
    vector(1)
    rest = memoryview(vector(2))
    found["extensions"] = []
    contents = {}
    while rest:
        kind = int.from_bytes(take(2), "big")
        found["extensions"].append(kind)
        contents[kind] = vector(2)
    found["groups"] = words(contents.get(10, b"")[2:])
    found["formats"] = list(contents.get(11, b"")[1:])
    found["schemes"] = words(contents.get(13, b"")[2:])
    found["versions"] = words(contents.get(43, b"")[1:])
    found["alpn"] = []
    rest = memoryview(contents.get(16, b"")[2:])
    while rest:
        found["alpn"].append(vector(1).decode())
    return found


def ja3(hello: dict) -> str:
    lists = [[hello["version"]], hello["suites"], hello["extensions"], hello["groups"], hello["formats"]]
    return hashlib.md5(",".join("-".join(map(str, values)) for values in lists).encode()).hexdigest()


def ja4(hello: dict) -> str:
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12

    def listed(values: list[int]) -> str:
        return ",".join(f"{value:04x}" for value in values)

    version = {0x0304: "13", 0x0303: "12"}[max(hello["versions"] or [hello["version"]])]
    first = hello["alpn"][0] if hello["alpn"] else "00"
    head = (f"t{version}{'d' if 0 in hello['extensions'] else 'i'}{len(hello['suites']):02}"
            f"{len(hello['extensions']):02}{first[0]}{first[-1]}")
    others = listed(sorted(set(hello["extensions"]) - {0, 16}))
    schemes = f"_{listed(hello['schemes'])}" if hello["schemes"] else ""
    return f"{head}_{digest(listed(sorted(hello['suites'])))}_{digest(others + schemes)}"


def exchange(port: int, context: ssl.SSLContext) -> tuple[bytes, dict]:
    """Sends a request; gives the ClientHello's bytes and the page."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    sent = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        def retrying(step):
            nonlocal sent
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    pending = outgoing.read()
                    sent = sent or pending
                    connection.sendall(pending)
                    incoming.write(connection.recv(65536))
                finally:
                    if rest := outgoing.read():
                        connection.sendall(rest)

        retrying(tls.do_handshake)
        tls.write(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < length(answer):
            answer += retrying(lambda: tls.read(65536))
    return sent[5:], json.loads(answer.partition(b"\r\n\r\n")[2])


def length(answer: bytes) -> int:
    fields = answer.partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    return int(next(line.split(":")[1] for line in fields if line.startswith("content-length:")))


def main() -> int:
    port, authority, version = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(["http/1.1", "other"])
    if version == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    message, page = exchange(port, context)
    hello, said = parse(message), page["tls"]["client_hello"]
    counts = {"suites": "cipher_suites", "extensions": "extensions", "groups": "groups", "schemes": "signature_schemes"}
    wrong = [f"{theirs}: {said[theirs]}" for ours, theirs in counts.items() if len(hello[ours]) != len(said[theirs])]
    expected = {"alpn": hello["alpn"], "ja3": ja3(hello), "ja4": ja4(hello)}
    wrong += [f"{name}: {said[name]}, not {value}" for name, value in expected.items() if said[name] != value]
    print("\n".join(wrong) or "the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
