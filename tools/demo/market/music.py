"""Music beds for the videos: eight short loops of plucked chords over a soft beat, synthesised here."""

from __future__ import annotations

import math
import random
import subprocess
import wave
from array import array
from pathlib import Path

from .content import stream

TUNES = 8
RATE = 22_050
SECONDS = 10
# Chords as semitones above the key; each progression lasts four bars.
_PROGRESSIONS = [
    [(0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)],
    [(0, 4, 7), (5, 9, 12), (7, 11, 14), (5, 9, 12)],
    [(9, 12, 16), (5, 9, 12), (0, 4, 7), (7, 11, 14)],
    [(0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)],
]


def _pluck(frequency: float, seconds: float, bright: float) -> list[float]:
    """One decaying note of three partials."""
    count, step = int(RATE * seconds), 2 * math.pi * frequency / RATE
    return [
        math.exp(-5 * n / count) * min(n / 90, 1)
        * (math.sin(step * n) + bright * math.sin(2 * step * n) + 0.4 * bright * math.sin(3 * step * n))
        for n in range(count)]


def _kick() -> list[float]:
    return [math.exp(-n / 900) * math.sin(2 * math.pi * (48 * n / RATE + 3.2 * (1 - math.exp(-n / 500))))
            for n in range(3_500)]


def _hat(chance: random.Random) -> list[float]:
    return [math.exp(-n / 150) * chance.uniform(-1, 1) for n in range(900)]


def _samples(seed: int, number: int) -> array:
    chance = stream(seed, f"tune {number}")
    progression, key = chance.choice(_PROGRESSIONS), 196 * 2 ** (chance.randrange(-3, 5) / 12)
    beat, bright = 60 / chance.randint(92, 122), chance.uniform(0.2, 0.5)
    order = chance.choice([(0, 1, 2, 1), (0, 2, 1, 2), (2, 1, 0, 1)])
    mix, notes, kick, hat = [0.0] * (RATE * SECONDS + RATE), {}, _kick(), _hat(chance)

    def add(sound: list[float], at: float, gain: float) -> None:
        start = int(at * RATE)
        for place, value in enumerate(sound, start):
            mix[place] += gain * value

    for half in range(int(SECONDS / (beat / 2))):
        at, chord = half * beat / 2, progression[half // 8 % 4]
        semitone = chord[order[half % 4]] + (12 if half % 8 == 6 else 0)
        if semitone not in notes:
            notes[semitone] = _pluck(key * 2 ** (semitone / 12), 0.5, bright)
        add(notes[semitone], at, 0.23)
        if half % 8 == 0:
            add(_pluck(key / 2 * 2 ** (chord[0] / 12), 0.9, 0.15), at, 0.34)
        if half % 4 == 0:
            add(kick, at, 0.4)
        if half % 2 == 1:
            add(hat, at, 0.05)
    fade = RATE // 50
    return array("h", (round(max(-1, min(1, value * min(1, n / fade))) * 22_000)
                       for n, value in enumerate(mix[: RATE * SECONDS])))


def write(seed: int, number: int, folder: Path) -> Path:
    """Writes tune ``number`` as AAC and returns its path."""
    raw, path = folder / f"tune-{number}.wav", folder / f"tune-{number}.m4a"
    with wave.open(str(raw), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(_samples(seed, number).tobytes())
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", raw, "-c:a", "aac", "-b:a", "48k", "-threads", "1",
                    "-bitexact", path], check=True)
    raw.unlink()
    return path
