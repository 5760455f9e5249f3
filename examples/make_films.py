"""Eight short films and a handbook for the sample kit: `python -m examples.make_films FOLDER`.

Each film is a title card, moving shapes and a tone, in WebM (VP9 and Opus), which Chromium and Firefox play
without any codec of the system. The frames are drawn by Pillow and encoded by the ffmpeg that comes with
imageio-ffmpeg. Films that are there already are left alone.
"""

import colorsys
import math
import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFont

DESCRIPTION = Path(__file__).with_name("kit.toml")
WIDTH, HEIGHT, FRAMES_A_SECOND = 640, 360, 12
SCENES = (
    "A member of staff notices something out of the ordinary.",
    "She wonders whether it matters, and whom she could ask.",
    "A short conversation is all it takes. What would you do?",
)


def make(folder: Path) -> Path:
    """Fill a folder with the content of the sample kit; the folder."""
    kit = tomllib.loads(DESCRIPTION.read_text(encoding="utf-8"))
    films = [item for item in kit["items"] if item["kind"] == "film"]
    for name in ("films", "captions", "documents"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(DESCRIPTION, folder / DESCRIPTION.name)
    for item in films:
        (folder / item["captions"]).write_text(_captions(item), encoding="utf-8")
    handbook = next(item for item in kit["items"] if item["kind"] == "document")
    (folder / handbook["file"]).write_text(_handbook(kit["name"], films), encoding="utf-8")
    missing = [(number, item) for number, item in enumerate(films) if not (folder / item["file"]).exists()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda row: _film(folder / row[1]["file"], row[1], row[0]), missing))
    return folder


def _film(path: Path, item: dict[str, Any], number: int) -> None:
    draft = path.with_suffix(".part")
    seconds = item["duration"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(FRAMES_A_SECOND), "-i", "-"]
    command += ["-f", "lavfi", "-i", f"sine=frequency={220 + 30 * number}:duration={seconds},volume=0.15"]
    command += ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "150k", "-pix_fmt", "yuv420p"]
    command += ["-c:a", "libopus", "-b:a", "32k", "-threads", "1", "-f", "webm", str(draft)]
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
    card = _card(item["title"], number)
    encoder.communicate(b"".join(_frame(card, number, frame).tobytes() for frame in range(seconds * FRAMES_A_SECOND)))
    if encoder.returncode != 0:
        raise RuntimeError(f"ffmpeg could not make {path.name}")
    draft.replace(path)


def _card(title: str, number: int) -> Image.Image:
    card = Image.new("RGB", (WIDTH, HEIGHT), _colour(number, 0.55, 0.22))
    pen = ImageDraw.Draw(card)
    pen.text((40, 60), f"Case study {number + 1}", font=ImageFont.load_default(22), fill=_colour(number, 0.25, 0.95))
    pen.text((40, 96), title, font=ImageFont.load_default(34), fill="white")
    pen.text((40, HEIGHT - 44), "Sample film", font=ImageFont.load_default(16), fill=_colour(number, 0.25, 0.85))
    return card


def _frame(card: Image.Image, number: int, frame: int) -> Image.Image:
    """Two shapes that drift towards each other, and a line that shows how far the film is."""
    picture = card.copy()
    pen = ImageDraw.Draw(picture)
    turn = frame / FRAMES_A_SECOND
    for side, tint in ((-1, 0.65), (1, 0.9)):
        x = WIDTH / 2 + side * (70 + 60 * math.cos(turn * 0.8))
        y = 235 + 18 * math.sin(turn * 1.4 + side + number)
        pen.ellipse((x - 34, y - 34, x + 34, y + 34), fill=_colour(number, 0.5, tint))
    pen.rectangle((0, HEIGHT - 6, WIDTH * (frame + 1) / (8 * FRAMES_A_SECOND), HEIGHT), fill=_colour(number, 0.4, 0.9))
    return picture


def _colour(number: int, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb((0.53 + number / 8) % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _captions(item: dict[str, Any]) -> str:
    length = item["duration"] / len(SCENES)
    cues = []
    for scene, words in enumerate((f"{item['title']}. {SCENES[0]}", *SCENES[1:])):
        start, end = scene * length + 0.1, (scene + 1) * length - 0.1
        cues.append(f"00:{start:06.3f} --> 00:{end:06.3f}\n{words}\n")
    return "WEBVTT\n\n" + "\n".join(cues)


def _handbook(name: str, films: list[dict[str, Any]]) -> str:
    chapters = "".join(
        f"<h2>{number}. {film['title']}</h2>\n<p>Show the film, then ask: what did you notice first? Whom would you "
        "have told? What would have made that easier here?</p>\n"
        for number, film in enumerate(films, 1)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The trainer's handbook: {name}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }}
</style>
</head>
<body>
<main>
<h1>The trainer's handbook</h1>
<p>{name}. Allow forty-five minutes for three films and the talk about them. Nobody needs to say anything
personal, and nobody should be named.</p>
{chapters}</main>
</body>
</html>
"""


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
