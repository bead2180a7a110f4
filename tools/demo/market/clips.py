"""Short videos as data: who made them, about which goods, in which scenes. film.py renders them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .content import Words, phrases, stream
from .goods import Product, fill
from .people import Creator

CLIPS = 124
LAYOUTS = ("showcase", "versus", "unboxing", "topthree", "talking")


@dataclass
class Clip:
    id: str
    creator: Creator
    products: list[Product]
    layout: str
    language: str
    caption: Words
    hashtags: list[str]
    hook: Words
    line: Words
    seller: Words
    seconds: list[float]  # length of each scene
    age: float  # days between publication and now
    popularity: float
    tune: int

    @property
    def media(self) -> str:
        return f"media/videos/{self.id}.mp4"

    @property
    def poster(self) -> str:
        return f"media/videos/{self.id}.jpg"

    @property
    def duration_ms(self) -> int:
        return round(sum(self.seconds) * 1000)


def _hashtags(goods: list[Product], texts: dict, chance: random.Random) -> list[str]:
    top, kind = goods[0].top, goods[0].kind
    tag = chance.choice(texts["tags"])
    words = [tag.en, tag.zh, top.key, kind.leaf.name.zh, kind.name.zh.strip("《》")]
    return list(dict.fromkeys(word.replace(" ", "").replace("|", "") for word in words))


def clips(seed: int, creators: list[Creator], products: list[Product], tunes: int) -> list[Clip]:
    """Every creator publishes at least twice; each video shows one to three goods of the creator's own fields."""
    chance, texts = stream(seed, "clips"), phrases()
    authors = creators * 2 + chance.choices(creators, k=CLIPS - 2 * len(creators))
    chance.shuffle(authors)
    by_top: dict[str, list[Product]] = {}
    for product in products:
        by_top.setdefault(product.top.key, []).append(product)
    return [_clip(n, author, by_top, texts, tunes, chance) for n, author in enumerate(authors, 1)]


def _clip(number: int, author: Creator, by_top: dict, texts: dict, tunes: int, chance: random.Random) -> Clip:
    layout = chance.choices(LAYOUTS, [0.3, 0.17, 0.19, 0.17, 0.17])[0]
    top = chance.choices(author.tops, [3, 2, 1][: len(author.tops)])[0]
    first = chance.choice(by_top[top])
    mates = [p for p in by_top[top] if p.kind is not first.kind]
    same = [p for p in by_top[top] if p.kind is first.kind and p is not first]
    goods = {"versus": [first] + chance.sample(same, 1), "topthree": [first] + chance.sample(mates, 2)}.get(
        layout, [first] + chance.sample(mates, chance.randint(0, 1)))
    seconds = [round(chance.uniform(1.65, 2.1), 1) for _ in range(3)]
    if sum(seconds) < 5.1 or number % 9 == 0:
        seconds[1] = round(seconds[1] + chance.uniform(0.5, 1.6), 1)
    return Clip(
        id=f"v{number:03d}", creator=author, products=goods, layout=layout, language=author.person.language,
        caption=fill(chance.choice(texts["caption"]), first.kind, first.style, first.shop), hashtags=_hashtags(goods, texts, chance),
        hook=chance.choice(texts["hook"]), line=chance.choice(first.kind.features),
        seller=chance.choice(texts["seller"]), seconds=seconds, age=chance.uniform(0.3, 6) if number % 6 == 0
        else chance.uniform(3, 112), popularity=chance.lognormvariate(0, 0.9), tune=chance.randrange(tunes))
