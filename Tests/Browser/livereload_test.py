"""Pages of a folder with `livereload = yes` show what was written to it, without anybody's doing."""

import os

from support import BrowserTest


# Whether the page listens for changes: one before that would find nobody.
NOTE = """
    window.EventSource = class extends EventSource {
      constructor(...all) { super(...all); this.addEventListener("hello", () => { window.listens = true; }); }
    };
    """


class LiveReloadTest(BrowserTest):
    configuration = ("[handler /site]\nmodule = files\nroot = {folder}/site\nlivereload = yes\n\n"
                     "[handler /still]\nmodule = files\nroot = {folder}/site\n")

    def prepare(self, folder):
        self.site = folder / "site"
        (self.site / "deep").mkdir(parents=True)
        self.write("index.html", page("one"))
        self.write("deep/style.css", "p { color: rgb(0, 0, 1) }")

    def setUp(self):
        super().setUp()
        self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NOTE})
        self.open("/site/")
        self.wait_for_text("one")

    def write(self, name: str, text: str) -> None:
        """Changes a file in place."""
        (self.site / name).write_text(text)

    def replace(self, name: str, text: str) -> None:
        """Changes a file as most editors do."""
        new = self.site / f".{name}.new"
        new.write_text(text)
        os.rename(new, self.site / name)

    def wait_for_value(self, script: str, value: str) -> None:
        """Waits until the page shows something, and listens for the next change."""
        self.wait_for(lambda browser: browser.execute_script(f"return window.listens && {script}") == value,
                      f"never {value}")

    def wait_for_text(self, text: str) -> None:
        self.wait_for_value("document.querySelector('p')?.textContent", text)

    def test_an_open_page_shows_what_was_written_to_its_file(self):
        for change in [self.write, self.replace, self.write]:
            for text in [f"two by {change.__name__}", f"three by {change.__name__}"]:
                change("index.html", page(text))
                self.wait_for_text(text)

    def test_a_style_sheet_in_a_folder_below_counts_too(self):
        color = "getComputedStyle(document.querySelector('p')).color"
        self.wait_for_value(color, "rgb(0, 0, 1)")
        self.write("deep/style.css", "p { color: rgb(0, 0, 2) }")
        self.wait_for_value(color, "rgb(0, 0, 2)")

    def test_every_window_shows_it(self):
        first = self.browser.current_window_handle
        self.browser.switch_to.new_window("window")
        self.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NOTE})
        self.open("/site/index.html")
        self.wait_for_text("one")
        self.replace("index.html", page("two"))
        self.wait_for_text("two")
        self.browser.switch_to.window(first)
        self.wait_for_text("two")

    def test_it_goes_on_after_a_reload_of_the_configuration(self):
        self.browser.execute_script("window.listens = false")
        self.portico.reload(self.configuration.format(folder=self.folder))
        self.wait_for_text("one")
        self.replace("index.html", page("two"))
        self.wait_for_text("two")

    def test_a_page_without_it_stays_as_it_is(self):
        first = self.browser.current_window_handle
        self.browser.switch_to.new_window("window")
        self.open("/still/")
        self.assertEqual(self.all("script"), [])
        still = self.browser.current_window_handle
        self.browser.switch_to.window(first)
        self.replace("index.html", page("two"))
        self.wait_for_text("two")
        self.browser.switch_to.window(still)
        self.assertEqual(self.one("p").text, "one")


def page(text: str) -> str:
    return f"<!doctype html>\n<title>Site</title>\n<link rel=stylesheet href=deep/style.css>\n<p>{text}</p>\n"
