#!/usr/bin/env python3
"""Slow clients in numbers, as slowhttptest makes them, and one beside them that asks as others do.

slow.py MODE PORT CONNECTIONS: opens the connections, waits until the server has ended all of them, and prints lines of
KEY = NUMBER: how many had which answer, when the first and the last were ended (in seconds), and how many answers the
client beside them got, and how long those took (in milliseconds). Modes:
  header  a line of the head every 50 ms, which never ends
  body    a few bytes of a form every 50 ms
  read    a large file with a small window, a few bytes every 50 ms
  range   HEAD with 1,300 overlapping ranges, and then nothing more
  steady  the large file again, at 80 KB a second for six seconds, which nobody may end: the status is "kept"
slow.py probe PORT: only the client beside them, until standard input ends.
"""

import asyncio
import collections
import socket
import subprocess
import sys
import threading
import time

PAUSE = 0.05
RANGES = ",".join(["0-"] + [f"5-{end}" for end in range(1300)])
HEADS = {
    "header": "GET /www/small HTTP/1.1\r\nHost: a\r\n",
    "body": "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 4096\r\n\r\ntext=",
    "read": "GET /www/large HTTP/1.1\r\nHost: a\r\n\r\n",
    "steady": "GET /www/large HTTP/1.1\r\nHost: a\r\n\r\n",
    "range": f"HEAD /www/small HTTP/1.1\r\nHost: a\r\nRange: bytes={RANGES}\r\n\r\n",
}


def tell(numbers):
    print("".join(f"{key} = {number}\n" for key, number in numbers.items()), end="", flush=True)


async def connect(port, window=None):
    client = socket.socket()
    if window:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return client


async def dribble(client, piece):
    """Sends a little now and then; gives the answer once the server ends the connection."""
    loop, answer = asyncio.get_running_loop(), b""
    receiving = asyncio.ensure_future(loop.sock_recv(client, 65536))
    while True:
        done, _ = await asyncio.wait([receiving], timeout=PAUSE)
        if done:
            more = receiving.result()
            if not more:
                return answer
            answer += more
            receiving = asyncio.ensure_future(loop.sock_recv(client, 65536))
        elif not answer and piece:
            await loop.sock_sendall(client, piece)


async def sip(client, count, seconds=3600.0):
    """Reads a little now and then, until the server ends the connection or the time is over."""
    loop, answer, end = asyncio.get_running_loop(), b"", time.monotonic() + seconds
    while time.monotonic() < end:
        more = await loop.sock_recv(client, count)
        # A reset is known long before all is read that came before it.
        if not more or client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return answer
        answer = answer or more
        await asyncio.sleep(PAUSE)
    return b"kept"


async def suffer(mode, port, began):
    """One slow client: the first bytes of its answer, and when its connection ended."""
    client = await connect(port, {"read": 4096, "steady": 65536}.get(mode))
    answer = b""
    try:
        await asyncio.get_running_loop().sock_sendall(client, HEADS[mode].encode())
        if mode == "read":
            answer = await sip(client, 16)
        elif mode == "steady":
            answer = await sip(client, 4096, seconds=6)
        else:
            answer = await dribble(client, {"header": b"X-a: b\r\n", "body": b"&a=b"}.get(mode))
    except OSError as failure:
        answer = answer or type(failure).__name__.encode()
    finally:
        client.close()
    return answer[:12].decode(), time.monotonic() - began


def exchange(client):
    client.sendall(b"GET /www/small HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = b""
    while not answer.endswith(b"small\n"):
        more = client.recv(65536)
        if not more:
            raise OSError("closed")
        answer += more


def probe(port):
    """Asks every 10 ms, every tenth time over a new connection, until standard input ends."""
    stopping = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopping.set()), daemon=True).start()
    times, failed, client = [], 0, None
    while not stopping.wait(0.01):
        start = time.monotonic()
        try:
            if client is None or len(times) % 10 == 0:
                client = socket.create_connection(("127.0.0.1", port), timeout=10)
            exchange(client)
            times.append((time.monotonic() - start) * 1000)
        except OSError:
            failed, client = failed + 1, None
    times.sort()
    p50, p99, most = (round(times[int(share * (len(times) - 1))], 2) if times else None for share in (0.5, 0.99, 1))
    tell({"answered": len(times), "failed": failed, "p50": p50, "p99": p99, "most": most})


async def attack(mode, port, count):
    command = [sys.executable, __file__, "probe", str(port)]
    beside = subprocess.Popen(command, stdin=subprocess.PIPE)
    began = time.monotonic()
    ends = await asyncio.gather(*(suffer(mode, port, began) for _ in range(count)))
    answers = dict(collections.Counter(answer for answer, _ in ends))
    seconds = sorted(round(seconds, 2) for _, seconds in ends)
    tell({**answers, "first": seconds[0], "last": seconds[-1]})
    beside.communicate()


if sys.argv[1] == "probe":
    probe(int(sys.argv[2]))
else:
    asyncio.run(attack(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
