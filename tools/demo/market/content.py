"""Reads the words of the demo marketplace (the text files in ../content) into plain records."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "content"


@dataclass(frozen=True)
class Words:
    """One text in English and Chinese."""

    en: str
    zh: str


@dataclass
class Kind:
    """A kind of goods, such as coffee beans; several shops sell their own product of it."""

    key: str
    emoji: str
    name: Words
    low: int  # yuan
    high: int  # yuan
    cycle: int | None  # days until it is bought again; None for goods that last
    axis: str  # how its variants differ, see goods.py
    leaf: Leaf = field(repr=False, default=None)
    own_styles: list[Words] = field(default_factory=list)
    own_features: list[Words] = field(default_factory=list)

    @property
    def styles(self) -> list[Words]:
        return self.own_styles or self.leaf.styles

    @property
    def features(self) -> list[Words]:
        return self.own_features or self.leaf.features


@dataclass
class Leaf:
    """A sub-category with the styles, features and attributes that suit its goods."""

    key: str
    emoji: str
    name: Words
    top: Top = field(repr=False, default=None)
    styles: list[Words] = field(default_factory=list)
    features: list[Words] = field(default_factory=list)
    attributes: list[tuple[Words, list[Words]]] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its identifier as a category; a leaf may be called like its top category."""
        return f"{self.top.key}.{self.key}"


@dataclass
class Top:
    """A top category with the palette that its pictures share (light, middle, deep)."""

    key: str
    emoji: str
    name: Words
    palette: tuple[str, str, str]
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def kinds(self) -> list[Kind]:
        return [kind for leaf in self.leaves for kind in leaf.kinds]


@dataclass
class Shop:
    key: str
    emoji: str
    name: Words
    brand: Words
    tops: list[str]
    about: Words
    level: float  # price level, 1 is the middle of the market


@dataclass
class CreatorText:
    handle: str
    name: str
    language: str
    tops: list[str]
    bio: Words
    look: list[str]


def stream(seed: int, purpose: str) -> random.Random:
    """A random source of its own for each purpose, so that a change in one part leaves the others as they were."""
    return random.Random(f"{seed}:{purpose}")


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("# ")]


def _fields(line: str) -> list[str]:
    return [part.strip() for part in line.split(" | ")]


def _pairs(text: str) -> list[Words]:
    return [Words(*(side.strip() for side in pair.split("="))) for pair in text.split(";")]


def _attributes(text: str) -> list[tuple[Words, list[Words]]]:
    found = []
    for part in text.split(";"):
        name, values = part.split(":")
        found.append((Words(*name.strip().split("/")), [Words(*v.strip().split("/")) for v in values.split(",")]))
    return found


def categories() -> list[Top]:
    """The top categories with everything below them, in the order of goods.txt."""
    tops: list[Top] = []
    leaf = None
    for line in _lines("goods.txt"):
        mark, rest = line.split(" ", 1)
        if mark == "==":
            key, emoji, en, zh, colours = _fields(rest)
            tops.append(Top(key, emoji, Words(en, zh), tuple(colours.split())))
        elif mark == "@":
            key, emoji, en, zh = _fields(rest)
            leaf = Leaf(key, emoji, Words(en, zh), tops[-1])
            tops[-1].leaves.append(leaf)
        elif mark == "~":
            leaf.styles = _pairs(rest)
        elif mark == "+":
            leaf.features = _pairs(rest)
        elif mark == "%":
            leaf.attributes = _attributes(rest)
        else:
            leaf.kinds.append(_kind(line, leaf))
    _give_own_words({kind.key: kind for top in tops for kind in top.kinds})
    return tops


def _give_own_words(kinds: dict[str, Kind]) -> None:
    for line in _lines("own-words.txt"):
        key, styles, features = (part.strip() for part in line.split("|"))
        kinds[key].own_styles = _pairs(styles)
        kinds[key].own_features = _pairs(features) if features else []


def _kind(line: str, leaf: Leaf) -> Kind:
    emoji, en, zh, price, cycle, axis = _fields(line)
    low, high = (int(part) for part in price.split("-"))
    key = f"{leaf.key}-{en.lower().replace(' ', '-')}"
    return Kind(key, emoji, Words(en, zh), low, high, None if cycle == "-" else int(cycle), axis, leaf)


def shops() -> list[Shop]:
    found = []
    for line in _lines("shops.txt"):
        key, emoji, en, zh, brand_en, brand_zh, tops, about_en, about_zh, level = _fields(line)
        brand, about = Words(brand_en, brand_zh), Words(about_en, about_zh)
        found.append(Shop(key, emoji, Words(en, zh), brand, tops.split(), about, float(level)))
    return found


def creators() -> list[CreatorText]:
    found = []
    for line in _lines("creators.txt"):
        handle, name, language, tops, bio_en, bio_zh, look = _fields(line)
        found.append(CreatorText(handle, name, language, tops.split(), Words(bio_en, bio_zh), look.split()))
    return found


def phrases() -> dict[str, list[Words]]:
    """The sentences of phrases.txt by section."""
    sections: dict[str, list[Words]] = {}
    for line in _lines("phrases.txt"):
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        else:
            current.append(Words(*(side.strip() for side in line.split("||"))))
    return sections


def names() -> dict[str, list[str]]:
    """Parts of people's names by section of names.txt."""
    sections: dict[str, list[str]] = {}
    for line in _lines("names.txt"):
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        else:
            current.extend(line.split())
    return sections
