"""The operator's mail: which sources changed state, what went wrong, what the night counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from config.recipients import MailSettings
from extractors.model import Problem
from flows.alerts.message import Envelope, build_message, mail_id_of, message_id_of, thread_root
from flows.alerts.present import show_day
from flows.alerts.render import render_html, render_text
from flows.alerts.safe_text import clean_line
from warehouse.outbox import OutgoingMail

GROUPS_SHOWN = 20
SOURCES_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """A source whose state changed tonight. `better` colours it; `detail` says why and what to do."""

    source_id: str
    name: str
    before: str
    after: str
    detail: str
    better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorReport:
    """What the operator is told of a run. `counts` keep their order; `outcome` is how the run ended."""

    run_id: str
    outcome: Literal["done", "failed"]
    counts: Mapping[str, int]
    source_changes: Sequence[SourceChange] = ()
    problems: Sequence[Problem] = ()
    notes: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """Problems of one stage and code: how many, and one of them."""

    stage: str
    code: str
    count: int
    example: str


def operator_mail(
    report: OperatorReport, *, address: str, mail_settings: MailSettings, as_of: datetime
) -> OutgoingMail | None:
    """The operator's mail of a run, or None when all went well: no source changed, no problem, no note.

    Its id is that of the night's clock: a second run at the same time sends none.
    """
    if report.outcome == "done" and not (report.source_changes or report.problems or report.notes):
        return None
    groups = group_problems(report.problems)
    night = as_of.astimezone(UTC).date()
    subject = _subject(report, groups)
    mail_id = mail_id_of("operator", "operator", as_of.astimezone(UTC).isoformat())
    values = {
        "subject": f"{subject}, {show_day(night)}",
        "peek": "",
        "title": subject,
        "day": show_day(night),
        "run_id": clean_line(report.run_id, 60),
        "changes": [_clean_change(change) for change in report.source_changes[:SOURCES_SHOWN]],
        "changes_more": max(0, len(report.source_changes) - SOURCES_SHOWN),
        "groups": groups[:GROUPS_SHOWN],
        "groups_more": max(0, len(groups) - GROUPS_SHOWN),
        "notes": [clean_line(note, 300) for note in report.notes],
        "counts": [(clean_line(name, 40), count) for name, count in report.counts.items()],
    }
    envelope = Envelope(
        mail_id=mail_id,
        to_name="",
        to_address=address,
        subject=f"{subject}, {show_day(night)}",
        dated_at=as_of,
        references=(thread_root("operator", mail_settings),),
    )
    return OutgoingMail(
        mail_id=mail_id,
        kind="operator",
        recipient_id="operator",
        address=address,
        message_id=message_id_of(mail_id, mail_settings),
        subject=envelope.subject,
        night=night,
        message=build_message(
            envelope,
            text=render_text("operator", **values),
            html=render_html("operator", **values),
            settings=mail_settings,
        ),
    )


def group_problems(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """By stage and code, the most frequent first."""
    listed = list(problems)
    counts = Counter((problem.stage, problem.code) for problem in listed)
    examples: dict[tuple[str, str], str] = {}
    for problem in listed:
        where = f" ({clean_line(problem.url, 120)})" if problem.url else ""
        examples.setdefault((problem.stage, problem.code), clean_line(problem.detail, 200) + where)
    return [
        ProblemGroup(stage=stage, code=clean_line(code, 60), count=count, example=examples[stage, code])
        for (stage, code), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _subject(report: OperatorReport, groups: Sequence[ProblemGroup]) -> str:
    worse = sum(not change.better for change in report.source_changes)
    problems = sum(group.count for group in groups)
    said = ["the night failed" if report.outcome == "failed" else "the night is done"]
    if worse:
        said.append(f"{worse} source{'s' if worse > 1 else ''} worse")
    if problems:
        said.append(f"{problems} problem{'s' if problems > 1 else ''}")
    return "sovwatch: " + ", ".join(said)


def _clean_change(change: SourceChange) -> SourceChange:
    return SourceChange(
        source_id=clean_line(change.source_id, 80),
        name=clean_line(change.name, 80),
        before=clean_line(change.before, 30),
        after=clean_line(change.after, 30),
        detail=clean_line(change.detail, 200),
        better=change.better,
    )
