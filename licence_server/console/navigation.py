"""The sections of the console, in the order of the bar at the top; each shows to those who may open it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """view: the page it opens. views: the names whose pages stand under it."""

    title: str
    view: str
    views: tuple[str, ...] = ()


SECTIONS = (
    Section("Overview", "overview"),
    Section("Import", "import_organisations", ("import_job",)),
    Section("Bulk grant", "bulk_grant", ("grant_job",)),
    Section("Chase lists", "chase"),
    Section("Kits", "kits", ("kit", "add_kit", "change_kit")),
    Section("People", "people", ("invite", "invite_again", "change_role", "remove_person")),
)
