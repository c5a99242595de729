"""The two servers under test: started on one core, from a template, stopped by process id."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path
from string import Template

from accounting import children

HERE = Path(__file__).resolve().parent
START_SECONDS = 10
STOP_SECONDS = 20
UPLOAD_MIB = 100


class Bench:
    """The folder with certificate and pages that both servers use, and the cores that they run on."""

    def __init__(self, folder: Path, server_core: int):
        self.folder = folder
        self.server_core = server_core
        self.root = folder / "www"
        self.certificate = folder / "certificate.pem"
        self.key = folder / "key.pem"
        self.upload = folder / "upload.bin"

    def prepare(self) -> None:
        self.root.mkdir()
        os.chmod(self.folder, 0o755)
        (self.root / "1k.bin").write_bytes(os.urandom(1024))
        (self.root / "64k.bin").write_bytes(os.urandom(64 * 1024))
        (self.root / "10m.bin").write_bytes(os.urandom(10 * 1024 * 1024))
        (self.root / "many").mkdir()
        for number in range(1000):
            (self.root / "many" / f"page-{number:04}.html").write_bytes(b"x" * number)
        self.upload.write_bytes(os.urandom(UPLOAD_MIB * 1024 * 1024))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-out", self.certificate, "-keyout", self.key],
            check=True, capture_output=True)
        self.key.chmod(0o600)


class Server:
    """One running server; `pid` is the process that answers."""

    name = ""

    def __init__(self, bench: Bench, access_log: bool = False):
        self.bench = bench
        self.access_log = access_log
        self.port = _free_port()
        self.folder = bench.folder / f"{self.name}-{self.port}"
        self.process: subprocess.Popen | None = None
        self.pid = 0

    def __enter__(self) -> "Server":
        (self.folder / "put").mkdir(parents=True)
        config = self.folder / f"{self.name}.conf"
        template = HERE / f"{self.name}.conf"
        if template.exists():
            config.write_text(Template(template.read_text()).substitute(self.values()))
        self.errors = self.folder / "stderr"
        log = open("/dev/null" if self.access_log else self.errors, "wb")
        with log:
            self.process = subprocess.Popen(
                self.command(config), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, {self.bench.server_core}))
        try:
            self.wait_until_listening()
            self.pid = self.serving_pid()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        said = self.errors.read_text() if self.errors.exists() else ""
        raise RuntimeError(f"{self.name} does not listen on port {self.port}: {said.strip() or 'it said nothing'}")

    def values(self) -> dict[str, object]:
        bench = self.bench
        return {"port": self.port, "root": bench.root, "certificate": bench.certificate, "key": bench.key,
                "folder": self.folder}

    def command(self, config: Path) -> list[str]:
        raise NotImplementedError

    def serving_pid(self) -> int:
        return self.process.pid


class Nginx(Server):
    name = "nginx"

    def values(self) -> dict[str, object]:
        # As root, nginx would give its worker to an account that cannot enter the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        log = "/dev/null combined" if self.access_log else "off"
        return super().values() | {"access_log": log, "user_directive": user}

    def command(self, config: Path) -> list[str]:
        return ["nginx", "-c", str(config), "-e", str(self.folder / "nginx-error.log")]

    def serving_pid(self) -> int:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if workers := children(self.process.pid):
                return workers[0]
            time.sleep(0.02)
        raise RuntimeError("nginx has no worker process")

    @staticmethod
    def version() -> str:
        said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
        return re.sub(r".*nginx/", "", said).strip()


class Portico(Server):
    name = "portico"
    binary = Path(".build/release/portico")

    def values(self) -> dict[str, object]:
        return super().values() | {"access_log": "on" if self.access_log else "off"}

    def command(self, config: Path) -> list[str]:
        return [str(self.binary), "run", "-c", str(config)]

    @classmethod
    def version(cls) -> str:
        said = subprocess.run([cls.binary, "--version"], capture_output=True, text=True, check=True).stdout
        return said.strip().removeprefix("portico ")


class Caddy(Server):
    name = "caddy"

    def command(self, config: Path) -> list[str]:
        # It keeps a copy of its configuration below HOME.
        return ["env", f"HOME={self.folder}", "caddy", "run", "--adapter", "caddyfile", "--config", str(config)]

    @staticmethod
    def version() -> str:
        said = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
        return said.split()[0].removeprefix("v")


class Nghttpd(Server):
    """nghttp2's own server: what the library costs with next to nothing around it."""

    name = "nghttpd"

    def command(self, config: Path) -> list[str]:
        return ["nghttpd", "-d", str(self.bench.root), "-a", "127.0.0.1", str(self.port), str(self.bench.key),
                str(self.bench.certificate)]

    @staticmethod
    def version() -> str:
        said = subprocess.run(["nghttpd", "--version"], capture_output=True, text=True, check=True).stdout
        return said.split("/")[-1].strip()


class H2o(Server):
    name = "h2o"

    def values(self) -> dict[str, object]:
        # As root, h2o would become an account that cannot enter the folder.
        return super().values() | {"user_directive": "user: root" if os.geteuid() == 0 else ""}

    def command(self, config: Path) -> list[str]:
        return ["h2o", "-c", str(config)]

    @staticmethod
    def version() -> str:
        said = subprocess.run(["h2o", "-v"], capture_output=True, text=True, check=True).stdout
        return said.split()[2]


class Lighttpd(Server):
    name = "lighttpd"

    def command(self, config: Path) -> list[str]:
        return ["lighttpd", "-D", "-f", str(config)]

    @staticmethod
    def version() -> str:
        said = subprocess.run(["lighttpd", "-v"], capture_output=True, text=True, check=True).stdout
        return said.split("/")[1].split()[0]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
