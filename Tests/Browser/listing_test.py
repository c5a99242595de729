"""The list of a folder in a browser that can run nothing: the heads of its columns put it in order."""

import os

from support import BrowserTest

# name, size, time; no two orders are the same, and sizes and names are not in order as texts either.
FILES = [("alpha.txt", 3000, 1_500_000_000), ("beta & <b>.txt", 200, 1_700_000_000),
         ("delta.txt", 10_000_000, 1_600_000_000), ("gamma.txt", 45, 1_400_000_000)]
FOLDERS = [("fold", 1_650_000_000), ("zoo", 1_450_000_000)]


class ListingTest(BrowserTest):
    configuration = "[handler /list]\nmodule = files\nroot = {folder}/shown\n"
    scripts = False

    def prepare(self, folder):
        for name, time in FOLDERS:
            (folder / "shown" / name).mkdir(parents=True)
        for name, size, time in FILES:
            with open(folder / "shown" / name, "wb") as file:
                file.truncate(size)
        for name, time in FOLDERS + [(name, time) for name, _, time in FILES]:
            os.utime(folder / "shown" / name, (time, time))

    def names(self) -> list[str]:
        return self.texts(".entries tbody td:first-child")

    def head(self, column: str) -> tuple[str | None, str]:
        """How the head of a column says that the list is in its order: to programs, and to the eye."""
        head = self.one(f".entries th.{column}")
        return head.get_attribute("aria-sort"), head.text[-1]

    def press(self, column: str) -> None:
        self.click(f".entries th.{column} a")

    def test_each_head_sorts_by_its_column_and_again_the_other_way_round(self):
        self.open("/list/")
        by_name = [name for name, _, _ in FILES]
        self.assertEqual(self.names(), ["fold/", "zoo/", *by_name])
        self.assertEqual(self.head("name"), ("ascending", "\u2191"))
        self.screenshot("listing")
        orders = {
            "size": [name for name, size, _ in sorted(FILES, key=lambda file: file[1])],
            "time": [name for name, _, time in sorted(FILES, key=lambda file: file[2])],
            "name": by_name,
        }
        self.assertEqual(len({tuple(order) for order in orders.values()}), 3)
        for column, ascending in orders.items():
            self.press(column)
            self.assertEqual(self.names()[2:], ascending)
            self.assertEqual(self.head(column), ("ascending", "\u2191"))
            self.press(column)
            self.assertEqual(self.names()[2:], ascending[::-1])
            self.assertEqual(self.head(column), ("descending", "\u2193"))
            self.assertEqual(len(self.all("th[aria-sort]")), 1)
            self.press(column)
            self.assertEqual(self.names()[2:], ascending)
            self.assertEqual({*self.names()[:2]}, {"fold/", "zoo/"})

    def test_rows_say_size_and_time_and_lead_to_their_files(self):
        self.open("/list/")
        self.assertEqual(self.texts(".entries td.size"), ["", "", "2.9 KiB", "200 B", "9.5 MiB", "45 B"])
        self.assertEqual(self.texts(".entries td.time")[2], "2017-07-14 02:40")
        self.assertEqual([link.get_attribute("href") for link in self.all(".entries td a")][3],
                         self.portico.url("/list/beta%20%26%20%3Cb%3E.txt"))
        self.assertEqual(self.all("script, [onclick]"), [])

    def test_the_way_back_leads_through_the_heading_and_the_parent_folder(self):
        self.open("/list/")
        self.click(".entries a.folder")
        self.wait_for_path("/list/fold/")
        self.assertEqual(self.names(), ["Parent folder"])
        self.screenshot("listing-empty")
        self.click(".entries tbody a")
        self.wait_for_path("/list/")
        self.open("/list/fold/")
        self.click("h1 a")
        self.wait_for_path("/list/")

    def test_on_a_phone_all_columns_are_in_sight_and_sort(self):
        phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
        self.open("/list/")
        for column, first in [("size", "gamma.txt"), ("time", "gamma.txt"), ("name", "alpha.txt")]:
            self.press(column)
            self.assertEqual(self.names()[2], first)
            for name, size, time in zip(*[self.all(f".entries tbody {cell}") for cell in ["a", ".size", ".time"]]):
                self.assertTrue(time.is_displayed())
                self.assertLess(name.rect["y"], time.rect["y"])
                self.assertLess(size.rect["x"], time.rect["x"])
                self.assertLessEqual(time.rect["x"] + time.rect["width"], 390)
