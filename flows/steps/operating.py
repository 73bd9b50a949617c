"""Tells the operator what changed and what went wrong, in a small mail that goes out with the night's others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extractors.feeds.changes import SourceChange as FeedChange
from extractors.model import OUTCOMES
from flows.alerts import OperatorReport, SourceChange, operator_mail, queue_mails
from flows.night import Night
from warehouse.store import sum_outcomes, transaction


def tell_operator(night: Night) -> bool:
    """Whether a mail to the operator was queued: if one is named in the settings and there is something to say."""
    house = night.house
    if house.settings.operator is None or house.mail is None or not night.sends_mail:
        return False
    sums = sum_outcomes(night.con, night.run_id)
    counts = {"entries in the feeds": sums.seen, "known": sums.known}
    counts |= {name: sums.by_outcome[name] for name in OUTCOMES if sums.by_outcome.get(name)}
    report = OperatorReport(
        run_id=night.run_id,
        outcome="done",
        counts=counts,
        source_changes=named_changes(night.changes, {source.id: source.name for source in house.sources}),
        problems=night.problems,
        notes=night.warnings,
    )
    mail = operator_mail(report, address=house.settings.operator, mail_settings=house.mail, as_of=night.as_of)
    if mail is None:
        return False
    with transaction(night.con):
        return queue_mails(night.con, [mail], run_id=night.run_id, as_of=night.as_of) > 0


def named_changes(changes: Sequence[FeedChange], names: Mapping[str, str]) -> list[SourceChange]:
    """The changes of tonight's sources in the words of the mail, bad news first."""
    told = [
        SourceChange(
            source_id=change.source_id,
            name=names.get(change.source_id, change.source_id),
            before=change.before or "new",
            after=change.after or change.kind,
            detail=change.evidence,
            better=change.better,
        )
        for change in changes
    ]
    return sorted(told, key=lambda change: (change.better, change.name))
