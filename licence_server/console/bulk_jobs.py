"""A job on many organisations: its preview, its confirmation, what it did, the tokens as a file and as letters."""

from collections import Counter
from typing import Any
from uuid import UUID

import segno
from flask import Response, redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Redirect

from licence_server.console import gate
from licence_server.console.blueprint import blueprint
from licence_server.console.downloads import download
from licence_server.console.forms import Form
from licence_server.console.links import link
from licence_server.console.pages import page
from licence_server.domain import dates
from licence_server.domain.spreadsheet import csv_bytes
from licence_server.services import bulk_handouts, bulk_previews, kits
from licence_server.services import bulk_jobs as services
from licence_server.services.bulk_jobs import Job
from licence_server.services.kit_sources import START_PAGE
from licence_server.web import now, runtime

_SHOWN = 20
_HEADS = ("organisation", "reference", "contact_email", "activation_token")


class ConfirmForm(Form):
    """A button. Sent twice it does nothing twice: the job itself knows what is done."""


@blueprint.route("/bulk/<uuid:job_id>", methods=["GET", "POST"])
def bulk_job(job_id: UUID) -> Response | Redirect:
    """Before the confirmation what would be done, afterwards what was done."""
    form, member = ConfirmForm(), gate.member()
    job = services.get(runtime(), job_id, member.id, now=now())
    if form.validate_on_submit():
        services.run(runtime(), job_id, member.id, now=now(), actor=member.actor)
        return redirect(url_for("console.bulk_job", job_id=job_id))
    kit = kits.get(runtime(), job.work.grant.kit_id) if job.work.grant is not None else None
    if job.confirmed_at is None:
        preview = bulk_previews.preview(runtime(), job.work, now=now())
        return page(
            "bulk_preview.html",
            under=_section(job),
            form=form,
            job=job,
            kit=kit,
            preview=preview,
            shown=_SHOWN,
            link=link,
        )
    return page(
        "bulk_done.html", under=_section(job), form=form, job=job, kit=kit, link=link, shown=_SHOWN, **_outcome(job)
    )


@blueprint.get("/bulk/<uuid:job_id>/tokens.csv")
def bulk_tokens(job_id: UUID) -> Response:
    """The activation tokens of a job, for a mail merge."""
    member = gate.member()
    job = services.get(runtime(), job_id, member.id, now=now())
    done = bulk_handouts.as_file(runtime(), job, now=now(), actor=member.actor)
    rows = [(one.name, one.reference, one.contact_email, one.token) for one in done]
    day = dates.day_of(now(), runtime().timezone)
    return download(f"activation-tokens-{day}.csv", csv_bytes(_HEADS, rows))


@blueprint.get("/bulk/<uuid:job_id>/letters/<int:number>")
def bulk_letters(job_id: UUID, number: int) -> Response:
    """The letters of one part of a job, a page each."""
    member = gate.member()
    job = services.get(runtime(), job_id, member.id, now=now())
    done = bulk_handouts.as_letters(runtime(), job, number - 1, now=now(), actor=member.actor)
    if not done or job.work.grant is None:
        raise NotFound("There are no such letters.")
    letters = [(one, segno.make(one.token or "", micro=False).svg_data_uri(scale=4, border=4)) for one in done]
    kit = kits.get(runtime(), job.work.grant.kit_id)
    return page("bulk_letters.html", under=_section(job), job=job, kit=kit, letters=letters, start_page=START_PAGE)


def _section(job: Job) -> str:
    return "import_job" if job.work.imports else "grant_job"


def _outcome(job: Job) -> dict[str, Any]:
    """What a job has done so far, counted."""
    done = job.done
    return {
        "added": sum(one.added for one in done),
        "granted": sum(one.licence_id is not None for one in done),
        "tokens": sum(one.token is not None for one in done),
        "left_out": [one for one in done if one.left_out is not None],
        "letters": [
            (number + 1, letters)
            for number, part in sorted(job.parts.items())
            if (letters := Counter(one.token is not None for one in part)[True])
        ],
        "remaining": sum(len(job.work.targets[n * services.BATCH :][: services.BATCH]) for n in _open(job)),
    }


def _open(job: Job) -> list[int]:
    return [number for number in range(job.batches) if number not in job.parts]
