"""The form for uploads in a browser: how far a file is, where it ends up, why it is refused; also without scripts."""

import os
from pathlib import Path

from support import BrowserTest

MIB = 1 << 20

# Notes every value that a bar has, even if only for a moment.
WATCH = """
    window.seen = [];
    new MutationObserver((changes) => changes.forEach((change) => window.seen.push(change.target.value)))
      .observe(document.getElementById("transfers"), { subtree: true, attributeFilter: ["value"] });
    """

DROP = """
    const data = new DataTransfer();
    for (const name of arguments) data.items.add(new File(["content of " + name], name));
    document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    """


class UploadFormTest(BrowserTest):
    """What the form does in every browser."""

    configuration = ("[handler /upload]\nmodule = upload\nroot = {folder}/inbox\nbody_bytes = 6M\n"
                     "location = /files\n\n[handler /files]\nmodule = files\nroot = {folder}/inbox\n")

    def prepare(self, folder):
        (folder / "inbox").mkdir()
        (folder / "mine").mkdir()

    def setUp(self):
        super().setUp()
        self.inbox = self.folder / "inbox"

    def make(self, name: str, size: int) -> Path:
        """A file of the person at the browser."""
        path = self.folder / "mine" / name
        path.write_bytes(os.urandom(size))
        return path

    def choose(self, *files: Path) -> None:
        self.one("#file").send_keys("\n".join(map(str, files)))

    def received(self) -> dict[str, bytes]:
        """All that is in the folder, files in parts and hidden ones too."""
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


class UploadTest(UploadFormTest):
    def send(self, *files: Path) -> None:
        self.choose(*files)
        self.one("#upload button").click()

    def states(self, kind: str, count: int = 1) -> list[str]:
        """How the transfers of a kind stand, as soon as there are so many."""
        self.wait_for(lambda _: len(self.all(f"#transfers .{kind}")) == count, f"not {count} {kind}")
        return self.texts(f"#transfers .{kind} .dim")

    def throttle(self, rate: int) -> None:
        """Has the browser send so many bytes a second; -1: as many as it can."""
        self.browser.execute_cdp_cmd("Network.enable", {})
        self.browser.execute_cdp_cmd("Network.emulateNetworkConditions", {
            "offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate})

    def test_a_bar_shows_how_far_a_file_is_and_the_file_is_whole_under_its_name(self):
        file = self.make("größe & 100%.bin", 5 * MIB + 1)
        self.open("/upload/")
        self.assertFalse(self.one("#transfers").is_displayed())
        self.browser.execute_script(WATCH)
        self.throttle(MIB)
        self.send(file)
        bar = self.one("#transfers progress")
        self.assertEqual(self.texts("#transfers .name"), [file.name])
        first = self.wait_for(lambda _: 0 < bar.get_property("value") < 1 and bar.get_property("value"))
        self.wait_for(lambda _: first < bar.get_property("value") < 1, "the bar stands still")
        self.assertRegex(self.one("#transfers .dim").text, r"^\d+\.\d [KM]iB of 5\.0 MiB$")
        self.screenshot("upload-progress")
        self.assertNotIn(file.name, self.received())
        self.throttle(-1)
        self.assertEqual(self.states("saved"), ["saved, 5.0 MiB"])
        self.assertEqual(bar.get_property("value"), 1)
        seen = self.browser.execute_script("return window.seen")
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(self.received(), {file.name: file.read_bytes()})

    def test_several_files_are_sent_one_after_the_other_and_the_form_is_empty_again(self):
        files = [self.make(name, size) for name, size in [("a.txt", 1), ("b.txt", 2 * MIB), ("empty", 0)]]
        self.open("/upload/")
        self.send(*files)
        self.assertEqual(self.states("saved", 3), ["saved, 1 B", "saved, 2.0 MiB", "saved, 0 B"])
        self.assertEqual(self.texts("#transfers .name"), ["a.txt", "b.txt", "empty"])
        self.assertEqual(self.received(), {file.name: file.read_bytes() for file in files})
        self.assertEqual(self.one("#file").get_property("value"), "")
        self.send(files[0])
        self.states("saved", 4)

    def test_what_is_refused_says_why_and_the_others_are_saved(self):
        files = [self.make(".hidden", 10), self.make("large.bin", 40 * MIB), self.make("fine.txt", 10)]
        (self.inbox / "taken").mkdir()
        files.append(self.make("taken", 10))
        self.open("/upload/")
        self.send(*files)
        self.assertEqual(self.states("saved"), ["saved, 10 B"])
        name, size, taken = self.states("failed", 3)
        self.assertEqual(name, "A file's name does not begin with a dot.")
        self.assertEqual(size, "The request's body is larger than this address takes.")
        self.assertEqual(taken, "There is a file or folder of this name already.")
        self.screenshot("upload-failed")
        self.assertEqual([bar.is_displayed() for bar in self.all("#transfers .failed progress")], [False] * 3)
        self.assertEqual(sorted(path.name for path in self.inbox.iterdir()), ["fine.txt", "taken"])

    def test_the_name_of_a_saved_file_leads_to_where_it_can_be_read(self):
        file = self.make("größe & 100%.txt", 10)
        places = {"/upload": "location = /files", "/": "location = /files", "/nowhere": ""}
        for path, location in places.items():
            self.portico.reload(f"[handler {path}]\nmodule = upload\nroot = {self.inbox}\n{location}\n")
            self.open(path)
            self.send(file)
            self.states("saved")
            links = [link.get_attribute("href") for link in self.browser.find_elements("css selector", "#transfers a")]
            expected = [self.portico.url("/files/gr%C3%B6%C3%9Fe%20%26%20100%25.txt")] if location else []
            self.assertEqual(links, expected, path)

    def test_files_may_be_dropped_onto_the_page(self):
        self.open("/upload/")
        self.browser.execute_script(DROP, "one.txt", "two.txt")
        self.states("saved", 2)
        self.assertEqual(self.received(), {"one.txt": b"content of one.txt", "two.txt": b"content of two.txt"})

    def test_a_server_that_is_gone_is_a_failure_that_shows(self):
        self.open("/upload/")
        self.throttle(MIB)
        self.send(self.make("late.bin", 5 * MIB))
        bar = self.one("#transfers progress")
        self.wait_for(lambda _: bar.get_property("value") > 0)
        self.portico.process.kill()
        self.assertEqual(self.states("failed"), ["the connection was lost"])


class UploadOverHTTP1Test(UploadTest):
    """All of it again where a refusal means that the server closes the connection while the browser still sends."""

    switches = ["disable-http2"]

    def test_the_browser_speaks_http1(self):
        self.open("/upload/")
        self.portico.wait_for_log(r"GET /upload/ HTTP/1\.1 200")


class UploadWithoutScriptsTest(UploadFormTest):
    scripts = False

    def send(self, *files: Path) -> None:
        self.choose(*files)
        self.click("#upload button")

    def test_the_form_sends_all_files_at_once_and_links_to_them(self):
        files = [self.make("größe & 100%.bin", 2 * MIB), self.make("b.txt", 3)]
        self.open("/upload/")
        self.screenshot("upload-form")
        self.send(*files)
        self.assertEqual(self.one("h1").text, "Saved 2 files")
        self.assertEqual(self.texts(".entries td"), [files[0].name, "2.0 MiB", "b.txt", "3 B"])
        self.assertEqual(self.received(), {file.name: file.read_bytes() for file in files})
        self.screenshot("upload-saved")
        self.send(self.make("third.txt", 3))
        self.assertEqual(self.one("h1").text, "Saved 1 file")
        link = self.one(".entries a").get_attribute("href")
        self.assertEqual(link, self.portico.url("/files/third.txt"))

    def test_a_refused_name_leads_to_a_page_that_says_why_and_saves_none(self):
        self.open("/upload/")
        self.send(self.make("fine.txt", 3), self.make(".hidden", 3))
        self.assertIn("A file's name does not begin with a dot.", self.one("main").text)
        self.assertEqual(self.received(), {})
        self.screenshot("upload-refused")

    def test_what_is_too_large_leads_to_a_page_that_says_so(self):
        self.open("/upload/")
        self.send(self.make("large.bin", 40 * MIB))
        self.assertEqual(self.one(".status").text, "413")
        self.assertEqual(self.received(), {})
