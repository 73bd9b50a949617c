"""The form of a report, apart from its matter: news of what just happened, or background, opinion, a rehash."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from functools import cache

# Words by which a headline or a first paragraph gives away that it comments or explains.
_COMMENT = {
    "en": r"opinion|op-ed|editorial|column(?:ist)?|comment(?:ary)?|analysis|explain(?:ed|er|s)?|q ?& ?a|"
          r"timeline|"
          r"review|essay|viewpoint|letters?|interview|profile|primer|guide|lessons?|what we know|so far|at a glance|"
          r"key (?:facts|dates|moments)|looking back|the story of|in pictures|obituary|questions? and answers?|"
          r"how .{3,60} works?|what (?:is|it means?|this means?|they mean)|why (?:we|it|the)|should|recap|"
          r"backgrounder|history",
    "de": r"kommentar|meinung|kolumne|leitartikel|glosse|essay|analyse|hintergrund|erklärt|chronik|überblick|"
          r"bisher geschah|interview|porträt|fragen und antworten|was (?:ist|bedeutet|darf|wir)|"
          r"wie .{3,60} funktioniert|warum|rückblick|lehren|sollte|worum es geht|rezension",
    "fr": r"opinion|tribune|éditorial|édito|chronique|analyse|décryptage|expliqu|comprendre|entretien|portrait|"
          r"rappel|retour sur|ce que (?:l'on|nous) s|pourquoi|comment|qu'est-ce|questions|chronologie|repères|leçons",
    "es": r"opinión|editorial|columna|tribuna|análisis|claves|explica|cronología|entrevista|perfil|repaso|"
          r"qué (?:es|significa|sabemos)|por qué|cómo|preguntas|lecciones|hasta ahora",
    "zh": r"评论|社论|观点|分析|解读|专访|回顾|综述|时间线|为什么|如何|盘点|解释",
}  # fmt: skip

# Words by which the first sentences say that something happened just now.
_JUST_NOW = {
    "en": r"(?:on |late |early )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|today|yesterday|"
          r"tonight|overnight|this (?:morning|afternoon|evening|week)|hours|breaking|has (?:now|just)|announced",
    "de": r"(?:am |seit )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)|heute|gestern|"
          r"abend|soeben|diese woche|teilte|nacht",
    "fr": r"(?:ce )?(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|aujourd'hui|hier|ce (?:matin|soir)|"
          r"cette (?:nuit|semaine)|annoncé",
    "es": r"(?:este |el )?(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)|hoy|ayer|"
          r"esta (?:mañana|noche|semana)|anunci",
    "zh": r"今天|昨天|今日|昨日|周[一二三四五六日]|星期|宣布|日前|当天",
}  # fmt: skip

_MONTHS = {
    name: number
    for number, names in enumerate((
        "january januar janvier enero", "february februar février febrero", "march märz mars marzo",
        "april avril abril", "may mai mayo", "june juni juin junio", "july juli juillet julio",
        "august août agosto", "september septembre septiembre", "october oktober octobre octubre",
        "november novembre noviembre", "december dezember décembre diciembre",
    ), start=1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:\.|er|st|nd|rd|th)?(?: de)? (?P<m1>{_MONTH})\b"
    rf"|\b(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})\b|(?P<m3>\d{{1,2}})月(?P<d3>\d{{1,2}})日"
)

_FIRST_PERSON = re.compile(
    r"\b(?:i|we|my|our|us|me|you|your|ich|wir|unser\w*|mein\w*|je|nous|notre|nos|mon|yo|nosotros|nuestr\w+)\b|我们|我"
)
# A headline that lets somebody speak of himself: a portrait or an interview.
_QUOTED_SELF = re.compile(
    r"[\"“„«‘']\s*(?:I|I'm|I’m|We|My|Our|Ich|Wir|Mein|Meine|Je|J'ai|J’ai|Nous|Mon|Yo|Nosotros|我们?)\b"
)
_QUOTED = re.compile(r"[\"“”„«»‘][^\"“”„«»’]{0,400}[\"“”«»’]|``.*?''")


def comment_marks(title: str, lead: str, language: str | None) -> tuple[float, float]:
    """How much title and lead look like comment or explanation: marks in the title, and in the lead (0, 1 or more)."""
    pattern = _patterns(_supported(language))[0]
    in_title = len(pattern.findall(title.lower())) + 0.5 * title.rstrip().endswith("?")
    in_title += _QUOTED_SELF.match(title) is not None
    return min(2.0, in_title), min(2.0, float(len(pattern.findall(lead[:300].lower()))))


def just_now(lead: str, language: str | None) -> float:
    """How often the lead names a day or says that something happened just now, 0 to 3."""
    return min(3.0, float(len(_patterns(_supported(language))[1].findall(lead[:600].lower()))))


def first_person(lead: str) -> float:
    """First and second persons outside of quotations in a lead, a hundred words, 0 to 5."""
    plain = _QUOTED.sub(" ", lead[:1500]).lower()
    words = max(20, plain.count(" ") + 1)
    return min(5.0, 100.0 * len(_FIRST_PERSON.findall(plain)) / words)


def is_comment(title: str, text: str, language: str | None) -> bool:
    """Whether a report is recognisably no news: it says so in its headline, or speaks of itself or explains and names
    no day on which something happened."""
    in_title, in_lead = comment_marks(title, text, language)
    if in_title >= 1.0:
        return True
    return just_now(text, language) < 1.0 and (in_lead >= 1.0 or first_person(text) >= 2.0)


def is_news(title: str, text: str, language: str | None, at: datetime | None = None) -> bool:
    """Whether nothing in its headline comments or asks, and it names a day on which something happened: a weekday and
    the like, or a date not far from `at`, its publication. Always so in a language whose words are not known."""
    if language is not None and language not in _COMMENT:
        return True
    if comment_marks(title, text, language)[0] > 0.0:
        return False
    return just_now(text, language) >= 1.0 or (at is not None and names_near_day(text, at))


def names_near_day(lead: str, at: datetime) -> bool:
    """Whether a lead has a date (23 March, 23. März, March 23, 3月23日) from ten days before to 35 days after `at`."""
    for match in _DATE.finditer(lead[:600].lower()):
        day, month = next((int(d), m) for d, m in ((match["d1"], match["m1"]), (match["d2"], match["m2"]),
                                                   (match["d3"], match["m3"])) if d)  # fmt: skip
        number = int(month) if month.isdigit() else _MONTHS[month]
        for year in (at.year - 1, at.year, at.year + 1):
            with suppress(ValueError):
                if -10 <= (date(year, number, day) - at.date()).days <= 35:
                    return True
    return False


def _supported(language: str | None) -> str:
    return language if language in _COMMENT else "en"


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    if language == "zh":
        return re.compile(_COMMENT[language]), re.compile(_JUST_NOW[language])
    return re.compile(rf"\b(?:{_COMMENT[language]})\b"), re.compile(rf"\b(?:{_JUST_NOW[language]})\b")
