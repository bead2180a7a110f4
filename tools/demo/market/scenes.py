"""The scenes that a video is cut from. Each gives the actors that play in it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from . import avatars
from .actors import WHITE, Actor, confetti, curtain, floaters, star, still, twinkles
from .clips import Clip
from .content import Words
from .drawing import Colour, drop_shadow, emoji, font, mask, mix, place, sticker, text_layer
from .goods import Product
from .pictures import Palette, look_of

_INK: Colour = (38, 30, 44)
_SUNNY: Colour = (255, 226, 89)


@dataclass
class Set:
    """What every scene of one video shares."""

    clip: Clip
    seed: int
    palette: Palette
    chance: random.Random

    def first(self, words: Words) -> str:
        """The text in the creator's language."""
        return words.zh if self.clip.language == "zh" else words.en

    def second(self, words: Words) -> str:
        return words.en if self.clip.language == "zh" else words.zh

    @property
    def signs(self) -> list[str]:
        """Small emoji that suit the goods."""
        kind = self.clip.products[0].kind
        return [kind.emoji, kind.leaf.emoji, kind.leaf.top.emoji, self.chance.choice(["✨", "💛", "🌟", "🎉", "💕"])]


def hero(product: Product, size: int, seed: int, outlined: bool = False) -> Image.Image:
    """The goods with a shadow of their own."""
    picture = emoji(product.kind.emoji, size, look_of(product, seed))
    picture = sticker(picture, 8) if outlined else picture
    dark = drop_shadow(picture, (20, 16, 40), 14, 0.34)
    layer = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    place(layer, dark, (dark.width / 2, dark.height / 2 + 12))
    layer.alpha_composite(picture, ((dark.width - picture.width) // 2, (dark.height - picture.height) // 2))
    return layer


@lru_cache(maxsize=64)
def _rounded(size: tuple[int, int], radius: int):
    def draw_plate(draw: ImageDraw.ImageDraw, f: int) -> None:
        draw.rounded_rectangle((0, 0, size[0] * f - 1, size[1] * f - 1), radius * f, fill=255)

    return draw_plate


def plate(size: tuple[int, int], fill: Colour, radius: int = 28, opacity: int = 255) -> Image.Image:
    """A rounded card."""
    layer = Image.new("RGBA", size, (*fill, 0))
    shape = mask(size, _rounded(size, radius))
    layer.putalpha(shape.point(lambda v: v * opacity // 255))
    return layer


def headline(stage: Set, words: Words, size: int = 66, tone: Colour = WHITE) -> Image.Image:
    lines = [(stage.first(words), size, tone), (stage.second(words), round(size * 0.5), _SUNNY)]
    return text_layer(lines, 500, "middle", _INK)


def ribbon(stage: Set, words: Words, tone: Colour) -> Image.Image:
    """A short text on a coloured plate."""
    text, size = stage.first(words), 38
    while size > 22 and font(size).getlength(text) > 420:
        size -= 2
    width = round(font(size).getlength(text)) + 56
    layer = plate((width, size + 34), tone, 22)
    ImageDraw.Draw(layer).text((width / 2, (size + 32) / 2), text, font=font(size), fill=WHITE, anchor="mm")
    return layer


@lru_cache(maxsize=32)
def _avatar(name: str, look: tuple[str, ...], language: str, seed: int) -> Image.Image:
    return avatars.avatar(name, list(look), language, seed)


def _face(stage: Set, size: int) -> Image.Image:
    """The creator in a round frame."""
    person = stage.clip.creator.person
    face = _avatar(person.id, tuple(person.look), person.language, stage.seed).resize((size, size), Image.BICUBIC)
    ring = plate((size + 16, size + 16), WHITE, (size + 16) // 2)
    disc = mask((size, size), _rounded((size, size), size // 2))
    ring.paste(face, (8, 8), disc)
    return ring


def _frame(stage: Set, *actors: Actor, quiet: bool = False) -> list[Actor]:
    """Floaters behind, the cut in front."""
    back = [] if quiet else [floaters(stage.signs, stage.chance, 8)]
    return [*back, *actors, curtain(mix(stage.palette.deep, WHITE, 0.08), stage.chance.randrange(3))]


def opening(stage: Set) -> list[Actor]:
    """The goods drop in under a promise."""
    product = stage.clip.products[0]
    return _frame(
        stage, twinkles(stage.chance, (270, 500), 230, 10),
        star(hero(product, 330, stage.seed, True), (270, 515), "hop", 4, "top"),
        still(headline(stage, stage.clip.hook, 78), (270, 190), 2, "pop"),
        still(ribbon(stage, product.kind.name, stage.palette.deep), (270, 740), 12, "bottom"))


def closeup(stage: Set) -> list[Actor]:
    """The goods large, with what is good about them."""
    product, chance = stage.clip.products[0], stage.chance
    return _frame(
        stage, star(hero(product, 410, stage.seed), (270, 460), chance.choice(["swing", "bob"]), 2),
        twinkles(chance, (270, 460), 250, 12),
        still(headline(stage, stage.clip.line, 54), (270, 175), 6, chance.choice(["left", "right"])),
        still(ribbon(stage, Words(f"{product.shop.brand.en}", product.shop.brand.zh), stage.palette.deep), (270, 735), 16, "pop"))


def duel(stage: Set) -> list[Actor]:
    """Two of a kind from two sides."""
    one, two = stage.clip.products
    badge = plate((132, 132), _INK, 66)
    ImageDraw.Draw(badge).text((66, 64), "VS", font=font(58), fill=_SUNNY, anchor="mm")
    return _frame(
        stage, star(hero(one, 280, stage.seed, True), (160, 360), "bob", 3, "left"),
        star(hero(two, 280, stage.seed + 1, True), (380, 620), "bob", 7, "right"),
        still(badge, (270, 492), 14, "pop"),
        still(ribbon(stage, one.shop.brand, stage.palette.deep), (370, 292), 16, "right"),
        still(ribbon(stage, two.shop.brand, mix(stage.palette.deep, _INK, 0.4)), (165, 742), 20, "left"),
        still(headline(stage, one.kind.name, 60), (270, 150), 2, "top"))


def parcel(stage: Set) -> list[Actor]:
    """A parcel that can't keep still."""
    box = emoji("📦", 340)
    return _frame(
        stage, star(box, (270, 500), "hop", 2), star(emoji("🎀", 110), (270, 330), "hop", 10),
        still(headline(stage, Words("What's inside?", "猜猜里面是什么"), 66), (270, 180), 4, "pop"),
        still(_face(stage, 120), (96, 760), 8, "left"))


def reveal(stage: Set) -> list[Actor]:
    """The goods jump out in a shower of confetti."""
    product, chance = stage.clip.products[0], stage.chance
    tones = [_SUNNY, WHITE, (255, 92, 122), (92, 200, 255), (120, 230, 150)]
    return _frame(
        stage, star(hero(product, 420, stage.seed, True), (270, 460), "swing", 1), confetti(tones, chance, 2),
        still(headline(stage, product.kind.name, 62), (270, 170), 7, "top"),
        still(ribbon(stage, stage.clip.line, stage.palette.deep), (270, 735), 14, "pop"), quiet=True)


def rank(place_: int):
    """One place of a list of three."""

    def scene(stage: Set) -> list[Actor]:
        product, chance = stage.clip.products[place_ - 1], stage.chance
        medal = emoji({1: "🥇", 2: "🥈", 3: "🥉"}[place_], 150)
        extra = [confetti([_SUNNY, WHITE, (255, 92, 122)], chance, 8)] if place_ == 1 else []
        return _frame(
            stage, star(hero(product, 370, stage.seed, True), (270, 500), chance.choice(["swing", "hop", "bob"]), 3), *extra,
            star(medal, (120, 300), "swing", 7), still(headline(stage, product.kind.name, 60), (270, 165), 2, "left"),
            still(ribbon(stage, product.shop.brand, stage.palette.deep), (270, 745), 13, "right"))

    return scene


def talk(stage: Set) -> list[Actor]:
    """The creator speaks; the goods float beside."""
    product = stage.clip.products[0]
    bubble = plate((470, 176), WHITE, 40, 245)
    lines = [(stage.first(stage.clip.hook), 52, _INK), (stage.second(stage.clip.hook), 27, mix(stage.palette.deep, _INK, 0.2))]
    bubble.alpha_composite(text_layer(lines, 450, "middle"), (10, 30))
    return _frame(
        stage, star(_face(stage, 300), (190, 640), "bob", 1, "left"),
        star(hero(product, 240, stage.seed, True), (405, 440), "swing", 8), still(bubble, (270, 215), 5, "pop"))


def farewell(stage: Set) -> list[Actor]:
    """A card with the goods and where to find them."""
    product = stage.clip.products[-1]
    card = plate((440, 440), WHITE, 40, 248)
    inner = plate((400, 280), mix(stage.palette.light, WHITE, 0.2), 28)
    card.alpha_composite(inner, (20, 20))
    goods = emoji(product.kind.emoji, 220, look_of(product, stage.seed))
    card.alpha_composite(goods, (220 - goods.width // 2, 160 - goods.height // 2))
    lines = [(stage.first(product.kind.name), 42, _INK), (product.shop.brand.zh if stage.clip.language == "zh"
                                                          else product.shop.brand.en, 28, stage.palette.deep)]
    card.alpha_composite(text_layer(lines, 420, "middle"), (10, 312))
    return _frame(
        stage, still(card, (270, 440), 2, "bottom"), still(headline(stage, stage.clip.seller, 54), (270, 145), 6, "top"),
        star(_face(stage, 104), (96, 700), "bob", 9), star(emoji("👇", 96), (420, 735), "hop", 11))


LAYOUTS = {
    "showcase": [opening, closeup, farewell],
    "versus": [duel, closeup, farewell],
    "unboxing": [parcel, reveal, farewell],
    "topthree": [rank(3), rank(2), rank(1)],
    "talking": [talk, closeup, farewell],
}
# The scene that the poster is taken from, where all of it is on stage.
POSTER_SCENE = {"unboxing": 1, "topthree": 2}
