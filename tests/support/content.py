"""The content of a small kit, to build sticks from."""

from pathlib import Path

KIT_ID = "small-kit"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"


def small_content(folder: Path, kit_id: str = KIT_ID) -> Path:
    """Two films that nobody will play, one with captions, and a document."""
    for name in ("films", "captions"):
        (folder / name).mkdir(parents=True)
    (folder / "films/One.webm").write_bytes(b"one" * 5000)
    (folder / "films/two.webm").write_bytes(b"two" * 9000)
    (folder / "captions/one.vtt").write_text(CAPTIONS)
    (folder / "handbook.pdf").write_bytes(b"%PDF-1.7")
    (folder / "kit.toml").write_text(
        f'id = "{kit_id}"\nname = "A small kit"\nversion = "1.0"\ncontact = "the café team"\n'
        '[[items]]\nid = "film-1"\ntitle = "One"\nkind = "film"\nfile = "films/One.webm"\n'
        'captions = "captions/one.vtt"\nduration = 2\n'
        '[[items]]\nid = "film-2"\ntitle = "Two"\nkind = "film"\nfile = "films/two.webm"\n'
        '[[items]]\nid = "handbook"\ntitle = "Handbook"\nkind = "document"\nfile = "handbook.pdf"\n'
    )
    return folder
