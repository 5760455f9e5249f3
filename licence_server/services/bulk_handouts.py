"""The activation tokens of a job, handed out as a file or as letters; the audit log says who took them."""

from datetime import datetime

from licence_server.services import audit
from licence_server.services.bulk_jobs import Job
from licence_server.services.bulk_work import Done
from licence_server.services.runtime import Runtime


def as_file(runtime: Runtime, job: Job, *, now: datetime, actor: str) -> list[Done]:
    """Every organisation of a job that got a token."""
    done = [one for one in job.done if one.token is not None]
    _note(runtime, job, "activation_tokens_exported", len(done), now, actor)
    return done


def as_letters(runtime: Runtime, job: Job, number: int, *, now: datetime, actor: str) -> list[Done]:
    """The same of one part of it."""
    done = [one for one in job.parts.get(number, []) if one.token is not None]
    if done:
        _note(runtime, job, "activation_letters_printed", len(done), now, actor)
    return done


def _note(runtime: Runtime, job: Job, action: str, tokens: int, now: datetime, actor: str) -> None:
    audit.record_alone(
        runtime,
        now=now,
        actor=actor,
        action=action,
        subject=f"bulk_job:{job.id}",
        after={"tokens": tokens},
    )
