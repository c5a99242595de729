"""What the pages look like: whoever prefers dark, or has a phone, reads them too. With $PORTICO_SCREENSHOTS, see."""

from support import PHONE, BrowserTest

# WCAG 2.2 §1.4.3: the contrast of every text that shows, with the ground that is behind it.
FAINT = r"""
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (color) => numbers(color).slice(0, 3)
      .map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const isClear = (color) => numbers(color)[3] === 0;
    function ground(element) {
      for (; element; element = element.parentElement) {
        const color = getComputedStyle(element).backgroundColor;
        if (!isClear(color)) return color;
      }
      return "rgb(255, 255, 255)";
    }
    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, style")) continue;
      const [low, high] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      if (contrast < 4.5) faint.push(texts.currentNode.data.trim() + ": " + contrast.toFixed(2));
    }
    return faint;
    """

# What reaches beyond the window's right edge.
WIDE = """
    const width = document.documentElement.clientWidth;
    return Array.from(document.querySelectorAll("body *"))
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 0.5)
      .map((element) => element.tagName + " " + element.textContent.trim().slice(0, 40));
    """


class AppearanceTest(BrowserTest):
    configuration = """
[handler /upload]
module = upload
root = {folder}/shown

[handler /list]
module = files
root = {folder}/shown
archive = yes

[handler /echo]
module = echo

[handler /time]
module = time
"""

    def prepare(self, folder):
        shown = folder / "shown"
        (shown / "a folder of a name that is long enough for a line of its own and more").mkdir(parents=True)
        for name, size in [("notes.txt", 12), ("x" * 120 + ".tar.gz", 1023 << 10), ("grüße.md", 7_000_000)]:
            with open(shown / name, "wb") as file:
                file.truncate(size)

    def check(self, name: str) -> None:
        """The page that is shown now, as everybody sees it."""
        self.assertNotEqual(self.one("main").text, "")
        self.screenshot(f"page-{name}")
        for device in ["desk", "phone"]:
            if device == "phone":
                self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
            for scheme in ["light", "dark"]:
                self.appearance(scheme)
                where = f"{name}, {device}, {scheme}"
                self.assertEqual(self.browser.execute_script(FAINT), [], f"too faint: {where}")
                self.assertEqual(self.browser.execute_script(WIDE), [], f"too wide: {where}")
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_every_text_has_contrast_and_fits_the_window(self):
        self.open("/list/")
        self.check("listing")
        self.open("/upload/")
        self.check("upload")
        self.open("/time/")
        self.check("time")
        self.open("/echo/")
        self.check("echo-form")
        self.type("#text", "<b>hello</b> & " + "long" * 60)
        self.click("form button")
        self.assertIn("<b>hello</b> & longlong", self.one("main").text)
        self.check("echo-answer")
        self.open("/nowhere/" + "x" * 200)
        self.assertEqual(self.one(".status").text, "404")
        self.check("error")
