"""Checks a folder against docs/import.md, independently of the importer: columns, identifiers, references, files.

    python3 tools/tests/import_folder.py DIR
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

FORMAT = Path(__file__).resolve().parents[2] / "docs" / "import.md"
KINDS = {"live", "simulated", "demo"}
# column -> table whose identifiers it refers to
REFERENCES = {
    "categories": {"parent": "categories"}, "shops": {"owner": "people"},
    "products": {"shop": "shops", "category": "categories"}, "variants": {"product": "products"},
    "prices": {"variant": "variants"}, "stock": {"variant": "variants"},
    "videos": {"creator": "people", "products": "products"}, "follows": {"person": "people"},
    "touchpoints": {"person": "people"}, "orders": {"person": "people", "variant": "variants"},
    "live_sessions": {"products": "products", "pinned": "products"},
}
SUBJECTS = {"product": "products", "video": "videos", "shop": "shops", "creator": "people"}
FILES = {"people": ["avatar"], "shops": ["logo"], "products": ["media"], "videos": ["media", "poster"],
         "live_sessions": ["cover"]}
WHOLE = {"amount": 0, "list_amount": 0, "available": 0, "quantity": 1, "dwell_ms": 0, "duration_ms": 1}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)|\d+")
WORDS = {
    "role": {"shopper", "creator", "merchant", "warehouse", "operator"}, "language": {"en", "zh"},
    "status": {"completed", "paid", "shipped", "cancelled"}, "subject_kind": {*SUBJECTS, "query"},
    "kind": {"impression", "view", "finish", "like", "favourite", "share", "follow", "open", "cart", "buy",
             "not_interested", "report", "search"},
}


def documented() -> dict[str, dict[str, bool]]:
    """Tables of docs/import.md: column -> required."""
    tables = {}
    for line in FORMAT.read_text(encoding="utf-8").splitlines():
        row = re.match(r"\| `(\w+)` \| (.*) \|$", line)
        if row and "`id*`" in row[2] or row and "*`" in row[2]:
            outside = re.sub(r"\([^()]*\)", "", row[2])
            tables[row[1]] = {name: star == "*" for name, star in re.findall(r"`(\w+)(\*?)`", outside)}
    return tables


class Check:
    """Reads every table once and collects problems (at most 20 of them in words)."""

    def __init__(self, folder: Path, with_media: bool = True) -> None:
        self.folder, self.with_media, self.problems = folder, with_media, []
        self.ids: dict[str, set[str]] = {}
        self.counts: dict[str, int] = {}
        self._manifest()
        for table, columns in documented().items():
            if (folder / f"{table}.csv").exists():
                self._table(table, columns)

    def say(self, problem: str) -> None:
        if len(self.problems) < 20:
            self.problems.append(problem)

    def _manifest(self) -> None:
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest.get("format") != "quanyu-import-1" or manifest.get("kind") not in KINDS:
            self.say("manifest: wrong format or kind")
        if not re.fullmatch(r"[a-z0-9-]{1,32}", manifest.get("namespace", "")):
            self.say("manifest: wrong namespace")
        if not re.fullmatch(r"[A-Z]{3}", manifest.get("currency", "")):
            self.say("manifest: wrong currency")

    def _table(self, table: str, columns: dict[str, bool]) -> None:
        path, ids, orders, current = self.folder / f"{table}.csv", set(), set(), None
        self.ids[table] = ids  # before the rows, so that a category can name its parent above
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = reader.fieldnames or []
            for name in set(header) - set(columns):
                self.say(f"{table}: column {name} is not in docs/import.md")
            for name in (n for n, required in columns.items() if required and n not in header):
                self.say(f"{table}: column {name} is missing")
            required = [name for name, needed in columns.items() if needed and name in header]
            rows = 0
            for rows, row in enumerate(reader, 1):
                self._row(f"{table} row {rows}", table, row, required)
                if "id" in row:
                    if row["id"] in ids:
                        self.say(f"{table} row {rows}: id {row['id']} again")
                    ids.add(row["id"])
                if table == "orders" and row["order"] != current:
                    current = row["order"]
                    if current in orders:
                        self.say(f"{table} row {rows}: rows of order {current} are not together")
                    orders.add(current)
        self.counts[table] = rows

    def _row(self, where: str, table: str, row: dict[str, str], required: list[str]) -> None:
        if None in row or None in row.values():
            return self.say(f"{where}: wrong number of fields")
        for name in required:
            if row[name] == "":
                self.say(f"{where}: {name} is empty")
        for name, target in REFERENCES.get(table, {}).items():
            for value in filter(None, row.get(name, "").split("|")):
                if value not in self.ids.get(target, ()):
                    self.say(f"{where}: {name} {value} is not in {target}")
        kind = row.get("subject_kind")
        if kind in SUBJECTS and row["subject"] not in self.ids.get(SUBJECTS[kind], ()):
            self.say(f"{where}: {kind} {row['subject']} does not exist")
        for name, least in WHOLE.items():
            value = row.get(name)
            if value and not (value.isdigit() and int(value) >= least):
                self.say(f"{where}: {name} {value!r} is not a whole number from {least}")
        for name, allowed in WORDS.items():
            if row.get(name) and row[name] not in allowed:
                self.say(f"{where}: {name} {row[name]!r} is not known")
        for name in ("time", "created_at", "from", "until"):
            if row.get(name) and not TIME.fullmatch(row[name]):
                self.say(f"{where}: {name} {row[name]!r} is not a time")
        if self.with_media:
            self._files(where, table, row)

    def _files(self, where: str, table: str, row: dict[str, str]) -> None:
        for name in FILES.get(table, []):
            for value in filter(None, row.get(name, "").split("|")):
                path = (self.folder / value).resolve()
                if not path.is_relative_to(self.folder.resolve()) or not path.is_file() or path.stat().st_size == 0:
                    self.say(f"{where}: {name} {value} is not a file of the folder")


if __name__ == "__main__":
    found = Check(Path(sys.argv[1]))
    print(", ".join(f"{count} {table}" for table, count in found.counts.items()))
    sys.exit("\n".join(found.problems) or 0)
