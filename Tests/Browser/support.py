"""A daemon and a browser that trusts it, for one test; both end with it.

The browser is Chromium in a home of its own, whose NSS database has the daemon's authority: nothing is told to overlook
a certificate. Wait for what a page shows (`wait_for`), never for time.
"""

import os
import re
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 20  # seconds for one event
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


class Portico:
    """A running daemon. `folder` is its own: configuration, state, and what a test puts there."""

    def __init__(self, folder: Path, sections: str):
        self.folder = folder
        self.write(sections)
        self.log: list[str] = []
        self.news = threading.Condition()
        self.has_ended = False
        self.process = subprocess.Popen(
            [os.environ["PORTICO_BINARY"], "run", "-c", folder / "portico.conf"], cwd=folder, text=True,
            errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name != "JOURNAL_STREAM"})
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        try:
            ready = self.wait_for_log(r'Ready\..*listeners="?127\.0\.0\.1:(\d+)')
        except BaseException:
            self.stop()
            raise
        self.port = int(ready.group(1))

    def write(self, sections: str) -> None:
        """Writes the configuration: these sections after those of a server with free ports."""
        (self.folder / "portico.conf").write_text(
            "[server]\nlisten = 127.0.0.1:0\nlisten_plain = 127.0.0.1:0\nstate_directory = state\n"
            f"log_level = debug\n\n{sections}\n")

    def read_log(self) -> None:
        for line in self.process.stderr:
            with self.news:
                self.log.append(line.rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.has_ended = True
            self.news.notify_all()

    def wait_for_log(self, pattern: str, after: int = 0) -> re.Match:
        """Waits for a line of the log, from that number on, that has the pattern."""
        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.log[after:])), None)
        with self.news:
            self.news.wait_for(lambda: found() or self.has_ended, PATIENCE)
            if match := found():
                return match
        raise TimeoutError(f"the log never had {pattern}:\n" + "\n".join(self.log))

    def reload(self, sections: str) -> None:
        self.write(sections)
        start = len(self.log)
        self.process.send_signal(signal.SIGHUP)
        self.wait_for_log(" reload", start)

    def url(self, path: str) -> str:
        return f"https://localhost:{self.port}{path}"

    def stop(self) -> None:
        start = len(self.log)
        self.process.terminate()
        try:
            # The second signal ends it at once, whatever is left of a page's connections. signal(7): beside a first one
            # that nobody has taken yet it would be lost.
            self.wait_for_log(r"Stopping\.", start)
            self.process.terminate()
        except TimeoutError:
            pass  # it has ended by itself, or will be found to hang
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.reader.join()
            self.process.stderr.close()


def make_home(folder: Path, authority: Path) -> Path:
    """A home folder whose owner trusts the authority, at both places where a version of Chromium may look."""
    home = folder / "home"
    for database in [home / ".pki/nssdb", home / ".local/share/pki/nssdb"]:
        database.mkdir(parents=True)
        for words in [["-N", "--empty-password"], ["-A", "-n", "Portico", "-t", "C,,", "-i", authority]]:
            subprocess.run(["certutil", "-d", f"sql:{database}", *words], check=True, timeout=PATIENCE)
    return home


def make_browser(home: Path, scripts: bool, switches: list[str]) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    options.page_load_strategy = "normal"
    for word in ["headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run",
                 "disable-background-networking", "no-proxy-server", "window-size=1000,800",
                 "host-resolver-rules=MAP * 127.0.0.1", f"user-data-dir={home}/profile", *switches]:
        options.add_argument(f"--{word}")
    preferences = {"download.default_directory": f"{home}/downloads", "download.prompt_for_download": False}
    if not scripts:
        preferences["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", preferences)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    service = Service("/usr/bin/chromedriver", env=environment | {"HOME": str(home)})
    browser = webdriver.Chrome(options=options, service=service)
    browser.set_page_load_timeout(PATIENCE)
    browser.set_script_timeout(PATIENCE)
    return browser


class BrowserTest(unittest.TestCase):
    """A test with a daemon (`self.portico`) of the sections in `configuration`, and a browser (`self.browser`).

    `{folder}` in the configuration is the daemon's folder; `prepare` fills it before the start. `scripts = False` turns
    JavaScript off in the browser.
    """

    configuration = ""
    scripts = True
    switches: list[str] = []  # more of Chromium's command line, without the dashes
    seconds = 120  # for the whole test

    def setUp(self):
        signal.signal(signal.SIGALRM, self.give_up)
        signal.alarm(self.seconds)
        self.addCleanup(signal.alarm, 0)
        folder = tempfile.TemporaryDirectory(prefix="portico-browser-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.prepare(self.folder)
        self.portico = Portico(self.folder, self.configuration.format(folder=self.folder))
        self.addCleanup(self.portico.stop)
        home = make_home(self.folder, self.folder / "state/ca.pem")
        self.browser = make_browser(home, self.scripts, self.switches)
        self.addCleanup(self.browser.quit)

    def prepare(self, folder: Path) -> None:
        """Makes what the configuration names."""

    def give_up(self, *_):
        raise TimeoutError(f"the test took more than {self.seconds} s")

    def open(self, path: str) -> None:
        """Goes to a path of the daemon, and waits until it is loaded."""
        self.browser.get(self.portico.url(path))

    def wait_for(self, condition, message: str = ""):
        """Waits until a function of the browser returns something true, and returns that."""
        return WebDriverWait(self.browser, PATIENCE).until(condition, message)

    def wait_for_path(self, path: str) -> None:
        self.wait_for(lambda browser: browser.current_url == self.portico.url(path), f"never came to {path}")

    def one(self, selector: str) -> WebElement:
        """The first element of a CSS selector; waits until it is there."""
        return self.wait_for(lambda browser: next(iter(browser.find_elements(By.CSS_SELECTOR, selector)), None),
                             f"no {selector}")

    def all(self, selector: str) -> list[WebElement]:
        """The elements of a CSS selector that are there now."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        return [element.text for element in self.all(selector)]

    def type(self, selector: str, text: str) -> None:
        """Writes a text into a field in place of what is there."""
        field = self.one(selector)
        field.clear()
        field.send_keys(text)

    def click(self, selector: str) -> None:
        """Clicks what leads to another page, and waits until that has taken this one's place."""
        page = self.one("html")
        self.one(selector).click()
        self.wait_for(lambda _: is_gone(page), f"{selector} led nowhere")

    def appearance(self, scheme: str) -> None:
        """Shows pages as for somebody who prefers `light` or `dark`."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def screenshot(self, name: str) -> None:
        """Pictures of the page, light, dark and on a phone, if somebody asked for them."""
        if not (place := os.environ.get("PORTICO_SCREENSHOTS")):
            return
        Path(place).mkdir(parents=True, exist_ok=True)
        before = self.browser.get_window_size()
        for scheme in ["light", "dark"]:
            self.appearance(scheme)
            self.browser.save_screenshot(f"{place}/{name}-{scheme}.png")
        self.appearance("light")
        phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
        self.browser.save_screenshot(f"{place}/{name}-phone.png")
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.browser.set_window_size(before["width"], before["height"])

    def evidence(self) -> str:
        """What helps to understand a failure: the page and the log."""
        parts = []
        if hasattr(self, "browser"):
            try:
                text = self.browser.find_element(By.TAG_NAME, "body").text
                parts += [f"the page: {self.browser.current_url}", text]
            except WebDriverException as error:  # the browser may be what failed
                parts.append(f"no page: {error.msg}")
        if hasattr(self, "portico"):
            parts += ["the log:", *(line[:160] for line in self.portico.log[-20:])]
        return "\n".join(parts)


def is_gone(page: WebElement) -> bool:
    """Whether another document has taken the place of the one that this element is of."""
    try:
        page.is_enabled()
        return False
    except WebDriverException:  # stale, or its window is navigating
        return True
