"""The committee's report as files. Every one shows the cells of the one `Report`, none counts for itself."""

from licence_server.documents.formats import FORMATS, Format, render

__all__ = ["FORMATS", "Format", "render"]
