"""Pictures of goods, shop logos and people's avatars."""

from __future__ import annotations

import math
import random
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw

from .content import Shop, stream
from .drawing import (Colour, colour, drop_shadow, emoji, font, glow, gradient, mix, place, shadow, stencil, sticker, turned)
from .goods import COLOURED_AXES, Product

SIZE = 800
_QUALITY = {"quality": 82, "method": 1}
_HUES = [0, 0, 0, 30, 150, 195, 240, 300]
_KEEPS_HUE = {"👼", "🏸", "👒"}  # faces and natural materials look wrong in another hue
WHITE: Colour = (255, 255, 255)


class Palette:
    """Light, middle and deep tone of a category, turned a little for each product."""

    def __init__(self, tones: tuple[str, str, str], chance: random.Random) -> None:
        turn = chance.uniform(-14, 14)
        self.light, self.middle, self.deep = (turned(colour(tone), turn) for tone in tones)

    @property
    def pale(self) -> Colour:
        return mix(self.light, WHITE, 0.45)


def look_of(product: Product, seed: int) -> int:
    """Degrees by which the product's hue is turned; only goods that come in colours vary."""
    chance = stream(seed, f"look {product.id}")
    varies = product.kind.axis in COLOURED_AXES and product.kind.emoji not in _KEEPS_HUE
    return chance.choice(_HUES) if varies else 0


def render(product: Product, seed: int, folder: Path) -> None:
    """Writes every picture of a product, each with another composition."""
    chance = stream(seed, f"picture {product.id}")
    palette, hue = Palette(product.top.palette, chance), look_of(product, seed)
    scenes = chance.sample([_podium, _arch, _burst, _split], 2) + [chance.choice([_pattern, _family])]
    for path, scene in zip(product.media, scenes):
        canvas = scene(product, palette, hue, chance)
        canvas.save(folder / path, "WEBP", **_QUALITY)


def _disc(draw, f: int) -> None:
    draw.ellipse((120 * f, 70 * f, 680 * f, 630 * f), fill=255)


def _stand_side(draw, f: int) -> None:
    draw.rectangle((170 * f, 640 * f, 630 * f, 708 * f), fill=255)
    draw.ellipse((170 * f, 650 * f, 630 * f, 766 * f), fill=255)


def _stand_top(draw, f: int) -> None:
    draw.ellipse((170 * f, 582 * f, 630 * f, 698 * f), fill=255)


def _floor(draw, f: int) -> None:
    draw.rectangle((0, 640 * f, SIZE * f, SIZE * f), fill=255)


def _niche(draw, f: int) -> None:
    draw.pieslice((170 * f, 70 * f, 630 * f, 530 * f), 180, 360, fill=255)
    draw.rectangle((170 * f, 300 * f, 630 * f, 640 * f - 1), fill=255)


def _niche_back(draw, f: int) -> None:
    draw.pieslice((205 * f, 108 * f, 595 * f, 498 * f), 180, 360, fill=255)
    draw.rectangle((205 * f, 303 * f, 595 * f, 640 * f - 1), fill=255)


def _window_light(draw, f: int) -> None:
    for x in (-40, 130, 300):
        draw.polygon([(x * f, 0), ((x + 90) * f, 0), ((x + 430) * f, SIZE * f), ((x + 340) * f, SIZE * f)], fill=255)


def _sun(draw, f: int) -> None:
    draw.ellipse((560 * f, 60 * f, 720 * f, 220 * f), fill=255)


@lru_cache(maxsize=16)
def _rays(count: int, start: int):
    def draw_rays(draw, f: int) -> None:
        for n in range(count):
            ends = [math.radians(start + (n + half) * 360 / count) for half in (0, 0.5)]
            rim = [((400 + math.cos(t) * 620) * f, (400 + math.sin(t) * 620) * f) for t in ends]
            draw.polygon([(400 * f, 400 * f), *rim], fill=255)

    return draw_rays


@lru_cache(maxsize=16)
def _wave(lift: int, phase: int):
    def draw_wave(draw, f: int) -> None:
        line = [(x * f, (430 + lift + 46 * math.sin(x / 150 + phase + lift / 60)) * f) for x in range(0, 820, 20)]
        draw.polygon([*line, (SIZE * f, SIZE * f), (0, SIZE * f)], fill=255)

    return draw_wave


def _badge(draw, f: int) -> None:
    draw.ellipse((34 * f, 22 * f, 286 * f, 274 * f), fill=255)


def _badge_ring(draw, f: int) -> None:
    draw.ellipse((44 * f, 32 * f, 276 * f, 264 * f), outline=255, width=3 * f)


def _ribbon(draw, f: int) -> None:
    draw.rounded_rectangle((60 * f, 222 * f, 260 * f, 292 * f), 24 * f, fill=255)


def _confetti(canvas: Image.Image, tones: list[Colour], chance: random.Random, count: int = 14) -> None:
    """Small rings, dots and plus signs near the edges."""
    draw = ImageDraw.Draw(canvas)
    for _ in range(count):
        angle, distance = chance.uniform(0, 2 * math.pi), chance.uniform(300, 420)
        x, y, r = 400 + math.cos(angle) * distance, 400 + math.sin(angle) * distance, chance.randint(5, 12)
        tone = chance.choice(tones)
        kind = chance.randrange(3)
        if kind == 0:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=tone)
        elif kind == 1:
            draw.ellipse((x - r, y - r, x + r, y + r), outline=tone, width=4)
        else:
            draw.line((x - r, y, x + r, y), fill=tone, width=5)
            draw.line((x, y - r, x, y + r), fill=tone, width=5)


def _hero(canvas: Image.Image, picture: Image.Image, centre: tuple[int, int], tint: Colour) -> None:
    place(canvas, drop_shadow(picture, tint, blur=20, strength=0.38), (centre[0] + 6, centre[1] + 24))
    place(canvas, picture, centre)


def _podium(product: Product, palette: Palette, hue: int, chance: random.Random) -> Image.Image:
    """On a round stand in front of a disc of light."""
    canvas = gradient((SIZE, SIZE), palette.pale, mix(palette.light, palette.middle, 0.55), chance.choice([0, 20, 340]))
    stencil(canvas, _disc, mix(palette.light, WHITE, 0.6), 190)
    stencil(canvas, _stand_side, mix(palette.middle, palette.deep, 0.18))
    stencil(canvas, _stand_top, mix(palette.middle, WHITE, 0.55))
    _confetti(canvas, [palette.middle, WHITE, mix(palette.deep, WHITE, 0.4)], chance)
    picture = emoji(product.kind.emoji, 430, hue)
    place(canvas, shadow(round(picture.width * 0.9), 70, palette.deep, 0.75), (400, 640))
    place(canvas, picture, (400, 640 - picture.height / 2 + 8))
    return canvas


def _arch(product: Product, palette: Palette, hue: int, chance: random.Random) -> Image.Image:
    """In an arched niche with a branch of light falling in."""
    canvas = gradient((SIZE, SIZE), mix(palette.light, WHITE, 0.3), palette.light, 0)
    inner = mix(palette.middle, palette.light, 0.35)

    stencil(canvas, _floor, mix(palette.light, palette.deep, 0.13))
    stencil(canvas, _niche, inner)
    stencil(canvas, _niche_back, mix(inner, WHITE, 0.35))
    stencil(canvas, _window_light, WHITE, 60)
    side = chance.choice([-1, 1])
    small = emoji(product.kind.leaf.emoji if product.kind.leaf.emoji != product.kind.emoji else product.top.emoji, 120)
    if chance.random() < 0.75 and small.width:
        place(canvas, shadow(110, 30, palette.deep, 0.6), (400 + side * 265, 704))
        place(canvas, small, (400 + side * 265, 648))
    picture = emoji(product.kind.emoji, 400, hue)
    place(canvas, shadow(round(picture.width * 0.95), 66, palette.deep, 0.8), (400, 684))
    place(canvas, picture, (400, 686 - picture.height / 2))
    return canvas


def _burst(product: Product, palette: Palette, hue: int, chance: random.Random) -> Image.Image:
    """A sticker on sun rays."""
    ground = gradient((SIZE, SIZE), palette.middle, mix(palette.middle, palette.deep, 0.35), 40)
    stencil(ground, _rays(chance.choice([14, 18, 22]), chance.choice([0, 6])), mix(palette.middle, WHITE, 0.35), 105)
    glow(ground, (760, 760), WHITE, 0.75, (400, 400))
    _hero(ground, sticker(emoji(product.kind.emoji, 440, hue, chance.choice([-12, -8, 8, 12])), 10), (400, 400), palette.deep)
    return ground


def _split(product: Product, palette: Palette, hue: int, chance: random.Random) -> Image.Image:
    """Two tones meeting in a wave, the goods across the line."""
    canvas = gradient((SIZE, SIZE), palette.pale, palette.light, 60)
    tone, phase = mix(palette.middle, palette.light, 0.25), chance.choice([0, 2, 4])
    stencil(canvas, _sun, mix(palette.middle, WHITE, 0.3), 160)
    stencil(canvas, _wave(0, phase), tone, 120)
    stencil(canvas, _wave(46, phase), tone)
    stencil(canvas, _wave(150, phase), WHITE, 70)
    _confetti(canvas, [WHITE, palette.middle, palette.deep], chance, 9)
    _hero(canvas, emoji(product.kind.emoji, 470, hue, chance.choice([-10, 0, 10])), (400, 410), palette.deep)
    return canvas


def _pattern(product: Product, palette: Palette, hue: int, chance: random.Random) -> Image.Image:
    """A wallpaper of itself with one large in front."""
    canvas = gradient((SIZE, SIZE), mix(palette.light, palette.middle, 0.4), mix(palette.light, WHITE, 0.2), 120)
    tile = emoji(product.kind.emoji, 96, hue, 18).copy()
    tile.putalpha(tile.getchannel("A").point(lambda a: int(a * 0.34)))
    for row in range(-1, 6):
        for column in range(-1, 6):
            place(canvas, tile, (column * 170 + (row % 2) * 85 + 60, row * 150 + 60))
    glow(canvas, (820, 820), mix(palette.light, WHITE, 0.6), 0.95, (400, 400))
    _hero(canvas, emoji(product.kind.emoji, 420, hue), (400, 400), palette.deep)
    return canvas


def _family(product: Product, palette: Palette, hue: int, chance: random.Random) -> Image.Image:
    """Three of it on a table, as in a shop window."""
    canvas = gradient((SIZE, SIZE), mix(palette.deep, palette.middle, 0.55), mix(palette.deep, palette.middle, 0.15), 0)
    glow(canvas, (1000, 900), palette.light, 0.7, (400, 330))
    table = gradient((SIZE, 220), mix(palette.middle, WHITE, 0.35), palette.middle, 0)
    canvas.paste(table, (0, 580))
    step = 55 if product.kind.axis in COLOURED_AXES and product.kind.emoji not in _KEEPS_HUE else 0
    for x, y, size, turn in ((215, 610, 250, step), (585, 610, 250, -step), (400, 690, 360, 0)):
        picture = emoji(product.kind.emoji, size, (hue + turn) % 360)
        place(canvas, shadow(round(picture.width * 0.9), 50, palette.deep, 0.8), (x, y))
        place(canvas, picture, (x, y + 4 - picture.height / 2))
    return canvas


def logo(shop: Shop, tones: tuple[str, str, str], seed: int, path: Path) -> None:
    """A shop's logo: its emoji in a badge, 320 pixels square."""
    chance = stream(seed, f"logo {shop.key}")
    palette = Palette(tones, chance)
    canvas = gradient((320, 320), palette.middle, mix(palette.middle, palette.deep, 0.6), 45)

    stencil(canvas, _badge, palette.pale)
    stencil(canvas, _badge_ring, palette.middle)
    stencil(canvas, _ribbon, palette.deep)
    place(canvas, emoji(shop.emoji, 128), (160, 132))
    size = 34 if len(shop.brand.zh) <= 4 else 28
    ImageDraw.Draw(canvas).text((160, 256), shop.brand.zh, font=font(size), fill=WHITE, anchor="mm")
    canvas.save(path, "WEBP", **_QUALITY)
