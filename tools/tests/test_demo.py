"""The demo generator against docs/import.md. Run: /usr/bin/python3 -m unittest discover tools/tests

With QUANYU_DEMO_DIR or QUANYU_COMPLETE_JOURNEY_DIR set to a finished folder, that folder is checked too.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "demo")]

from import_folder import Check  # noqa: E402

GENERATE = HERE.parent / "demo" / "generate"
NOW = "2026-06-01T12:00:00Z"


def generate(folder: Path, seed: int = 7, now: str = NOW) -> subprocess.CompletedProcess:
    command = [sys.executable, GENERATE, folder, "--seed", str(seed), "--now", now, "--without-media"]
    return subprocess.run(command, capture_output=True, text=True)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


class DemoTables(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.root = Path(tempfile.mkdtemp())
        cls.folder = cls.root / "market"
        made = generate(cls.folder)
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls) -> None:
        shutil.rmtree(cls.root)

    def test_follows_the_import_format(self) -> None:
        self.assertEqual(Check(self.folder, with_media=False).problems, [])

    def test_is_as_large_as_promised(self) -> None:
        counts = Check(self.folder, with_media=False).counts
        for table, least in {"shops": 24, "categories": 14, "products": 600, "videos": 120}.items():
            self.assertGreaterEqual(counts[table], least, table)
        self.assertTrue(40_000 <= counts["touchpoints"] <= 60_000, counts)
        self.assertTrue(5_000 <= counts["orders"] <= 8_000, counts)
        roles = Counter(row["role"] for row in rows(self.folder, "people"))
        self.assertGreaterEqual(roles["creator"], 40)
        self.assertGreaterEqual(roles["shopper"], 300)

    def test_the_same_seed_gives_the_same_tables(self) -> None:
        again, other = self.root / "again", self.root / "other"
        generate(again)
        generate(other, seed=8)
        self.assertEqual(contents(self.folder), contents(again))
        self.assertNotEqual(contents(self.folder)["orders.csv"], contents(other)["orders.csv"])

    def test_a_fresh_folder_is_left_alone_and_an_old_one_renewed(self) -> None:
        folder = self.root / "renewed"
        generate(folder)
        self.assertIn("up to date", generate(folder, now="2026-06-02T11:00:00Z").stdout)
        self.assertIn("ready", generate(folder, now="2026-06-03T12:00:00Z").stdout)
        self.assertEqual(json.loads((folder / "generated.json").read_text())["now"], 1_780_488_000_000)

    def test_foreign_files_are_not_touched(self) -> None:
        folder = self.root / "mine"
        folder.mkdir()
        (folder / "letter.txt").write_text("keep")
        refused = generate(folder)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual(len(refused.stderr.strip().splitlines()), 1)
        self.assertEqual((folder / "letter.txt").read_text(), "keep")

    def test_nothing_happens_before_it_exists_or_after_now(self) -> None:
        born = {row["id"]: row["created_at"] for table in ("products", "videos") for row in rows(self.folder, table)}
        for row in rows(self.folder, "touchpoints"):
            self.assertLess(row["time"], "2026-06-01T12:00:00.000Z")
            if row["subject"] in born:
                self.assertLessEqual(born[row["subject"]], row["time"], row)

    def test_orders_cost_what_the_price_list_says(self) -> None:
        price = {row["variant"]: int(row["amount"]) for row in rows(self.folder, "prices")}
        for row in rows(self.folder, "orders"):
            self.assertEqual(int(row["amount"]), price[row["variant"]] * int(row["quantity"]))

    def test_titles_of_a_shop_tell_its_products_apart(self) -> None:
        titles = Counter((row["shop"], row["title_en"]) for row in rows(self.folder, "products"))
        self.assertEqual([title for title, count in titles.items() if count > 1], [])

    def test_consumables_are_bought_again(self) -> None:
        product = {row["id"]: row["product"] for row in rows(self.folder, "variants")}
        times = Counter((row["person"], product[row["variant"]]) for row in rows(self.folder, "orders"))
        again = sum(count for count in times.values() if count > 1)
        self.assertGreater(again / sum(times.values()), 0.4)
        self.assertGreater(sum(count > 1 for (person, _), count in times.items() if person == "shopper-demo"), 4)

    def test_demo_accounts_can_sign_in(self) -> None:
        people = {row["email"]: row for row in rows(self.folder, "people") if row["email"]}
        wanted = {"demo": "shopper", "merchant": "merchant", "creator": "creator", "operator": "operator",
                  "warehouse": "warehouse"}
        self.assertEqual({email: row["role"] for email, row in people.items()},
                         {f"{name}@quanyu.example": role for name, role in wanted.items()})
        self.assertEqual({row["password"] for row in people.values()}, {"quanyu-demo-1"})
        owners = {row["owner"] for row in rows(self.folder, "shops")}
        self.assertIn(people["merchant@quanyu.example"]["id"], owners)
        self.assertIn(people["creator@quanyu.example"]["id"], {row["creator"] for row in rows(self.folder, "videos")})


class DemoMedia(unittest.TestCase):
    def test_one_picture_of_each_composition_and_one_video(self) -> None:
        from market import clips, content, film, goods, people, pictures
        from PIL import Image

        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for part in ("goods", "videos"):
                (folder / "media" / part).mkdir(parents=True)
            tops, shops = content.categories(), content.shops()
            products = goods.products(7, tops, shops)
            for product in products[:12]:
                pictures.render(product, 7, folder)
                for path in product.media:
                    with Image.open(folder / path) as picture:
                        self.assertEqual(picture.size, (800, 800))
            film.prepare(folder, 7, _Serial())
            clip = clips.clips(7, people.creators(content.creators()), products, film.TUNES)[0]
            film.render(clip, 7, folder)
            with Image.open(folder / clip.poster) as poster:
                self.assertEqual(poster.size, (540, 960))
            probe = subprocess.run(
                ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height:format=duration", "-of",
                 "json", folder / clip.media], capture_output=True, text=True, check=True)
            facts = json.loads(probe.stdout)
            self.assertEqual([s["codec_name"] for s in facts["streams"]], ["h264", "aac"])
            self.assertAlmostEqual(float(facts["format"]["duration"]) * 1000, clip.duration_ms, delta=120)
            data = (folder / clip.media).read_bytes()
            self.assertLess(data.index(b"moov"), data.index(b"mdat"))  # faststart

    def test_every_video_lasts_five_to_nine_seconds(self) -> None:
        from market import clips, content, goods, people

        for seed in range(5):
            products = goods.products(seed, content.categories(), content.shops())
            for clip in clips.clips(seed, people.creators(content.creators()), products, 8):
                self.assertTrue(5_000 <= clip.duration_ms <= 9_000, clip.seconds)


class _Serial:
    """A pool of one, in this process."""

    def map(self, work, items, chunksize: int = 1) -> list:
        return [work(item) for item in items]


class FinishedFolders(unittest.TestCase):
    def _check(self, variable: str) -> None:
        folder = os.environ.get(variable)
        if not folder:
            self.skipTest(f"{variable} is not set")
        self.assertEqual(Check(Path(folder)).problems, [])

    def test_demo(self) -> None:
        self._check("QUANYU_DEMO_DIR")

    def test_complete_journey(self) -> None:
        self._check("QUANYU_COMPLETE_JOURNEY_DIR")


if __name__ == "__main__":
    unittest.main()
