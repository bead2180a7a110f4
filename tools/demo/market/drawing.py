"""The pencil case: emoji at any size, gradients, soft shadows and text, all with Pillow."""

from __future__ import annotations

import colorsys
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

EMOJI_FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
TEXT_FONTS = {
    "regular": Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    "bold": Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
}
_SIMPLIFIED = 2  # the face of the collection with mainland Chinese shapes
_BITMAP_SIZE = 109  # the only size that the emoji font holds
_SMALL = 124  # up to here the font's own bitmap is large enough

Colour = tuple[int, int, int]


def colour(text: str) -> Colour:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """``a`` at share 0, ``b`` at share 1."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b))


def turned(base: Colour, degrees: float, saturation: float = 1.0) -> Colour:
    """The colour with its hue turned."""
    h, l, s = colorsys.rgb_to_hls(*(c / 255 for c in base))
    return tuple(round(c * 255) for c in colorsys.hls_to_rgb((h + degrees / 360) % 1, l, min(s * saturation, 1)))


@lru_cache(maxsize=2)
def _emoji_font():
    return ImageFont.truetype(str(EMOJI_FONT), _BITMAP_SIZE)


@lru_cache(maxsize=64)
def font(size: int, weight: str = "bold"):
    return ImageFont.truetype(str(TEXT_FONTS[weight]), size, index=_SIMPLIFIED)


@lru_cache(maxsize=256)
def _bitmap(text: str) -> Image.Image:
    canvas = Image.new("RGBA", (180, 160), (0, 0, 0, 0))
    ImageDraw.Draw(canvas).text((20, 12), text, font=_emoji_font(), embedded_color=True)
    box = canvas.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is None:
        raise ValueError(f"the emoji font has no picture for {text!r}")
    return canvas.crop(box)


def _bled(picture: Image.Image) -> Image.Image:
    """The picture's colours carried on beyond its edge, so that sharpening doesn't meet the black around it."""
    spread = picture.convert("RGBa").filter(ImageFilter.GaussianBlur(4)).convert("RGBA").convert("RGB")
    spread.paste(picture.convert("RGB"), (0, 0), picture.getchannel("A").point(lambda a: 255 if a > 248 else 0))
    return spread


@lru_cache(maxsize=48)
def _large_emoji(text: str) -> Image.Image:
    """The 128-pixel bitmap doubled twice, sharpened at each step so that edges stay edges."""
    canvas = Image.new("RGBA", (152, 152), (0, 0, 0, 0))
    picture = _bitmap(text)
    canvas.paste(picture, ((152 - picture.width) // 2, (152 - picture.height) // 2))
    solid, alpha = _bled(canvas), canvas.getchannel("A")
    for _ in range(2):
        size = (solid.width * 2, solid.height * 2)
        solid = solid.resize(size, Image.BICUBIC).filter(ImageFilter.UnsharpMask(radius=2.4, percent=80, threshold=2))
        alpha = alpha.resize(size, Image.BICUBIC).filter(ImageFilter.GaussianBlur(0.7))
        alpha = alpha.point(lambda a: max(0, min(255, round((a - 120) * 1.7 + 120))))
    large = Image.merge("RGBA", (*solid.split(), alpha))
    return large.crop(alpha.point(lambda a: 255 if a > 8 else 0).getbbox())


@lru_cache(maxsize=96)
def emoji(text: str, size: int, hue: int = 0, angle: int = 0) -> Image.Image:
    """The emoji with its longer side ``size`` pixels, its hue turned by ``hue`` and itself by ``angle`` degrees."""
    picture = _bitmap(text) if size <= _SMALL else _large_emoji(text)
    scale = size / max(picture.size)
    picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))),
                             Image.LANCZOS if scale < 0.8 else Image.BICUBIC)
    if hue:
        picture = _hue_turned(picture, hue)
    return picture.rotate(angle, Image.BICUBIC, expand=True) if angle else picture


def _hue_turned(picture: Image.Image, degrees: int) -> Image.Image:
    hue, saturation, value = picture.convert("RGB").convert("HSV").split()
    shift = round(degrees / 360 * 256)
    hue = hue.point(lambda h: (h + shift) % 256)
    turned_rgb = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    return Image.merge("RGBA", (*turned_rgb.split(), picture.getchannel("A")))


@lru_cache(maxsize=8)
def _ramp(angle: int) -> Image.Image:
    """A small diagonal ramp from black to white."""
    return Image.linear_gradient("L").rotate(angle, Image.BICUBIC, expand=False).crop((45, 45, 211, 211))


def gradient(size: tuple[int, int], start: Colour, end: Colour, angle: int = 30) -> Image.Image:
    return ImageOps.colorize(ImageOps.autocontrast(_ramp(angle)), start, end).resize(size, Image.BILINEAR)


@lru_cache(maxsize=16)
def _falloff(size: tuple[int, int], strength: float) -> Image.Image:
    light = ImageChops.invert(Image.radial_gradient("L")).point(lambda v: int(max(0, v - 70) / 185 * 255 * strength))
    return light.resize(size, Image.BILINEAR)


def glow(canvas: Image.Image, size: tuple[int, int], tint: Colour, strength: float, centre: tuple[int, int]) -> None:
    """Paints a soft round light."""
    corner = (centre[0] - size[0] // 2, centre[1] - size[1] // 2)
    canvas.paste(tint, (*corner, corner[0] + size[0], corner[1] + size[1]), _falloff(size, strength))


def shadow(width: int, height: int, tint: Colour, strength: float = 0.5) -> Image.Image:
    """A soft contact shadow, as an RGBA layer with a margin."""
    small = Image.new("L", (96, 48), 0)
    ImageDraw.Draw(small).ellipse((16, 12, 80, 36), fill=round(255 * strength))
    small = small.filter(ImageFilter.GaussianBlur(6)).resize((round(width * 1.5), round(height * 2)), Image.BICUBIC)
    layer = Image.new("RGBA", small.size, (*tint, 0))
    layer.putalpha(small)
    return layer


def drop_shadow(picture: Image.Image, tint: Colour, blur: int = 12, strength: float = 0.35) -> Image.Image:
    """The picture's own outline, blurred, with a margin of ``2 * blur`` pixels on each side."""
    margin = 2 * blur
    quarter = picture.getchannel("A").resize((max(1, picture.width // 4), max(1, picture.height // 4)))
    small = Image.new("L", (quarter.width + margin // 2, quarter.height + margin // 2), 0)
    small.paste(quarter, (margin // 4, margin // 4))
    small = small.filter(ImageFilter.GaussianBlur(blur / 4)).point(lambda v: int(v * strength))
    size = (picture.width + 2 * margin, picture.height + 2 * margin)
    layer = Image.new("RGBA", size, (*tint, 0))
    layer.putalpha(small.resize(size, Image.BILINEAR))
    return layer


def sticker(picture: Image.Image, border: int = 12) -> Image.Image:
    """The picture with a white outline, like a die-cut sticker."""
    grown = Image.new("L", (picture.width + 4 * border, picture.height + 4 * border), 0)
    grown.paste(picture.getchannel("A"), (2 * border, 2 * border))
    small = grown.resize((grown.width // 2, grown.height // 2))
    edge = small.filter(ImageFilter.GaussianBlur(border / 2.4)).point(lambda v: max(0, min(255, (v - 20) * 9)))
    layer = Image.new("RGBA", grown.size, (255, 255, 255, 0))
    layer.putalpha(edge.resize(grown.size, Image.BICUBIC))
    layer.alpha_composite(picture, (2 * border, 2 * border))
    return layer


def place(canvas: Image.Image, layer: Image.Image, centre: tuple[float, float]) -> None:
    """Pastes an RGBA layer so that its middle lies at ``centre``; parts outside are cut off."""
    canvas.paste(layer, (round(centre[0] - layer.width / 2), round(centre[1] - layer.height / 2)), layer)


@lru_cache(maxsize=64)
def mask(size: tuple[int, int], draw) -> Image.Image:
    """An antialiased stencil: ``draw(ImageDraw, factor)`` paints white on black at ``factor`` times the size.

    Kept by function, so ``draw`` must be a module's function or a cached one.
    """
    stencil = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    draw(ImageDraw.Draw(stencil), 2)
    return stencil.resize(size, Image.BOX)


@lru_cache(maxsize=64)
def _faded(stencil_key: tuple, opacity: int) -> Image.Image:
    return mask(*stencil_key).point(lambda v: v * opacity // 255)


def stencil(canvas: Image.Image, draw, tint: Colour, opacity: int = 255) -> None:
    """Paints a colour through the stencil of ``draw`` over the whole canvas."""
    key = (canvas.size, draw)
    canvas.paste(tint, (0, 0), mask(*key) if opacity == 255 else _faded(key, opacity))


def text_layer(lines: list[tuple[str, int, Colour]], width: int, align: str = "left", outline: Colour | None = None,
               gap: int = 8) -> Image.Image:
    """Lines of (text, size, colour) on a transparent layer; a line too long is set smaller until it fits."""
    fitted = []
    for text, size, tint in lines:
        face = font(size)
        while size > 18 and face.getlength(text) > width - 16:
            size -= 2
            face = font(size)
        fitted.append((text, face, size, tint))
    height = sum(round(size * 1.25) + gap for _, _, size, _ in fitted) + 8
    layer = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw, y = ImageDraw.Draw(layer), 2
    for text, face, size, tint in fitted:
        x = 8 if align == "left" else (width - face.getlength(text)) / 2
        stroke = {"stroke_width": max(2, size // 14), "stroke_fill": (*outline, 255)} if outline else {}
        draw.text((x, y - size * 0.18), text, font=face, fill=(*tint, 255), **stroke)
        y += round(size * 1.25) + gap
    return layer
