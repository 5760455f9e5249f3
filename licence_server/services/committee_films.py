"""How often each film was played, over time and by sector: for those who are signed in."""

from dataclasses import replace

from licence_server.domain.committee_report import Row, Table
from licence_server.services.committee_words import PLAYS, film_table
from licence_server.services.figures import FigureSet, Film

# As many further pictures can be drawn while somebody waits.
_MOST_PICTURES = 12


def films_as_such(figures: FigureSet) -> Table:
    """How often, how often to the end and how long each was played in the whole period."""
    rows = tuple(
        Row(key, item["title"], (item["plays"], item["completions"], round(item["seconds"] / 3600, 1)))
        for key, item in zip(_keys(figures.films), figures.document["items"], strict=True)
    )
    return film_table((("plays", "Plays"), ("completions", "of these to the end"), ("hours", "Hours")), rows)


def films_played(figures: FigureSet) -> tuple[Table, Table]:
    """A table over time and one by sector: a column for all films and documents, then one for each."""
    by, films = figures.by, figures.films
    columns = (("all", "All films and documents"), *zip(_keys(films), _titles(films), strict=True))
    over_time = Table(
        f"items_by_{by}",
        f"Plays by {by}",
        PLAYS,
        by.capitalize(),
        columns,
        tuple(
            _row(
                by.key(step.first),
                by.in_words(step.first, step.last, figures.today),
                [film.in_steps[place] for film in films],
            )
            for place, step in enumerate(figures.steps)
        ),
        _row("", "Total", [sum(film.in_steps) for film in films]),
        charted="all",
        also_charted=_keys(films)[:_MOST_PICTURES],
        by=by,
    )
    sectors = tuple(
        _row(sector.name or "", sector.title, [film.of_sectors.get(sector.name, 0) for film in films])
        for sector in figures.sectors
    )
    by_sector = replace(
        over_time, key="items_by_sector", title="Plays by sector", heading="Sector", rows=sectors, by=None
    )
    return over_time, by_sector


def _row(key: str, title: str, plays: list[int]) -> Row:
    return Row(key, title, (sum(plays), *plays))


def _keys(films: list[Film]) -> tuple[str, ...]:
    """With the kit, since two kits may name an item alike; so none of them is `all`."""
    return tuple(f"{film.kit_id}/{film.item_id}" for film in films)


def _titles(films: list[Film]) -> list[str]:
    several = len({film.kit_id for film in films}) > 1
    return [f"{film.title} ({film.kit_name})" if several else film.title for film in films]
