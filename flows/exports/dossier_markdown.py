"""A dossier as Markdown: reads well as it is, and in any viewer of CommonMark with tables."""

from __future__ import annotations

import re

from flows.exports.dossier_view import View
from flows.exports.tables import escaped


def render_dossier_markdown(view: View) -> str:
    """The dossier. What strangers wrote is escaped; links lead to the outlets."""
    figures = ", ".join(f"{escaped(number)} {word}" for number, word in view["figures"])
    lines = [f"# {escaped(view['title'])}", "", f"{view['span']}. {figures}.", ""]
    if view["state"]:
        lines += [f"**As it stands:** {escaped(view['state'])}", ""]
    lines += [f"Storyline `{view['storyline_id']}`, as known on {view['as_of']}; days in {view['zone']}.", ""]
    coming = [one for one in view["dates"] if not one["passed"]]
    if coming:
        lines += ["## Dates ahead", "", *(_date(one) for one in coming), ""]
    if view["notes"]:
        lines += ["## Notes", ""]
        for note in view["notes"]:
            about = f" (on “{escaped(note['about'])}”)" if note["about"] else ""
            lines.append(f"- {note['on']}, {note['kind'].lower()}: {escaped(note['text'])}{about}".rstrip(": "))
        lines.append("")
    lines += ["## Turns, the latest first", ""]
    for turn in view["turns"]:
        lines += _turn(turn)
    lines += _sources(view)
    if view["entities"]:
        lines += ["## Who is named", "", "| name | reports | mentions | when |", "| --- | ---: | ---: | --- |"]
        for one in view["entities"]:
            lines.append(f"| {escaped(one['name'])} | {one['reports']} | {one['mentions']} | {one['span']} |")
        lines.append("")
    passed = [one for one in view["dates"] if one["passed"]]
    if passed:
        lines += ["## Dates that have passed", "", *(_date(one) for one in passed), ""]
    return "\n".join(lines).rstrip() + "\n"


def _turn(turn: View) -> list[str]:
    lines = [f"### {turn['day']}: {escaped(turn['headline'])}", "", f"{turn['label']}, told {turn['told']}.", ""]
    for quote in turn["quotes"]:
        said = "".join(f"**{escaped(text)}**" if new else _inner(text) for text, new in quote["parts"])
        lines += [f"> {said}", ""]
    for outlet in turn["outlets"]:
        title = escaped(outlet["title"] or outlet["name"])
        when = f", {outlet['when']}" if outlet["when"] else ""
        linked = f"[{title}](<{_address(outlet['url'])}>)" if outlet["url"] else title
        lines.append(f"- {escaped(outlet['name'])}{when}: {linked}")
    more = [f"{turn['outlets_more']} more reports"] if turn["outlets_more"] else []
    more += [f"{turn['copies']} {'copy' if turn['copies'] == 1 else 'copies'} elsewhere"] if turn["copies"] else []
    lines += [f"- {', '.join(more)}"] if more else []
    return [*lines, "", f"*{escaped(turn['about'])}*", ""]


def _sources(view: View) -> list[str]:
    if not view["sources"]:
        return []
    lines = ["## Sources", "", "| outlet | reports | copies | first | languages |", "| --- | ---: | ---: | --- | --- |"]
    lines += [
        f"| {escaped(s['outlet'])} | {s['reports']} | {s['copies']} | {s['first']} | {escaped(s['languages'])} |"
        for s in view["sources"]
    ]
    lines += [f"\nand {view['sources_more']} more"] if view["sources_more"] else []
    return [*lines, ""]


def _date(one: View) -> str:
    sure = f" ({one['sure']})" if one["sure"] else ""
    outlet = escaped(one["outlet"])
    linked = f"[{outlet}](<{_address(one['url'])}>)" if one["url"] else outlet
    return f"- **{one['days']}**, {one['kind'].lower()}{sure}: {escaped(one['quoted'])} {linked}"


def _inner(text: str) -> str:
    """A piece of a sentence, the spaces at its ends kept."""
    lead, tail = re.match(r"\s*", text), re.search(r"\s*\Z", text)
    return f"{' ' if lead and lead[0] else ''}{escaped(text)}{' ' if tail and tail[0] and text.strip() else ''}"


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
