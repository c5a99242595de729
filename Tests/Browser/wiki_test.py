"""The wiki in a browser: pages are made, edited by two at once, brought back; with scripts and without."""

from support import PHONE, BrowserTest


class WikiTest(BrowserTest):
    configuration = "[handler /wiki]\nmodule = wiki\nroot = {folder}/pages\n"

    def prepare(self, folder):
        (folder / "pages").mkdir()

    def file(self, name: str) -> str:
        return (self.folder / "pages" / f"{name}.md").read_text()

    def save(self, name: str, text: str) -> None:
        self.open(f"/wiki/edit/{name}")
        self.type("#body", text)
        self.click("form.card button[type=submit]")
        self.wait_for_path(f"/wiki/view/{name}")

    def open_window(self, path: str) -> str:
        """Opens another window, which is then the current one."""
        self.browser.switch_to.new_window("window")
        self.open(path)
        return self.browser.current_window_handle

    def test_a_name_on_the_list_leads_to_a_new_page(self):
        self.open("/wiki/")
        self.assertIn("There are no pages yet.", self.one("main").text)
        self.type("#page", "Home")
        self.click("form.card button")
        self.wait_for_path("/wiki/edit/Home")
        self.assertIn("New page", self.one("h1").text)
        self.screenshot("wiki-new")
        self.type("#body", "# Hello\n\n- [x] done\n\n[[Other]]")
        self.click("form.card button[type=submit]")
        self.wait_for_path("/wiki/view/Home")
        self.assertEqual(self.one("article h1").text, "Hello")
        self.assertEqual(self.file("Home"), "# Hello\n\n- [x] done\n\n[[Other]]\n")
        self.screenshot("wiki-view")
        self.click("article a .absent")
        self.wait_for_path("/wiki/view/Other")
        self.assertIn("There is no page of this name yet.", self.one("main").text)
        self.assertIn("Home", self.texts("main p.dim a"))
        self.screenshot("wiki-absent")
        self.click("main a.button")
        self.wait_for_path("/wiki/edit/Other")

    def test_a_name_against_the_rule_does_not_leave_the_form(self):
        self.open("/wiki/")
        self.type("#page", "no/page")
        self.one("form.card button").click()
        self.assertFalse(self.browser.execute_script("return document.querySelector('#page').validity.valid"))
        self.wait_for_path("/wiki/")

    def test_a_table_on_a_phone_keeps_its_words_whole(self):
        self.save("Home", "| `required` | default |\n|---|---|\n| one of several words that need lines | `replaced` |")
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        self.screenshot("wiki-table")
        lines = "return Array.from(document.querySelectorAll('td code, th code'), (it) => it.getClientRects().length)"
        self.assertEqual(self.browser.execute_script(lines), [1, 1])

    def test_the_lines_of_a_difference_are_equally_high(self):
        self.save("Home", "one\n\ntwo\n\nthree")
        self.save("Home", "one\n\n\n2\n\nthree")
        self.open("/wiki/diff/Home?from=1&to=2")
        self.screenshot("wiki-difference")
        heights = "return Array.from(document.querySelectorAll('.lines tr'), (row) => row.offsetHeight)"
        self.assertEqual(len(set(self.browser.execute_script(heights))), 1)

    def test_the_second_of_two_edits_shows_both_texts_and_a_form_to_merge_them(self):
        self.save("Home", "first\nshared")
        mine = self.browser.current_window_handle
        self.open("/wiki/edit/Home")
        theirs = self.open_window("/wiki/edit/Home")
        self.type("#body", "theirs <b>\nshared")
        self.click("form.card button[type=submit]")
        self.wait_for_path("/wiki/view/Home")

        self.browser.switch_to.window(mine)
        self.type("#body", "mine & more\nshared\nlast")
        self.click("form.card button[type=submit]")
        self.assertEqual(self.one("h1").text, "Home has changed")
        self.screenshot("wiki-conflict")
        self.assertEqual(self.texts("table.sides td"), ["theirs <b>", "mine & more", "shared", "shared", "", "last"])
        left, right = self.all("table.sides tbody tr:first-child td")
        self.assertEqual(left.location["y"], right.location["y"])
        self.assertLess(left.location["x"] + left.size["width"] / 2, right.location["x"])
        self.assertEqual(self.one("#body").get_property("value").strip(), "mine & more\nshared\nlast")
        self.assertEqual(self.file("Home"), "theirs <b>\nshared\n")

        self.type("#body", "theirs <b> and mine & more\nshared\nlast")
        self.click("form.card button[type=submit]")
        self.wait_for_path("/wiki/view/Home")
        self.assertEqual(self.file("Home"), "theirs <b> and mine & more\nshared\nlast\n")
        self.open("/wiki/history/Home")
        self.assertEqual(len(self.all("table.revisions tbody tr")), 3)
        self.browser.switch_to.window(theirs)
        self.browser.refresh()
        self.assertIn("mine & more", self.one("article").text)

    def test_a_merge_on_a_page_that_changed_again_is_another_conflict(self):
        self.save("Home", "one")
        mine = self.browser.current_window_handle
        self.open("/wiki/edit/Home")
        theirs = self.open_window("/wiki/")
        for text in ["two", "three"]:
            self.browser.switch_to.window(theirs)
            self.save("Home", text)
            self.browser.switch_to.window(mine)
            self.type("#body", f"mine on {text}")
            self.click("form.card button[type=submit]")
            self.assertEqual(self.texts("table.sides tbody td"), [text, f"mine on {text}"])
        self.assertEqual(self.file("Home"), "three\n")

    def test_history_compares_revisions_and_brings_one_back(self):
        for text in ["one", "two", "three"]:
            self.save("Home", text)
        self.open("/wiki/view/Home")
        self.click("main .head a:not(.button)")
        self.wait_for_path("/wiki/history/Home")
        self.assertEqual([text.split()[0] for text in self.texts("table.revisions tbody tr td:nth-child(3)")],
                         ["3", "2", "1"])
        self.screenshot("wiki-history")
        self.one("input[name=from][value='1']").click()
        self.click("button[form=compare]")
        self.assertEqual(self.one("h1").text, "Home from 1 to 3")
        page = self.one("main").text
        self.assertIn("one", page)
        self.assertIn("three", page)
        self.screenshot("wiki-diff")
        self.open("/wiki/history/Home")
        self.click("table.revisions tbody tr:last-child button")
        self.wait_for_path("/wiki/view/Home")
        self.assertEqual(self.file("Home"), "one\n")
        self.open("/wiki/history/Home")
        self.assertEqual(len(self.all("table.revisions tbody tr")), 4)

    def test_an_old_revision_says_so_and_can_be_restored(self):
        for text in ["one", "two"]:
            self.save("Home", text)
        self.open("/wiki/view/Home?revision=1")
        self.assertIn("This is revision 1", self.one(".notice").text)
        self.click(".notice button")
        self.wait_for_path("/wiki/view/Home")
        self.assertEqual(self.one("article").text, "one")

    def test_search_finds_the_page(self):
        self.save("Home", "the quick fox")
        self.open("/wiki/")
        self.screenshot("wiki-list")
        self.type("nav input[type=search]", "quick")
        self.one("nav input[type=search]").submit()
        self.wait_for(lambda browser: "q=quick" in browser.current_url)
        self.assertIn("Home", self.texts("main a"))
        self.screenshot("wiki-search")

    def test_what_was_typed_runs_nothing(self):
        self.save("Home", "<script>document.title = 'broken'</script>\n\n[x](javascript:alert(1))\n\n<b onclick=1>")
        self.assertEqual(self.browser.title, "Home")
        self.assertEqual(self.all("article script, article [onclick], article a[href^=javascript]"), [])


class WikiWithoutScriptsTest(WikiTest):
    """All of it again where pages can run nothing."""

    scripts = False

    def setUp(self):
        super().setUp()
        self.browser.get("data:text/html,<title>off</title><script>document.title = 'on'</script>")
        self.assertEqual(self.browser.title, "off")
