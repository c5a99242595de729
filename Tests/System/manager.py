#!/usr/bin/env python3
"""Plays the service manager of a daemon, and checks what it is told: manager.py PORTICO CONFIGURATION

The configuration listens on 127.0.0.1:8443, and there is a large file at /large.
"""

import http.client
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import time

WATCHDOG_USEC = 2_000_000


class Manager:
    """The manager's end of NOTIFY_SOCKET."""

    def __init__(self):
        self.address = f"/run/notify-{os.getpid()}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)

    def message(self, seconds=20):
        """The next message as a dictionary."""
        self.socket.settimeout(seconds)
        lines = self.socket.recv(65536).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def wait_for(self, key, seconds=20):
        """The first message with that key; those before it are passed over."""
        deadline = time.monotonic() + seconds
        while True:
            message = self.message(max(0.001, deadline - time.monotonic()))
            if key in message:
                return message


def request(path="/hello.txt", timeout=30):
    connection = http.client.HTTPSConnection(
        "127.0.0.1", 8443, context=ssl._create_unverified_context(), timeout=timeout)
    connection.request("GET", path)
    return connection, connection.getresponse()


def microseconds():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def start(manager, program, configuration):
    environment = os.environ | {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": str(WATCHDOG_USEC)}
    daemon = subprocess.Popen([program, "run", "-c", configuration], env=environment)
    first = manager.message()
    check(first.get("READY") == "1", f"the first message is {first}")
    check("127.0.0.1:8443" in first.get("STATUS", ""), f"the first status is {first}")
    _, response = request()
    check(response.read() == b"hello\n", "there is no answer after READY=1")
    return daemon


def check_watchdog(manager):
    times = []
    for _ in range(4):
        manager.wait_for("WATCHDOG")
        times.append(microseconds())
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    check(max(gaps) < WATCHDOG_USEC, f"the watchdog was fed after {gaps} microseconds")


def check_status(manager):
    before = manager.wait_for("STATUS")["STATUS"]
    request()
    after = before
    while after == before:
        after = manager.wait_for("STATUS")["STATUS"]


def reload(manager, daemon):
    """Sends SIGHUP; the last status."""
    before = microseconds()
    daemon.send_signal(signal.SIGHUP)
    message = manager.wait_for("RELOADING")
    check(message["RELOADING"] == "1", message)
    check(before <= int(message.get("MONOTONIC_USEC", 0)) <= microseconds(), f"{message} is not of now")
    return manager.wait_for("READY")["STATUS"]


def check_reloads(manager, daemon, configuration):
    good = configuration.read_text()
    check("refused" not in reload(manager, daemon), "a good reload was refused")
    configuration.write_text(good + "nonsense = 1\n")
    line = len(good.splitlines()) + 1
    status = reload(manager, daemon)
    check(f"{configuration.name}:{line}:" in status, f"the status after a bad reload is {status}")
    check(request()[1].status == 200, "there is no answer after a bad reload")
    configuration.write_text(good)
    check("refused" not in reload(manager, daemon), "a repaired reload was refused")


def check_stop(manager, daemon):
    """One client takes its time: more time is asked for again and again, until it is through."""
    connection, response = request("/large")
    size = int(response.headers["Content-Length"])
    received = len(response.read(65536))
    fresh = http.client.HTTPSConnection(
        "127.0.0.1", 8443, context=ssl._create_unverified_context(), timeout=10)
    fresh.connect()
    daemon.send_signal(signal.SIGTERM)
    message = manager.wait_for("STOPPING")
    check(message["STOPPING"] == "1", message)
    # Its client could not know of the stop: the first request of a connection is answered.
    fresh.request("GET", "/hello.txt")
    check(fresh.getresponse().read() == b"hello\n", "a connection was closed before its first request")
    fresh.close()
    for _ in range(2):
        message = manager.wait_for("EXTEND_TIMEOUT_USEC")
        check(int(message["EXTEND_TIMEOUT_USEC"]) > 2_000_000, message)
        status = manager.wait_for("STATUS")["STATUS"]
    check(" 1 " in status, f"the status of the drain is {status}")
    while block := response.read(1 << 20):
        received += len(block)
    check(received == size, f"{received} bytes of {size} arrived")
    check(daemon.wait(20) == 0, f"the exit status is {daemon.returncode}")


def main():
    program, configuration = sys.argv[1], pathlib.Path(sys.argv[2])
    manager = Manager()
    daemon = start(manager, program, str(configuration))
    try:
        check_watchdog(manager)
        check_status(manager)
        check_reloads(manager, daemon, configuration)
        check_stop(manager, daemon)
    finally:
        daemon.kill()


main()
