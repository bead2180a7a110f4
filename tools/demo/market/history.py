"""A few months of simulated shopping with structure that an engine can find.

Each shopper keeps to a few categories, buys consumables again when they run out, buys what belongs together,
follows creators and shops, and notices what everybody is looking at. Nothing here pretends to be real: the
manifest says `demo`.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

from .clips import Clip
from .content import Top, _lines, stream
from .goods import Product, Variant
from .people import DEMO_SHOPPER, Creator, Shopper

DAYS = 120
DAY = 86_400_000  # milliseconds
_TREND_DAYS = 7
# Share of a day's sessions by hour in Beijing, highest after lunch and in the evening.
_HOURS = [2, 1, 1, 0, 0, 1, 3, 6, 7, 5, 4, 5, 10, 9, 5, 4, 4, 5, 7, 10, 14, 16, 13, 7]


@dataclass
class History:
    touchpoints: list[tuple] = field(default_factory=list)  # (time, person, kind, subject kind, subject, dwell)
    orders: list[list[tuple]] = field(default_factory=list)  # rows of one order: (time, person, variant, quantity, status)
    follows: list[tuple] = field(default_factory=list)  # (time, person, subject kind, subject)


class Draw:
    """Weighted choice that costs a binary search."""

    def __init__(self, items: list, weights: list[float]) -> None:
        self.items, self.sums = items, list(accumulate(weights))

    def __call__(self, chance: random.Random):
        return self.items[bisect_left(self.sums, chance.random() * self.sums[-1])]


def pairs() -> dict[str, list[str]]:
    """Kinds that are bought with a kind."""
    return {left.strip(): right.split() for left, right in (line.split(" | ") for line in _lines("pairs.txt"))}


class Market:
    """What a session draws from: goods and videos by category, what trends, what goes together."""

    def __init__(self, seed: int, tops: list[Top], products: list[Product], clips: list[Clip], now: int) -> None:
        chance = stream(seed, "market")
        self.now, self.keys = now, [top.key for top in tops]
        self.born = {p.id: now - int(p.age * DAY) for p in products} | {c.id: now - int(c.age * DAY) for c in clips}
        self.by_kind: dict[str, list[Product]] = {}
        for product in products:
            self.by_kind.setdefault(product.kind.key, []).append(product)
        self.goods = {k: self._draw([p for p in products if p.top.key == k]) for k in self.keys}
        self.videos = {k: self._draw([c for c in clips if k in {p.top.key for p in c.products}]) for k in self.keys}
        self.hot_goods = chance.sample(products, 18)
        self.hot_clips = chance.sample([c for c in clips if c.age < 20], 8)
        self.pairs = pairs()
        missing = {k for left, right in self.pairs.items() for k in [left, *right]} - set(self.by_kind)
        if missing:
            raise ValueError(f"pairs.txt names kinds that goods.txt doesn't have: {sorted(missing)}")

    @staticmethod
    def _draw(items: list) -> Draw | None:
        return Draw(items, [item.popularity for item in items]) if items else None


class Person:
    """One shopper at work: what they own, follow and will run out of."""

    def __init__(self, shopper: Shopper, market: Market, history: History, chance: random.Random) -> None:
        self.shopper, self.market, self.history, self.chance = shopper, market, history, chance
        self.id = shopper.person.id
        self.top = Draw(list(shopper.tops), list(shopper.tops.values()))
        self.followed: dict[str, list[Clip]] = {}
        self.shops: set[str] = set()
        self.usual: dict[str, tuple[Product, Variant]] = {}
        self.due: dict[str, int] = {}
        self.liked: set[str] = set()
        self._stock_up()

    def _stock_up(self) -> None:
        """Consumables that the shopper already buys when the history begins."""
        chance, start = self.chance, self.market.now - int(self.shopper.joined * DAY)
        for key, products in self.market.by_kind.items():
            kind, known = products[0].kind, [p for p in products if p.age > DAYS]
            if kind.cycle and known and chance.random() < 0.6 * self.shopper.tops.get(kind.leaf.top.key, 0):
                product = max(known, key=lambda p: p.popularity * chance.random())
                self.usual[key] = (product, chance.choice(product.variants))
                self.due[key] = start + int(kind.cycle * DAY * chance.random())

    def touch(self, time: int, kind: str, subject_kind: str, subject: str, dwell: int | None = None) -> None:
        self.history.touchpoints.append((time, self.id, kind, subject_kind, subject, dwell))

    def category(self) -> str:
        return self.chance.choice(self.market.keys) if self.chance.random() < 0.09 else self.top(self.chance)

    def session(self, start: int) -> None:
        """One visit: mostly videos, some cards, sometimes a search, sometimes an order."""
        chance, time, basket = self.chance, start, []
        if chance.random() < 0.13:
            time = self._search(time, basket)
        for _ in range(chance.choices([1, 2, 3, 4, 5], [3, 4, 3, 2, 1])[0]):
            time += chance.randint(2_000, 9_000)
            time = self._watch(time, basket) if chance.random() < 0.6 else self._browse(time, basket)
        due = [k for k, when in self.due.items() if when <= time]
        wanted = [self.usual[k] for k in due[:4]] if chance.random() < 0.8 else []
        if wanted or (basket and chance.random() < self.shopper.buys * 2.2):
            self._order(time + chance.randint(10_000, 120_000), wanted, basket)

    def _pick(self, time: int, hot: list, draw: Draw | None):
        chance = self.chance
        if time > self.market.now - _TREND_DAYS * DAY and chance.random() < 0.22:
            found = chance.choice(hot)
        elif draw is None:
            return None
        else:
            found = draw(chance)
        return found if self.market.born[found.id] < time else None

    def _watch(self, time: int, basket: list) -> int:
        chance = self.chance
        if self.followed and chance.random() < 0.22:
            clip = chance.choice(self.followed[chance.choice(list(self.followed))])
            clip = clip if self.market.born[clip.id] < time else None
        else:
            clip = self._pick(time, self.market.hot_clips, self.market.videos[self.category()])
        if clip is None:
            return time
        interest = max(self.shopper.tops.get(p.top.key, 0) for p in clip.products)
        loved = min(0.15 + 1.1 * interest + 0.1 * (clip.creator.person.id in self.followed), 0.95)
        if chance.random() < 0.25:
            self.touch(time, "impression", "video", clip.id)
        share = min(chance.betavariate(1 + 4 * loved, 2.2 - loved), 1)
        dwell = int(clip.duration_ms * share * (1.6 if chance.random() < 0.15 * loved else 1))
        self.touch(time, "view", "video", clip.id, max(dwell, 600))
        end = time + max(dwell, 600)
        if share > 0.85:
            self.touch(end, "finish", "video", clip.id, dwell)
        self._react(end, clip, loved)
        if chance.random() < 0.42 * loved:
            product = chance.choice(clip.products)
            if self.market.born[product.id] < end:
                return self._open(end + 1_500, product, basket, loved)
        return end

    def _react(self, time: int, clip: Clip, loved: float) -> None:
        chance, creator = self.chance, clip.creator.person.id
        if clip.id not in self.liked and chance.random() < 0.24 * loved:
            self.liked.add(clip.id)
            self.touch(time + 200, "like", "video", clip.id)
            if chance.random() < 0.2:
                self.touch(time + 400, "favourite", "video", clip.id)
            if chance.random() < 0.12:
                self.touch(time + 500, "share", "video", clip.id)
        if creator not in self.followed and chance.random() < 0.1 * loved * loved:
            self.followed[creator] = [c for c in clip.creator.clips]
            self.touch(time + 700, "follow", "creator", creator)
            self.history.follows.append((time + 700, self.id, "creator", creator))
        if loved < 0.3 and chance.random() < 0.02:
            self.touch(time + 300, "not_interested", "video", clip.id)
        elif chance.random() < 0.0007:
            self.touch(time + 300, "report", "video", clip.id)

    def _browse(self, time: int, basket: list) -> int:
        product = self._pick(time, self.market.hot_goods, self.market.goods[self.category()])
        if product is None:
            return time
        interest = self.shopper.tops.get(product.top.key, 0.02)
        self.touch(time, "impression", "product", product.id)
        if self.chance.random() < 0.3 + 0.7 * interest:
            return self._open(time + 1_000, product, basket, interest)
        if interest < 0.05 and self.chance.random() < 0.03:
            self.touch(time + 900, "not_interested", "product", product.id)
        return time + 1_000

    def _search(self, time: int, basket: list) -> int:
        chance = self.chance
        product = self._pick(time, self.market.hot_goods, self.market.goods[self.category()])
        if product is None:
            return time
        name = product.kind.name
        query = name.zh.strip("《》") if self.shopper.person.language == "zh" else name.en.lower()
        if chance.random() < 0.1:
            query = product.shop.brand.zh if self.shopper.person.language == "zh" else product.shop.brand.en.lower()
        self.touch(time, "search", "query", query)
        return self._open(time + chance.randint(2_000, 8_000), product, basket, 0.5)

    def _open(self, time: int, product: Product, basket: list, interest: float) -> int:
        chance, shop = self.chance, product.shop.key
        dwell = chance.randint(2_000, 9_000) + int(20_000 * interest * chance.random())
        self.touch(time, "open", "product", product.id, dwell)
        end = time + dwell
        if chance.random() < 0.06 * interest:
            self.touch(end, "favourite", "product", product.id)
        if chance.random() < 0.05:
            self.touch(end + 300, "open", "shop", shop, chance.randint(3_000, 20_000))
        if shop not in self.shops and chance.random() < 0.02 + 0.05 * interest:
            self.shops.add(shop)
            self.touch(end + 500, "follow", "shop", shop)
            self.history.follows.append((end + 500, self.id, "shop", shop))
        if chance.random() < 0.12 + 0.4 * interest:
            variant = chance.choice(product.variants)
            cheap = (80_00 / variant.amount) ** (0.22 * self.shopper.thrift)
            if chance.random() < min(cheap, 1):
                self.touch(end + 800, "cart", "product", product.id)
                basket.append((product, variant))
                end += 1_000
        return end

    def _order(self, time: int, wanted: list, basket: list) -> None:
        chance, lines = self.chance, {}
        for product, variant in wanted + basket[:3]:
            lines[product.id] = (product, variant)
        for product, _ in list(lines.values()):
            for mate in self.market.pairs.get(product.kind.key, []):
                if chance.random() < 0.22:
                    other = self.usual.get(mate, (None,))[0] or chance.choice(self.market.by_kind[mate])
                    if self.market.born[other.id] < time:
                        lines.setdefault(other.id, (other, chance.choice(other.variants)))
        self.buy(time, list(lines.values()))

    def buy(self, time: int, lines: list[tuple[Product, Variant]]) -> None:
        """Writes one order and remembers when its consumables run out."""
        chance = self.chance
        if time >= self.market.now or not lines:
            return
        age, draw = (self.market.now - time) / DAY, chance.random()
        status = "completed" if age > 9 else ("shipped" if age > 2 else "paid")
        status = "cancelled" if draw < 0.025 and age > 1 else status
        rows = []
        for place, (product, variant) in enumerate(lines):
            quantity = chance.choices([1, 2, 3], [8, 2, 0.6])[0] if product.kind.cycle else 1
            rows.append((time, self.id, variant, quantity, status))
            self.touch(time + place, "buy", "product", product.id)
            if product.kind.cycle and status != "cancelled":
                self.usual[product.kind.key] = (product, variant)
                self.due[product.kind.key] = time + int(product.kind.cycle * DAY * chance.lognormvariate(0.05, 0.22))
        self.history.orders.append(rows)


def _sessions(shopper: Shopper, now: int, chance: random.Random) -> list[int]:
    """Start times of a shopper's visits, oldest first."""
    hours, found = Draw(list(range(24)), _HOURS), []
    for day in range(int(shopper.joined), -1, -1):
        rate = shopper.sessions_per_day * (1.25 if (now // DAY - day) % 7 in (2, 3) else 1.0)  # Saturday, Sunday
        count = sum(chance.random() < rate / 2 for _ in range(2))
        for _ in range(count):
            beijing = hours(chance) * 3_600_000 + chance.randrange(3_600_000)
            time = (now // DAY - day) * DAY + beijing - 8 * 3_600_000
            if now - DAYS * DAY < time < now - 600_000:
                found.append(time)
    return sorted(found)


def _regulars(person: Person, now: int, by_kind: dict[str, list[Product]]) -> None:
    """The demo shopper's standing habits, so that buy-again has something due today."""
    habits = {"coffee-coffee-beans": 21, "cats-cat-food": 25, "cats-tofu-cat-litter": 16, "tea-oolong-tea": 30,
              "biscuits-butter-cookies": 18}
    for kind, cycle in habits.items():
        product = max((p for p in by_kind[kind] if p.age > DAYS), key=lambda p: p.popularity)
        for turn in range(5, 0, -1):
            time = now - int((turn * cycle - 0.4) * DAY) - 11 * 3_600_000
            if time > now - DAYS * DAY:
                person.touch(time - 40_000, "open", "product", product.id, 15_000)
                person.touch(time - 20_000, "cart", "product", product.id)
                person.buy(time, [(product, product.variants[0])])


def simulate(seed: int, tops: list[Top], shoppers: list[Shopper], creators: list[Creator], products: list[Product],
             clips: list[Clip], now: int) -> History:
    """Touchpoints, orders and follows of the last ``DAYS`` days before ``now`` (milliseconds, UTC)."""
    history, market = History(), Market(seed, tops, products, clips, now)
    for creator in creators:
        creator.clips = [clip for clip in clips if clip.creator is creator]
    for shopper in shoppers:
        chance = stream(seed, f"history {shopper.person.id}")
        person = Person(shopper, market, history, chance)
        if person.id == DEMO_SHOPPER:
            _regulars(person, now, market.by_kind)
        for start in _sessions(shopper, now, chance):
            person.session(start)
    history.touchpoints = sorted((t for t in history.touchpoints if t[0] < now), key=lambda t: (t[0], t[1], t[2]))
    history.follows = sorted(f for f in history.follows if f[0] < now)
    history.orders.sort(key=lambda rows: (rows[0][0], rows[0][1]))
    return history
