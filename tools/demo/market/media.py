"""Renders every picture and video with several processes and says how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from pathlib import Path

from . import avatars, film, pictures
from .content import Top
from .people import Person

_state: dict = {}


def _begin(folder: Path, seed: int, tops: list[Top]) -> None:
    _state.update(folder=folder, seed=seed, palettes={top.key: top.palette for top in tops})


def _goods(products: list) -> int:
    for product in products:
        pictures.render(product, _state["seed"], _state["folder"])
    return len(products)


def _shop(shop) -> int:
    path = _state["folder"] / f"media/shops/{shop.key}.webp"
    pictures.logo(shop, _state["palettes"][shop.tops[0]], _state["seed"], path)
    return 1


def _face(person: Person) -> int:
    avatars.save(person.id, person.look, person.language, _state["seed"], _state["folder"] / person.avatar)
    return 1


def _clip(clip) -> int:
    film.render(clip, _state["seed"], _state["folder"])
    return 1


class Progress:
    """One line that is rewritten on a terminal, a line a quarter in a log."""

    def __init__(self, name: str, total: int) -> None:
        self.name, self.total, self.done, self.started = name, total, 0, time.monotonic()
        self.live, self.quarter = sys.stdout.isatty(), 0

    def add(self, count: int) -> None:
        self.done += count
        quarter = 4 * self.done // self.total
        if self.live or quarter != self.quarter:
            end = "\r" if self.live and self.done < self.total else "\n"
            seconds = time.monotonic() - self.started
            print(f"{self.name}: {self.done} of {self.total} ({seconds:.0f} s)", end=end, flush=True)
        self.quarter = quarter


def _run(pool, name: str, total: int, work: Callable, items: Iterable) -> None:
    progress = Progress(name, total)
    for count in pool.imap_unordered(work, items):
        progress.add(count)


def render_all(folder: Path, seed: int, jobs: int, market: dict) -> None:
    """Writes ``media/`` below ``folder``.

    - Throws: RuntimeError with ffmpeg's own words when a video can't be made.
    """
    for name in ("goods", "shops", "avatars", "videos"):
        (folder / "media" / name).mkdir(parents=True, exist_ok=True)
    people = [c.person for c in market["creators"]] + market["staff"] + [s.person for s in market["shoppers"]]
    faces = [person for person in people if person.avatar]
    # Neighbours show the same emoji in other settings, so a worker takes them together and enlarges it once.
    by_kind: dict[str, list] = {}
    for product in market["products"]:
        by_kind.setdefault(product.kind.emoji, []).append(product)
    # Started afresh rather than forked: the result must not depend on what the parent has cached.
    with get_context("spawn").Pool(jobs, _begin, (folder, seed, market["tops"])) as pool:
        _run(pool, "shops", len(market["shops"]), _shop, market["shops"])
        _run(pool, "people", len(faces), _face, faces)
        _run(pool, "goods", len(market["products"]), _goods, by_kind.values())
        film.prepare(folder, seed, pool)
        clips = sorted(market["clips"], key=lambda clip: (clip.products[0].top.key, clip.id))
        _run(pool, "videos", len(clips), _clip, clips)
        film.tidy(folder)
