"""What moves in a video. An actor is a function of canvas and frame number that paints itself."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

from .drawing import Colour, emoji, gradient, mask, mix, place
from .pictures import Palette

WIDTH, HEIGHT, FPS = 540, 960, 24
WHITE: Colour = (255, 255, 255)
Actor = Callable[[Image.Image, int], None]

_RAYS, _RAY_STEPS = 20, 14  # the rays repeat after a twentieth of a turn, which takes 14 frames
_PERIOD, _STEP = 120, 6  # a pattern repeats every 120 pixels and moves by 6 a frame


def out_cubic(t: float) -> float:
    return 1 - (1 - min(max(t, 0), 1)) ** 3


def out_back(t: float) -> float:
    """Runs a little past the goal and comes back."""
    t = min(max(t, 0), 1) - 1
    return 1 + 2.7 * t**3 + 1.7 * t**2


@lru_cache(maxsize=_RAY_STEPS)
def _ray_mask(step: int) -> Image.Image:
    def draw_rays(draw: ImageDraw.ImageDraw, f: int) -> None:
        for n in range(_RAYS):
            ends = [2 * math.pi * (n + part + step / _RAY_STEPS) / _RAYS for part in (0, 0.5)]
            rim = [((270 + math.cos(a) * 800) * f, (430 + math.sin(a) * 800) * f) for a in ends]
            draw.polygon([(270 * f, 430 * f), *rim], fill=255)

    return mask((WIDTH, HEIGHT), draw_rays).point(lambda v: v * 95 // 255)


@lru_cache(maxsize=1)
def _middle_light() -> Image.Image:
    light = Image.radial_gradient("L").crop((52, 2, 204, 254)).point(lambda v: max(0, 150 - v))
    return light.resize((WIDTH, HEIGHT), Image.BILINEAR)


@lru_cache(maxsize=4)
def _moving_mask(kind: str) -> Image.Image:
    """A pattern with period 120 and a margin of 120 pixels, so that a moved crop repeats."""

    def draw_pattern(draw: ImageDraw.ImageDraw, f: int) -> None:
        for y in range(-240, HEIGHT + 360, 60 if kind == "dots" else 120):
            if kind == "stripes":
                draw.polygon([(0, y * f), (660 * f, (y - 330) * f), (660 * f, (y - 270) * f), (0, (y + 60) * f)], fill=255)
                draw.polygon([(0, (y + 330) * f), (660 * f, y * f), (660 * f, (y + 60) * f), (0, (y + 390) * f)], fill=255)
                continue
            for x in range(0, WIDTH + 180, 60):
                r = 9 if (x // 60 + y // 60) % 2 else 4
                draw.ellipse(((x - r) * f, (y - r) * f, (x + r) * f, (y + r) * f), fill=255)

    opacity = 60 if kind == "stripes" else 120
    return mask((WIDTH + 120, HEIGHT + 120), draw_pattern).point(lambda v: v * opacity // 255)


def background(palette: Palette, chance: random.Random) -> Callable[[int], Image.Image]:
    """Returns a function that gives the ground of each frame as a new picture."""
    start, end = chance.choice([
        (mix(palette.middle, WHITE, 0.25), mix(palette.middle, palette.deep, 0.45)),
        (palette.light, palette.middle),
        (mix(palette.deep, palette.middle, 0.35), mix(palette.deep, (20, 20, 40), 0.25)),
        (palette.middle, mix(palette.light, WHITE, 0.3)),
    ])
    base = gradient((WIDTH, HEIGHT), start, end, chance.choice([0, 25, 335]))
    tint, kind = mix(start, WHITE, 0.55), chance.choice(["rays", "rays", "stripes", "dots"])
    if kind == "rays":
        base.paste(WHITE, (0, 0), _middle_light())
    period, seen = (_RAY_STEPS if kind == "rays" else _PERIOD // _STEP), {}

    def frame(i: int) -> Image.Image:
        step = i % period
        if step not in seen:  # the ground repeats, so most frames are a copy
            seen[step] = canvas = base.copy()
            if kind == "rays":
                canvas.paste(tint, (0, 0), _ray_mask(step))
            else:
                shift = step * _STEP
                canvas.paste(tint, (0, 0), _moving_mask(kind).crop((shift, shift, shift + WIDTH, shift + HEIGHT)))
        return seen[step].copy()

    return frame


def floaters(signs: list[str], chance: random.Random, count: int = 9) -> Actor:
    """Small emoji that rise at different speeds."""
    crowd = [(emoji(chance.choice(signs), chance.choice([34, 46, 62]), 0, chance.choice([-20, 0, 20])),
              chance.uniform(20, WIDTH - 20), chance.uniform(0, HEIGHT + 160), chance.uniform(2.2, 6), chance.uniform(0, 6))
             for _ in range(count)]

    def act(canvas: Image.Image, i: int) -> None:
        for picture, x, y, speed, phase in crowd:
            place(canvas, picture, (x + 16 * math.sin(i / 13 + phase), (y - i * speed) % (HEIGHT + 160) - 80))

    return act


def confetti(tones: list[Colour], chance: random.Random, start: int = 0, count: int = 46) -> Actor:
    """A burst from the middle that falls."""
    pieces = [(chance.uniform(-13, 13), chance.uniform(-24, -6), chance.randint(7, 14), chance.choice(tones))
              for _ in range(count)]

    def act(canvas: Image.Image, i: int) -> None:
        t, draw = i - start, ImageDraw.Draw(canvas)
        if t < 0:
            return
        for n, (vx, vy, size, tone) in enumerate(pieces):
            x, y = 270 + vx * t, 430 + vy * t + 0.55 * t * t
            half = size * abs(math.cos((t + n) / 4)) / 2 + 1
            draw.rectangle((x - size / 2, y - half, x + size / 2, y + half), fill=tone)

    return act


def pops(picture: Image.Image, frames: int = 6) -> list[Image.Image]:
    """The picture growing from nothing, a little too far, and back."""
    found = []
    for n in range(1, frames + 1):
        scale = max(out_back(n / frames), 0.05)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        # The nearest pixel will do for a picture that is seen for a twenty-fourth of a second.
        found.append(picture if n == frames else picture.resize(size, Image.NEAREST))
    return found


def swings(picture: Image.Image, degrees: float, frames: int = 7) -> list[Image.Image]:
    """The picture turned from one side to the other."""
    side = round(math.hypot(*picture.size))
    room = Image.new("RGBA", (min(side, picture.width + 60), min(side, picture.height + 60)), (0, 0, 0, 0))
    room.paste(picture, ((room.width - picture.width) // 2, (room.height - picture.height) // 2))
    turned = [room.rotate(degrees * (2 * n / (frames - 1) - 1), Image.BILINEAR) for n in range(frames)]
    return [_trimmed(picture) for picture in turned]


def _trimmed(picture: Image.Image) -> Image.Image:
    """The picture without its empty rim, its middle kept in the middle."""
    left, top, right, bottom = picture.getchannel("A").getbbox() or (0, 0, *picture.size)
    x, y = min(left, picture.width - right), min(top, picture.height - bottom)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def star(picture: Image.Image, centre: tuple[int, int], motion: str, start: int = 0, enter: str = "pop") -> Actor:
    """The main thing of a scene: enters, then swings, bobs or hops.

    ``enter``: ``pop`` grows, ``left``, ``right``, ``top`` slides in.
    """
    growth = pops(picture) if enter == "pop" else []
    turned = swings(picture, 7) if motion == "swing" else [picture]
    period = {"swing": 30, "bob": 34, "hop": 20}[motion]
    away = {"left": (-560, 0), "right": (560, 0), "top": (0, -760)}.get(enter, (0, 0))

    def act(canvas: Image.Image, i: int) -> None:
        t = i - start
        if t < 0:
            return
        if t < len(growth):
            place(canvas, growth[t], centre)
            return
        phase = 2 * math.pi * t / period
        rest = 1 - out_back(t / 11) if away != (0, 0) else 0
        x, y = centre[0] + away[0] * rest, centre[1] + away[1] * rest
        if motion == "swing":
            picture_now = turned[round((math.sin(phase) + 1) / 2 * (len(turned) - 1))]
        else:
            picture_now = turned[0]
            y += 14 * math.sin(phase) if motion == "bob" else -46 * abs(math.sin(phase / 2))
        place(canvas, picture_now, (x, y))

    return act


def still(layer: Image.Image, centre: tuple[int, int], start: int = 0, enter: str = "left") -> Actor:
    """Text or a card that comes in and stays, breathing a little."""
    growth = pops(layer, 5) if enter == "pop" else []
    away = {"left": (-560, 0), "right": (560, 0), "bottom": (0, 420), "top": (0, -420)}.get(enter, (0, 0))

    def act(canvas: Image.Image, i: int) -> None:
        t = i - start
        if t < 0:
            return
        if t < len(growth):
            place(canvas, growth[t], centre)
            return
        rest = 1 - out_back(t / 10) if away != (0, 0) else 0
        place(canvas, layer, (centre[0] + away[0] * rest, centre[1] + away[1] * rest + 2 * math.sin(i / 9)))

    return act


def twinkles(chance: random.Random, around: tuple[int, int], radius: int, start: int = 0) -> Actor:
    """Sparkles that light up in turn around a point."""
    sizes = [emoji("✨", size) for size in (26, 40, 58)]
    spots = [(around[0] + radius * chance.uniform(0.75, 1.1) * math.cos(a),
              around[1] + radius * chance.uniform(0.75, 1.1) * math.sin(a), chance.randrange(26))
             for a in (chance.uniform(0, 6.3) for _ in range(6))]

    def act(canvas: Image.Image, i: int) -> None:
        for x, y, offset in spots:
            step = (i - start + offset) % 26
            if i >= start and step < 10:
                place(canvas, sizes[(0, 1, 1, 2, 2, 2, 2, 1, 1, 0)[step]], (x, y))

    return act


def curtain(tone: Colour, style: int) -> Actor:
    """The cut into a scene: blocks of colour that leave within seven frames."""
    frames = 7

    def act(canvas: Image.Image, i: int) -> None:
        if i >= frames:
            return
        draw, t = ImageDraw.Draw(canvas), out_cubic(i / frames)
        if style == 0:
            draw.rectangle((0, 0, WIDTH, HEIGHT * (1 - t)), fill=tone)
        elif style == 1:
            for n in range(5):
                part = max(0, 1 - t - 0.06 * n) * WIDTH
                draw.rectangle((0, n * 192, part, n * 192 + 192), fill=tone if n % 2 else mix(tone, WHITE, 0.15))
        else:
            edge = WIDTH * 1.6 * (1 - t)
            draw.polygon([(0, 0), (edge, 0), (edge - 260, HEIGHT), (0, HEIGHT)], fill=tone)

    return act
