"""The two texts that a build writes by itself: the player's settings and the trainer's README."""

import json
from dataclasses import dataclass
from typing import Any

from licence_server.domain.kit_description import ItemKind
from licence_server.models import Organisation
from licence_server.private_keys import Jwk
from licence_server.services.kit_sources import START_PAGE, Content

_BEFORE, _AFTER = "window.KIT_CONFIG = ", ";\n"

_README = """\
{name}, version {version}

HOW TO START

1. Double-click the file "{start_page}" on this stick.
   It opens in your web browser. Nothing is installed.
2. {activate}
3. Choose "Workshop" or "On my own", and play the films.

You need no internet to play the films. When the PC has internet, press
"Report now" now and then: the page then tells us how many people the kit
has reached. Without internet you can report with a phone or with a file;
the page shows you how.

WHAT IS COUNTED

How many people took part, on which day, and which films were played.
No names, no e-mail addresses. The page "Privacy" lists all of it, and you
can object there. The films play either way.

IF SOMETHING DOES NOT WORK

* The page looks bare or does nothing: open it with Edge, Chrome or Firefox.
* A film does not play: copy the whole stick to a folder on the PC and
  start from there.
* Anything else: ask {contact}.

Please keep all files together; the films do not play from elsewhere.
"""


@dataclass(frozen=True)
class Particulars:
    """What is particular to one stick."""

    content: Content
    server: str
    root: Jwk
    organisation: Organisation | None
    activation_token: str | None
    by_phone: bool


def config_script(stick: Particulars) -> bytes:
    """The settings, as a script that sets one global: a page opened from file:// can load no JSON."""
    description, organisation = stick.content.description, stick.organisation
    settings = {
        "server": stick.server,
        "kitId": description.id,
        "kitName": description.name,
        "kitVersion": description.version,
        "rootKey": stick.root,
        "contact": description.contact,
        "language": description.language,
        "organisation": None if organisation is None else {"id": str(organisation.id), "name": organisation.name},
        "activationToken": stick.activation_token,
        "byPhone": stick.by_phone,
        "items": _items(stick.content),
    }
    return f"{_BEFORE}{json.dumps(settings, indent=1)}{_AFTER}".encode()


def settings_in(script: bytes) -> dict[str, Any]:
    """What an earlier build wrote; empty where that cannot be read."""
    try:
        settings = json.loads(script.decode().removeprefix(_BEFORE).removesuffix(_AFTER))
    except ValueError:
        return {}
    return settings if isinstance(settings, dict) else {}


def readme(stick: Particulars) -> bytes:
    """Plain words for the trainer, with the line ends of Windows."""
    description = stick.content.description
    if stick.organisation is None:
        activate = 'Type the activation token that you were sent, and press "Activate".'
    else:
        activate = f'Press "Set up this kit". It is made ready for {stick.organisation.name}.'
    text = _README.format(
        name=description.name,
        version=description.version,
        start_page=START_PAGE,
        activate=activate,
        contact=description.contact,
    )
    # The mark at the front tells old editors on Windows that this is UTF-8: names may hold an é.
    return ("\ufeff" + text).replace("\n", "\r\n").encode()


def _items(content: Content) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "title": item.title,
            "kind": item.kind.value,
            "file": item.file,
            **({"duration": item.duration} if item.kind is ItemKind.FILM else {}),
            **({"captions": [vars(cue) for cue in content.captions[item.id]]} if item.id in content.captions else {}),
        }
        for item in content.description.items
    ]
