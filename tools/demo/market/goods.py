"""Shops' goods: products, variants, prices and stock."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .content import Kind, Shop, Top, Words, phrases, stream

PRODUCTS_PER_KIND = 3

# One axis is a list of options (spec, price factor). Where a factor differs from one, the option is another amount.
_COLOURS = "Ivory/象牙白 Ink/墨黑 Sage/鼠尾草绿 Sky/雾霾蓝 Coral/珊瑚红 Sand/沙色 Plum/梅紫 Mustard/姜黄".split()
_FLAVOURS = {
    "snacks": "Original/原味 Sea_salt/海盐 Matcha/抹茶 Strawberry/草莓 Black_sesame/黑芝麻 Cocoa/可可".split(),
    "drinks": "White_peach/白桃 Muscat/青提 Blood_orange/血橙 Jasmine/茉莉 Osmanthus/桂花".split(),
    "pantry": "Original/原味 Spicy/香辣 Tomato/番茄 Wild_mushroom/野菌 Golden_broth/金汤".split(),
}
_SETS = {
    "shade": "01_Rosewood/01玫瑰木 02_Red_bean/02豆沙 03_Maple/03枫叶 04_Berry/04浆果 05_Honey/05蜜糖".split(),
    "tone": "10_Porcelain/10瓷白 20_Natural/20自然 30_Warm/30暖肤".split(),
    "scent": "Gardenia/栀子 Cedar/雪松 Bergamot/佛手柑 Osmanthus/桂花".split(),
    "size": "S/S M/M L/L XL/XL".split(),
    "nappy": "S_(60)/S码60片 M_(54)/M码54片 L_(48)/L码48片 XL_(42)/XL码42片".split(),
    "binding": "Paperback/平装 Hardback/精装".split(),
    "ball": "Size_5/5号 Size_7/7号".split(),
}
_AMOUNTS = {
    "one": [("Standard", "标准款", 1.0)],
    "weight": [("500 g", "500克", 0.6), ("1 kg", "1千克", 1.0), ("2.5 kg", "2.5千克", 2.25)],
    "pack": [("1 pack", "单份", 1.0), ("3 packs", "3份装", 2.7), ("6 packs", "6份装", 5.1)],
    "eggs": [("10 eggs", "10枚", 0.6), ("30 eggs", "30枚", 1.6)],
    "grams": [("100 g", "100克", 0.6), ("250 g", "250克", 1.2), ("500 g", "500克", 2.2)],
    "jar": [("1 jar", "1瓶", 1.0), ("2 jars", "2瓶装", 1.85)],
    "ml": [("100 ml", "100毫升", 0.7), ("250 ml", "250毫升", 1.3)],
    "ml-pantry": [("500 ml", "500毫升", 0.8), ("1 l", "1升", 1.4)],
    "ml-kids": [("160 ml", "160毫升", 0.9), ("240 ml", "240毫升", 1.05)],
    "ml-haircare": [("400 ml", "400毫升", 0.8), ("800 ml", "800毫升", 1.4)],
    "bed": [("1.5 m bed", "1.5米床", 0.9), ("1.8 m bed", "1.8米床", 1.0), ("2.0 m bed", "2.0米床", 1.15)],
    "pan": [("24 cm", "24厘米", 0.85), ("28 cm", "28厘米", 1.0), ("30 cm", "30厘米", 1.12)],
    "storage": [("128 GB", "128GB", 0.9), ("256 GB", "256GB", 1.0), ("512 GB", "512GB", 1.25)],
    "mah": [("10,000 mAh", "10000毫安", 0.85), ("20,000 mAh", "20000毫安", 1.3)],
    "toysize": [("25 cm", "25厘米", 0.7), ("45 cm", "45厘米", 1.2), ("80 cm", "80厘米", 2.1)],
    "pieces": [("300 pieces", "300片", 0.8), ("1,000 pieces", "1000片", 1.4)],
    "stems": [("10 stems", "10枝", 0.8), ("20 stems", "20枝", 1.45), ("50 stems", "50枝", 3.2)],
    "pot": [("Small pot", "小盆", 0.7), ("Large pot", "大盆", 1.5)],
}
COLOURED_AXES = {"colour", "coloursize", "shoe"}


@dataclass
class Variant:
    id: str
    spec: Words
    sku: str
    amount: int  # minor units
    list_amount: int | None
    available: int


@dataclass
class Product:
    id: str
    number: int
    shop: Shop
    kind: Kind
    style: Words
    title: Words
    description: Words
    attributes: list[tuple[Words, Words]]
    variants: list[Variant]
    age: float  # days between its creation and now
    popularity: float
    pictures: int

    @property
    def top(self) -> Top:
        return self.kind.leaf.top

    @property
    def media(self) -> list[str]:
        return [f"media/goods/{self.id}-{n + 1}.webp" for n in range(self.pictures)]


def _options(kind: Kind, chance: random.Random) -> list[tuple[Words, float]]:
    axis, leaf, top = kind.axis, kind.leaf.key, kind.leaf.top.key
    if axis == "ml":
        axis = next((name for name in (f"ml-{top}", f"ml-{leaf}") if name in _AMOUNTS), axis)
    if axis in _AMOUNTS:
        return [(Words(en, zh), factor) for en, zh, factor in _AMOUNTS[axis]]
    if axis == "coloursize":
        colours = _words(chance.sample(_COLOURS, 3))
        sizes = _words(_SETS["size"])
        return [(Words(f"{c.en} / {s.en}", f"{c.zh} / {s.zh}"), 1.0) for c in colours for s in sizes]
    if axis == "shoe":
        start = 36 if chance.random() < 0.5 else 39
        return [(Words(f"EU {size}", f"{size}码"), 1.0) for size in range(start, start + 6)]
    if axis == "colour":
        return [(word, 1.0) for word in _words(chance.sample(_COLOURS, chance.randint(2, 4)))]
    if axis == "flavour":
        return [(word, 1.0) for word in _words(chance.sample(_FLAVOURS[top], 3))]
    factors = {"Hardback": 1.5, "Size 7": 1.15}
    return [(word, factors.get(word.en, 1.0)) for word in _words(_SETS[axis])]


def _words(pairs: list[str]) -> list[Words]:
    return [Words(*pair.replace("_", " ").split("/")) for pair in pairs]


def _shelf_price(yuan: float, chance: random.Random) -> int:
    """A price as shops write it: 19.90, 128.00, 459.00."""
    if yuan < 100:
        return int(yuan) * 100 + chance.choice([90, 90, 80, 50, 0])
    return (int(yuan) // 10 * 10 + chance.choice([9, 9, 8, 0])) * 100


def _stock(chance: random.Random) -> int:
    draw = chance.random()
    if draw < 0.02:
        return 0
    return chance.randint(1, 5) if draw < 0.09 else int(chance.lognormvariate(4.6, 0.8)) + 6


def _variants(product_id: str, number: int, shop: Shop, kind: Kind, chance: random.Random) -> list[Variant]:
    middle = (kind.low + (kind.high - kind.low) * chance.random() ** 1.4) * shop.level
    discount = chance.uniform(1.12, 1.45) if chance.random() < 0.42 else None
    sold_out = chance.random() < 0.012
    found = []
    for place, (spec, factor) in enumerate(_options(kind, chance), 1):
        amount = max(_shelf_price(middle * factor, chance), 500)
        if found and factor == 1.0 and kind.axis not in _AMOUNTS:
            amount = found[0].amount  # a colour or a size does not change the price
        listed = _shelf_price(amount / 100 * discount, chance) if discount else None
        if found and listed and amount == found[0].amount:
            listed = found[0].list_amount
        sku = f"{shop.key[:4].upper()}-{number:04d}-{place:02d}"
        stock = 0 if sold_out else _stock(chance)
        found.append(Variant(f"{product_id}-{place}", spec, sku, amount, listed, stock))
    return found


_AS_WRITTEN = {"SPF", "T-Shirt", "Monstera", "Timothy", "Oxford"}


def lowered(name: str) -> str:
    """The name of a kind inside a sentence; titles of books keep their capitals."""
    if name.startswith(("Novel", "Mountain Cook", "Starry", "Children's", "Travel")):
        return name
    return " ".join(word if word in _AS_WRITTEN else word.lower() for word in name.split())


def fill(phrase: Words, kind: Kind, style: Words, shop: Shop, features: tuple[Words, Words] | None = None) -> Words:
    """A phrase of phrases.txt in both languages with its places filled in."""
    f1, f2 = features or (Words("", ""), Words("", ""))
    name, manner = lowered(kind.name.en), style.en.replace("-", " ").lower()
    en = phrase.en.format(kind=name, Kind=name[0].upper() + name[1:], style=manner, Style=manner.capitalize(),
                          brand=shop.brand.en, shop=shop.name.en, f1=f1.en, f2=f2.en)
    zh = phrase.zh.format(kind=kind.name.zh, style=style.zh, brand=shop.brand.zh, shop=shop.name.zh, f1=f1.zh, f2=f2.zh)
    return Words(en, zh)


def _description(shop: Shop, kind: Kind, style: Words, features: tuple, texts: dict, chance: random.Random) -> Words:
    body, end = (fill(chance.choice(texts[part]), kind, style, shop, features) for part in ("description", "closing"))
    return Words(f"{body.en} {end.en}", f"{body.zh}{end.zh}")


def products(seed: int, tops: list[Top], shops: list[Shop]) -> list[Product]:
    """About three products of each kind, each in another shop that carries the category."""
    chance, texts = stream(seed, "goods"), phrases()
    sellers = {top.key: [shop for shop in shops if top.key in shop.tops] for top in tops}
    found: list[Product] = []
    for kind in (kind for top in tops for kind in top.kinds):
        stalls = sellers[kind.leaf.top.key]
        count = min(len(stalls), PRODUCTS_PER_KIND + (chance.random() < 0.3))
        # A shop's first category is its trade, so it is three times as likely to sell the kind.
        ranked = sorted(stalls, key=lambda s: chance.random() ** (3 if s.tops[0] == kind.leaf.top.key else 1))
        styles = chance.sample(kind.styles, len(kind.styles))
        for shop, style in zip(ranked[:count], styles):
            found.append(_product(len(found) + 1, shop, kind, style, chance, texts))
    return found


def _product(number: int, shop: Shop, kind: Kind, style: Words, chance: random.Random, texts: dict) -> Product:
    id = f"p{number:04d}"
    first, second = chance.sample(kind.features, 2)
    tail = chance.random() < 0.6
    title = Words(
        f"{shop.brand.en} {style.en.replace('-', ' ')} {kind.name.en}" + (f", {first.en}" if tail else ""),
        f"{shop.brand.zh} {style.zh}{kind.name.zh}" + (f" {first.zh}" if tail else ""))
    attributes = [(name, chance.choice(values)) for name, values in kind.leaf.attributes]
    age = chance.uniform(1.5, 110) if chance.random() < 0.16 else chance.uniform(130, 420)
    return Product(
        id=id, number=number, shop=shop, kind=kind, style=style, title=title,
        description=_description(shop, kind, style, (first, second), texts, chance), attributes=attributes,
        variants=_variants(id, number, shop, kind, chance), age=age, popularity=chance.lognormvariate(0, 1),
        pictures=chance.choices([1, 2, 3], [0.28, 0.5, 0.22])[0])
