"""A night's report on the terminal: what came in, what was new, what was a copy of what, what went out."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractors.model import OUTCOMES
from extractors.web.sanitise import terminal_safe
from flows.exits import Exit
from flows.report import NightReport, problem_lines
from warehouse.night_articles import ArticleLine

TITLE_WIDTH = 84
OF_THE_PAST = ("backfill", "sitemaps")


def show_night(report: NightReport, console: Console, *, articles: bool = True) -> None:
    """Prints the report, shortest sections first; text from outside is stripped of control codes."""
    name = "Backfill" if report.kind in OF_THE_PAST else "Night"
    console.print(Text(f"{name} of {report.as_of:%Y-%m-%d %H:%M} UTC, run {report.run_id}", style="bold"))
    for warning in report.warnings:
        console.print(Text(f"  {warning}", style="yellow"))
    _show_counts(report, console)
    if articles and report.articles:
        _show_articles(report, console)
    _show_told(report, console)
    lines = problem_lines(report.problems)
    if lines:
        console.print(Text("Went wrong", style="bold"))
        for line in lines:
            console.print(Text(f"  {terminal_safe(line)}", style="yellow"))
    if report.exit_code is Exit.NO_NETWORK:
        console.print(Text("No source could be reached. Nothing was marked as read; the last snapshot stands. "
                           "Check the network, then run again.", style="bold red"))  # fmt: skip
    elif report.exit_code is Exit.UNDELIVERED:
        console.print(Text("Mail is still waiting in the outbox; the next run tries again (sovwatch alerts list).",
                           style="bold red"))  # fmt: skip
    if not report.balanced:
        console.print(Text("The entries do not add up; please report this with the output of: sovwatch status --json",
                           style="bold red"))  # fmt: skip
    if report.snapshot:
        console.print(Text(f"Published: {report.snapshot}", style="dim"))
    if report.briefing:
        console.print(Text(f"Briefing: {report.briefing}", style="dim"))


def _show_counts(report: NightReport, console: Console) -> None:
    if report.exit_code is Exit.NO_NETWORK:
        return  # nothing was read; why is said below
    parts = [f"{report.outcomes[name]} {name}" for name in OUTCOMES if report.outcomes.get(name)]
    states = report.counts()["sources"]
    read = ", ".join(f"{n} {state}" for state, n in states.items())
    if report.kind in OF_THE_PAST:
        console.print(f"  {report.seen} pages and addresses: " + (", ".join(parts) or "nothing new to read"))
    else:
        console.print(f"  {len(report.sources)} sources read: {read}" if read else "  no source was due")
        console.print(f"  {report.seen} entries in their feeds: " + (", ".join(parts) or "nothing"))
    if report.waiting:
        console.print(f"  {report.waiting} entries wait for another try")


def _show_articles(report: NightReport, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for line in report.articles:
        table.add_row(line.relation, _article_text(line))
    console.print(table)


def _article_text(line: ArticleLine) -> Text:
    text = Text(_short(line.title))
    text.append(f"  {terminal_safe(line.outlet)}", style="dim")
    if line.access != "full":
        text.append(f" ({line.access})", style="magenta")
    if line.original_id:
        same = line.original_id == line.article_id
        name = "its earlier version" if same else f"“{_short(line.original_title or 'a reference text')}”"
        where = f" ({terminal_safe(line.original_outlet)})" if line.original_outlet and not same else ""
        share = f", {line.share:.0%} of it shared" if line.share is not None else ""
        facts = {True: ", adds facts", False: ", no new facts", None: ""}[line.adds_facts]
        text.append(f"\n  of {name}{where}{share}{facts}", style="dim")
    return text


def _show_told(report: NightReport, console: Console) -> None:
    told = [d for d in report.developments if d.kind != "update"]
    if told:
        console.print(Text("New developments", style="bold"))
        for development in sorted(told, key=lambda d: -d.weight):
            outlets = len({outlet.site for outlet in development.outlets})
            line = Text(f"  {development.weight:.2f} ", style="green")
            line.append(_short(development.headline), style="default")
            line.append(f"  {development.kind}, {outlets} {'outlet' if outlets == 1 else 'outlets'}", style="dim")
            console.print(line)
    if report.mails:
        console.print(Text("Mail", style="bold"))
        for mail in report.mails:
            console.print(Text(f"  {mail.state}: {terminal_safe(mail.recipient)}: {terminal_safe(mail.subject)}"))


def _short(title: str) -> str:
    clean = terminal_safe(title)
    return clean if len(clean) <= TITLE_WIDTH else clean[: TITLE_WIDTH - 1].rstrip() + "…"
