"""Renders a clip: frames painted with Pillow go straight into ffmpeg, which adds the music."""

from __future__ import annotations

import fcntl
import subprocess
from pathlib import Path

from . import music
from .actors import FPS, HEIGHT, WIDTH, background
from .clips import Clip
from .content import stream
from .pictures import Palette
from .scenes import LAYOUTS, POSTER_SCENE, Set

TUNES = music.TUNES
_F_SETPIPE_SZ = 1031  # from Linux' fcntl.h; Python's module names it from 3.10 on
_WORK = "media/.music"


def _tune(job: tuple) -> None:
    music.write(*job)


def prepare(folder: Path, seed: int, pool) -> None:
    """Writes the music that the videos share."""
    work = folder / _WORK
    work.mkdir(exist_ok=True)
    pool.map(_tune, [(seed, number, work) for number in range(TUNES)], chunksize=1)


def tidy(folder: Path) -> None:
    """Removes the music, which the videos now contain."""
    for path in (folder / _WORK).iterdir():
        path.unlink()
    (folder / _WORK).rmdir()


def _encoder(clip: Clip, folder: Path) -> subprocess.Popen:
    tune = folder / _WORK / f"tune-{clip.tune}.m4a"
    process = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS),
         "-i", "-", "-i", tune, "-map", "0:v", "-map", "1:a", "-t", f"{clip.duration_ms / 1000:.3f}",
         "-c:v", "libx264", "-preset", "ultrafast", "-crf", "32", "-g", "48", "-threads", "1", "-pix_fmt", "yuv420p",
         "-c:a", "copy", "-movflags", "+faststart", "-bitexact", folder / clip.media],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:  # a frame is 1.5 MB; with Linux' 64 kB pipes the two processes would mostly wait for each other
        fcntl.fcntl(process.stdin, _F_SETPIPE_SZ, 1 << 20)
    except OSError:
        pass  # smaller pipes work too, only slower
    return process


def render(clip: Clip, seed: int, folder: Path) -> None:
    """Writes the video and its poster.

    - Throws: RuntimeError with ffmpeg's own words.
    """
    chance = stream(seed, f"film {clip.id}")
    encoder = _encoder(clip, folder)
    poster_scene = POSTER_SCENE.get(clip.layout, 0)
    try:
        for place, (scene, seconds) in enumerate(zip(LAYOUTS[clip.layout], clip.seconds)):
            stage = Set(clip, seed, Palette(clip.products[0].top.palette, chance), chance)
            ground, actors = background(stage.palette, chance), scene(stage)
            count = round(seconds * FPS)
            for i in range(count):
                canvas = ground(i)
                for act in actors:
                    act(canvas, i)
                if place == poster_scene and i == count * 4 // 5:
                    canvas.save(folder / clip.poster, "JPEG", quality=82)
                encoder.stdin.write(canvas.tobytes())
    except BrokenPipeError:
        pass  # ffmpeg's message below says why
    _, problem = encoder.communicate()
    if encoder.returncode != 0:
        raise RuntimeError(f"ffmpeg failed on {clip.media}: {problem.decode(errors='replace').strip()}")
