"""Drawn faces: flat, friendly, one for each creator and demo account."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

from .content import stream
from .drawing import colour, gradient, mix

_GROUNDS = ["#ffd6a5", "#caffbf", "#9bf6ff", "#bdb2ff", "#ffc6ff", "#fdffb6", "#a0c4ff", "#ffadad", "#d8e2dc", "#f4d35e"]
_SKINS = ["#ffdfc4", "#f6cfa9", "#e8b48a", "#d39a6c", "#b57a4c", "#8d5a34"]
_HAIR = ["#2b2320", "#3d2b24", "#5a3b28", "#7a4a2a", "#1f2430", "#a8693b", "#c08a50"]
_SHIRTS = ["#ef476f", "#118ab2", "#06a77d", "#8338ec", "#fb8500", "#3a506b", "#e76f51", "#2a9d8f"]
_INK = (52, 40, 40)


class Face:
    """Draws on a 200-unit square, scaled by ``f``."""

    def __init__(self, look: list[str], language: str, chance: random.Random) -> None:
        self.look = set(look)
        tones = (_SKINS, _HAIR, _SHIRTS) if language == "en" else (_SKINS[:4], _HAIR[:5], _SHIRTS)
        self.skin, self.hair, self.shirt = (colour(chance.choice(choice)) for choice in tones)
        if "bald" in self.look:
            self.hair = colour("#9a9aa2")
        self.smile = chance.choice(["open", "soft"])

    def __call__(self, draw: ImageDraw.ImageDraw, f: int) -> None:
        self.draw, self.f = draw, f
        self._back_hair()
        self._body()
        self._head()
        self._front_hair()
        self._features()

    def oval(self, x: float, y: float, rx: float, ry: float, fill) -> None:
        f = self.f
        self.draw.ellipse(((x - rx) * f, (y - ry) * f, (x + rx) * f, (y + ry) * f), fill=fill)

    def _back_hair(self) -> None:
        f = self.f
        if "long" in self.look:
            self.draw.rounded_rectangle((52 * f, 50 * f, 148 * f, 165 * f), 44 * f, fill=self.hair)
        elif "bob" in self.look:
            self.draw.rounded_rectangle((50 * f, 46 * f, 150 * f, 128 * f), 42 * f, fill=self.hair)
        elif "bun" in self.look:
            self.oval(100, 34, 21, 20, self.hair)
        elif "curly" in self.look:
            for x, y in ((58, 70), (52, 92), (60, 114), (142, 70), (148, 92), (140, 114), (76, 50), (124, 50), (100, 44)):
                self.oval(x, y, 21, 20, self.hair)

    def _body(self) -> None:
        f, dark = self.f, mix(self.skin, (120, 60, 40), 0.22)
        self.draw.rounded_rectangle((38 * f, 152 * f, 162 * f, 240 * f), 38 * f, fill=self.shirt)
        self.draw.rounded_rectangle((86 * f, 124 * f, 114 * f, 166 * f), 13 * f, fill=dark)
        self.oval(100, 158, 18, 11, dark)

    def _head(self) -> None:
        self.oval(58, 96, 9, 12, mix(self.skin, (120, 60, 40), 0.15))
        self.oval(142, 96, 9, 12, mix(self.skin, (120, 60, 40), 0.15))
        self.oval(100, 94, 42, 47, self.skin)

    def _front_hair(self) -> None:
        f = self.f
        if "bald" in self.look:
            self.oval(61, 84, 8, 16, self.hair)
            self.oval(139, 84, 8, 16, self.hair)
            return
        self.draw.chord((56 * f, 42 * f, 144 * f, 124 * f), 190, 350, fill=self.hair)
        if self.look & {"bob", "bun"}:
            self.draw.chord((56 * f, 44 * f, 144 * f, 118 * f), 180, 360, fill=self.hair)
            self.draw.polygon([(64 * f, 80 * f), (108 * f, 58 * f), (136 * f, 80 * f), (100 * f, 84 * f)], fill=self.skin)
        elif "short" in self.look:
            self.draw.chord((57 * f, 42 * f, 143 * f, 112 * f), 178, 362, fill=self.hair)
            self.draw.polygon([(66 * f, 92 * f), (74 * f, 66 * f), (128 * f, 72 * f), (134 * f, 92 * f)], fill=self.skin)
            self.oval(92, 54, 32, 16, self.hair)
            self.oval(118, 58, 22, 14, self.hair)
        if "cap" in self.look:
            self.draw.chord((54 * f, 36 * f, 146 * f, 122 * f), 180, 360, fill=self.shirt)
            self.draw.rounded_rectangle((88 * f, 72 * f, 164 * f, 84 * f), 6 * f, fill=mix(self.shirt, (0, 0, 0), 0.25))
        if "straw" in self.look:
            straw = colour("#e9c46a")
            self.oval(100, 66, 68, 14, mix(straw, (120, 80, 0), 0.15))
            self.draw.chord((62 * f, 26 * f, 138 * f, 104 * f), 180, 360, fill=straw)
            self.draw.rectangle((62 * f, 58 * f, 138 * f, 66 * f), fill=self.shirt)

    def _features(self) -> None:
        f, draw = self.f, self.draw
        for x in (83, 117):
            self.oval(x, 97, 4.6, 5.6, _INK)
            self.oval(x + 1.5, 95, 1.5, 1.7, (255, 255, 255))
            draw.arc(((x - 8) * f, 82 * f, (x + 8) * f, 94 * f), 200, 340, fill=self.hair, width=round(2.6 * f))
        cheeks = mix(self.skin, (240, 90, 100), 0.45 if "blush" in self.look else 0.2)
        self.oval(73, 110, 8, 5.5, cheeks)
        self.oval(127, 110, 8, 5.5, cheeks)
        if "beard" in self.look:
            draw.chord((62 * f, 84 * f, 138 * f, 146 * f), 18, 162, fill=self.hair)
        if self.smile == "open":
            draw.chord((87 * f, 104 * f, 113 * f, 128 * f), 0, 180, fill=(150, 40, 50))
            draw.chord((89 * f, 108 * f, 111 * f, 120 * f), 0, 180, fill=(255, 255, 255))
        else:
            draw.arc((86 * f, 102 * f, 114 * f, 124 * f), 20, 160, fill=(150, 50, 50), width=3 * f)
        if "glasses" in self.look:
            for x in (83, 117):
                draw.ellipse(((x - 14) * f, 84 * f, (x + 14) * f, 111 * f), outline=_INK, width=3 * f)
            draw.line((96 * f, 96 * f, 104 * f, 96 * f), fill=_INK, width=3 * f)


def avatar(name: str, look: list[str], language: str, seed: int) -> Image.Image:
    """The face of a person, 320 pixels square."""
    chance = stream(seed, f"avatar {name}")
    ground = colour(chance.choice(_GROUNDS))
    canvas = gradient((320, 320), mix(ground, (255, 255, 255), 0.35), ground, chance.choice([20, 160]))
    layer = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    Face(look, language, chance)(ImageDraw.Draw(layer), 4)
    layer = layer.resize((320, 320), Image.LANCZOS)
    canvas.paste(layer, (0, 0), layer)
    return canvas


def save(name: str, look: list[str], language: str, seed: int, path: Path) -> None:
    avatar(name, look, language, seed).save(path, "WEBP", quality=84, method=2)
