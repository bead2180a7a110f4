"""People of the demo: creators, merchants, staff and shoppers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .content import CreatorText, Shop, Top, Words, names, stream

PASSWORD = "quanyu-demo-1"
SHOPPERS = 300
DEMO_CREATOR = "teawithlan"
DEMO_SHOPPER = "shopper-demo"


@dataclass
class Person:
    id: str
    name: str
    role: str
    language: str
    handle: str = ""
    email: str = ""
    bio: Words = Words("", "")
    avatar: str = ""
    look: list[str] = field(default_factory=list)


@dataclass
class Creator:
    person: Person
    tops: list[str]


@dataclass
class Shopper:
    """A simulated shopper with the tastes that the history is drawn from."""

    person: Person
    tops: dict[str, float]  # interest by top category, sums to one
    sessions_per_day: float
    joined: float  # days before now
    thrift: float  # above one prefers cheaper goods
    buys: float  # chance that a session ends in an order


def creators(texts: list[CreatorText]) -> list[Creator]:
    found = []
    for number, text in enumerate(texts, 1):
        email = "creator@quanyu.example" if text.handle == DEMO_CREATOR else ""
        person = Person(
            id=f"creator-{number:02d}", name=text.name, role="creator", language=text.language, handle=text.handle,
            email=email, bio=text.bio, avatar=f"media/avatars/creator-{number:02d}.webp", look=text.look)
        found.append(Creator(person, text.tops))
    return found


def _name(language: str, parts: dict[str, list[str]], chance: random.Random) -> str:
    if language == "zh":
        return chance.choice(parts["family"]) + chance.choice(parts["given"])
    return f"{chance.choice(parts['first'])} {chance.choice(parts['last'])}"


def staff(seed: int, shops: list[Shop]) -> list[Person]:
    """An owner for each shop (the first is the demo merchant), one operator and one warehouse worker."""
    chance, parts = stream(seed, "staff"), names()
    found = []
    for place, shop in enumerate(shops):
        email = "" if place else "merchant@quanyu.example"
        name = _name("zh", parts, chance)
        avatar = "" if place else "media/avatars/merchant.webp"
        found.append(Person(f"merchant-{shop.key}", name, "merchant", "zh", email=email, avatar=avatar, look=["short"]))
    found.append(Person("operator-demo", "林知远", "operator", "zh", email="operator@quanyu.example",
                        avatar="media/avatars/operator.webp", look=["bob", "glasses"]))
    found.append(Person("warehouse-demo", "Jonas Keller", "warehouse", "en", email="warehouse@quanyu.example",
                        avatar="media/avatars/warehouse.webp", look=["cap"]))
    return found


def shoppers(seed: int, tops: list[Top]) -> list[Shopper]:
    """The demo shopper first, then the simulated ones."""
    chance, parts = stream(seed, "shoppers"), names()
    demo = Person(DEMO_SHOPPER, "小全", "shopper", "zh", handle="xiaoquan", email="demo@quanyu.example",
                  bio=Words("The demo shopper: tea, coffee, one cat and too many gadgets.", "演示账号：喝茶、喝咖啡、一只猫和太多数码。"),
                  avatar="media/avatars/shopper-demo.webp", look=["bob", "blush"])
    tastes = {"drinks": 0.34, "pets": 0.2, "digital": 0.18, "snacks": 0.16, "home": 0.12}
    found = [Shopper(demo, tastes, 0.55, 118, 1.0, 0.18)]
    keys = [top.key for top in tops]
    for number in range(1, SHOPPERS + 1):
        language = "zh" if chance.random() < 0.68 else "en"
        person = Person(f"shopper-{number:03d}", _name(language, parts, chance), "shopper", language)
        chosen = chance.sample(keys, chance.randint(2, 5))
        draws = [chance.gammavariate(1.3, 1) + 0.15 for _ in chosen]
        interests = {key: draw / sum(draws) for key, draw in zip(chosen, draws)}
        found.append(Shopper(
            person, interests, min(chance.lognormvariate(-1.1, 0.55), 1.4),
            119 - 90 * chance.random() ** 2, chance.uniform(0.5, 1.6), min(chance.lognormvariate(-1.4, 0.5), 0.6)))
    return found
