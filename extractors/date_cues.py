"""What is said around a date, by language: what will happen then, whether it lies ahead, and how spans are spelled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

DateKind = Literal["deadline", "hearing", "entry-into-force", "vote", "other"]


class Cues(NamedTuple):
    """One language's words. `until` stands right before a date (in Chinese: after it) and makes it a deadline."""

    kinds: Mapping[DateKind, re.Pattern[str]]
    until: re.Pattern[str]
    ahead: re.Pattern[str]
    behind: re.Pattern[str]


def _any(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\s*\Z", re.IGNORECASE)


_EN = Cues(
    {
        "entry-into-force": _any(
            r"(?:take|takes|taking|took)\s+(?:full\s+)?effect|(?:come|comes|coming|enter|enters|entering|entry)\s+into\s+"
            r"(?:force|effect)|go(?:es)?\s+into\s+(?:force|effect)|(?:become|becomes|be|is|are)\s+effective|effective|"
            r"(?:will\s+|shall\s+|to\s+)?appl(?:y|ies)\s+(?:from|as\s+of)|start(?:s)?\s+to\s+apply|with\s+effect\s+(?:from|on)"
        ),
        "hearing": _any(
            r"hearings?|hear|hears|trial(?!\s+(?:production|run|phase|period|version))|oral\s+arguments?|court\s+date|testif(?:y|ies)|appear(?:s)?\s+before|arraign\w*|"
            r"sentencing|deposition"
        ),
        "vote": _any(r"votes?|voting|ballot|referendum|elections?"),
        "deadline": _any(
            r"deadlines?|due|no\s+later\s+than|expires?|expiring|expiry|runs\s+out|ends\s+on|cut-?off|closing\s+date|"
            r"have\s+until|has\s+until|must\s+(?:be\s+)?(?:submit\w*|compl\w+|file\w*|answer|respond)"
        ),
    },
    _before(
        r"(?:by|until|till|before|no\s+later\s+than|not\s+later\s+than|prior\s+to|up\s+to|due(?:\s+on)?|within)"
        r"(?:\s+(?:the|this|next|midnight|noon|close\s+of\s+business)(?:\s+on)?)?"
    ),
    _any(
        r"will|shall|won't|going\s+to|due|set\s+(?:to|for)|schedul\w+|plan(?:s|ned)?|expect(?:s|ed)?|must|has\s+to|have\s+"
        r"to|(?:is|are)\s+to|by|until|before|no\s+later\s+than|starting|upcoming|coming|next|deadline|want|wants|aims?|"
        r"hopes?|takes?\s+effect|expires?|ends?|begins?|starts?|opens?|follows?|travels?|meets?"
    ),
    _any(
        r"was|were|had|has|said|since|last|\w+\s+years\s+ago|ago|told|"
        r"began|met|took|won|lost|struck|fell|rose|grew|came|went|got|gave|made|saw|hit|as\s+of|late|"
        r"(?!(?:expect|schedul|plann|propos|slat|need|requir|suppos|postpon|delay|expir|forc|oblig|invit|call)ed)\w{2,}ed"
    ),
)

_DE = Cues(
    {
        "entry-into-force": _any(
            r"in\s+Kraft|mit\s+Wirkung\s+(?:vom|zum)|Inkrafttreten|wirksam|gilt|gelten|Geltung|anwendbar|anzuwenden|Anwendung\s+finde\w*"
        ),
        "hearing": _any(
            r"\w*anhörung(?:en)?|\w*verhandlung(?:en)?|verhandelt|\w*prozess(?:beginn|auftakt)?|aussagen|"
            r"Verhandlungstermin|Gerichtstermin|angehört"
        ),
        "vote": _any(r"Abstimmung(?:en)?|abstimmen|stimm(?:t|en)|abgestimmt|\w*wahl(?:en)?|Referendum|Votum"),
        "deadline": _any(r"\w*frist(?:en)?|spätestens|läuft|Ablauf|Stichtag|\w*schluss|einzureichen|fällig|endet"),
    },
    _before(
        r"(?:bis(?:\s+(?:zum|spätestens(?:\s+(?:am|zum))?|einschließlich))?|spätestens(?:\s+(?:am|zum|bis|bis\s+zum))?|"
        r"vor\s+dem|binnen|innerhalb(?:\s+von)?|Frist\s+(?:bis|zum))"
    ),
    _any(
        r"wird|werden|soll(?:en)?|muss|müssen|bis|spätestens|ab|geplant|vorgesehen|steht\s+an|tritt|treten|\w*frist|"
        r"kommende[nrsm]?|nächste[nrsm]?|will|wollen|darf|dürfen|beginnt|beginnen|startet|findet|finden|stimmt|stimmen|"
        r"reist|trifft|treffen|verhandelt|entscheidet|tagt|endet|öffnet|gilt|gelten|läuft|erwartet|binnen|innerhalb"
    ),
    _any(
        r"wurden?|war(?:en)?|hatten?|hat|haben|seit|seither|letzte[nrsm]?|vergangene[nrsm]?|vor\s+\d+\s+\w+|ge\w+t|"
        r"eröffnete|unterzeichnete|kündigte|teilte|begann|verhängte|beschloss|lehnte|stimmte"
    ),
)

_FR = Cues(
    {
        "entry-into-force": _any(
            r"entre(?:r|ra|ront|nt|rait)?\s+en\s+(?:vigueur|application)|entrée\s+en\s+(?:vigueur|application)|avec\s+effet|"
            r"pren(?:d|dra|dront|dre|nent)\s+effet|s['’]appliqu(?:e|era|eront|ent)"
        ),
        "hearing": _any(r"audiences?|auditions?|auditionnée?s?|procès|compara\w+|plaidoiries?|entendue?s?|témoigne\w*"),
        "vote": _any(r"votes?|voter(?:a|ont)?|votée?s?|scrutins?|référendum|élections?"),
        "deadline": _any(
            r"délais?|échéances?|au\s+plus\s+tard|expir\w+|dates?\s+limites?|clôture|ultimatum|date\s+butoir"
        ),
    },
    _before(
        r"(?:avant(?:\s+(?:le|la|l['’]))?|d['’]ici(?:\s+(?:le|à|au|la))?|jusqu['’](?:au|à|en)(?:\s+la)?|au\s+plus\s+tard"
        r"(?:\s+(?:le|en|fin))?|sous|dans\s+(?:les|un\s+délai\s+de)|dans\s+un\s+délai\s+de)"
    ),
    re.compile(
        r"\b(?:\w+(?:era|eront|ira|iront|dra|dront|vra|vront|ura|uront)|sera|seront|aura|auront|doit|doivent|d['’]ici|"
        r"avant|jusqu['’]\w+|à\s+partir|dès|prévue?s?|prochaine?s?|va|vont|veut|veulent|sous|au\s+plus\s+tard|"
        r"entre\s+en|prend\s+effet|expire)\b",
        re.IGNORECASE,
    ),
    _any(r"a|ont|avait|avaient|était|étaient|fut|furent|depuis|dernière?s?|été|il\s+y\s+a|a\s+été|annonçait|signait"),
)

_ES = Cues(
    {
        "entry-into-force": _any(
            r"entr(?:a|ará|arán|ar|aría|e|en)\s+en\s+(?:vigor|vigencia|aplicación)|entrada\s+en\s+vigor|con\s+efectos?\s+(?:desde|a\s+partir)|surt(?:e|irá|irán)"
            r"\s+efectos?|se\s+aplicarán?|será\s+aplicable|regirá"
        ),
        "hearing": _any(
            r"audiencias?|vistas?|juicios?|comparec\w+|declarar(?:á|án)?|testificar(?:á|án)?|alegatos\s+orales"
        ),
        "vote": _any(r"votación|votaciones|votar(?:á|án)?|votos?|vota|votan|elecciones|referéndum"),
        "deadline": _any(
            r"plazos?|venc(?:e|en|erá|erán|imiento)|a\s+más\s+tardar|fecha\s+límite|expira\w*|caduca\w*|ultimátum"
        ),
    },
    _before(
        r"(?:antes\s+del?|hasta(?:\s+(?:el|la))?|a\s+más\s+tardar(?:\s+(?:el|a|en))?|en\s+(?:un|el)\s+plazo\s+de|para\s+"
        r"(?:el|la)|no\s+más\s+tarde\s+del?)(?:\s+(?:el|día))?"
    ),
    re.compile(
        r"\b(?:\w+(?:ará|arán|erá|erán|irá|irán|drá|drán|brá|brán)|debe|deben|antes\s+del?|hasta|a\s+partir|previst[oa]s?|"
        r"próxim[oa]s?|va\s+a|van\s+a|tiene|tienen|quiere|quieren|plazo|vence|a\s+más\s+tardar|dentro\s+de)\b",
        re.IGNORECASE,
    ),
    _any(
        r"fue|fueron|era|eran|había|habían|ha|han|desde|pasad[oa]|últim[oa]|hace|\w+(?:ó|aron|ieron)|abrió|firmó|anunció"
    ),
)

_ZH = Cues(
    {
        "entry-into-force": re.compile(r"生效|施行|实施|實施|起执行|起執行|起适用"),
        "hearing": re.compile(r"听证|聽證|开庭|開庭|庭审|庭審|审理|審理|聆讯|聆訊|出庭|作证|作證"),
        "vote": re.compile(r"表决|表決|投票|公投|选举|選舉"),
        "deadline": re.compile(r"截止|期限|到期|截至|届满|屆滿|最迟|最遲|不迟于|不晚于"),
    },
    re.compile(r"\A(?:之前|以前|前(?![往后後])|之内|以内|内|之內|以內|內|截止)"),
    re.compile(
        r"将|將|拟|擬|预计|預計|计划|計劃|须|須|必须|必須|应|應|定于|定於|要求|前往|起施行|截止|到期|底前|日前|内|內"
    ),
    re.compile(r"已|了|曾|于.{0,8}(?:启动|宣布|发布|签署)|自.{0,12}以来|去年|上月|上周"),
)

# What other languages get: no words, only dates with their year.
_NOTHING = re.compile(r"(?!)")
_OTHER = Cues({}, _NOTHING, _NOTHING, _NOTHING)
_BY_LANGUAGE = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "zh": _ZH}


def cues_of(language: str | None) -> Cues:
    """The language's words; of a language that is not among en, de, fr, es, zh none, where it is unknown English."""
    return _BY_LANGUAGE.get((language or "en").split("-")[0].lower(), _OTHER)


NUMBER_WORDS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "one a an ein eine einem einer eines un une uno una 一",
            "two zwei deux dos 二 两 兩",
            "three drei trois tres 三",
            "four vier quatre cuatro 四",
            "five fünf cinq cinco 五",
            "six sechs seis 六",
            "seven sieben sept siete 七",
            "eight acht huit ocho 八",
            "nine neun neuf nueve 九",
            "ten zehn dix diez 十",
            "eleven elf onze once 十一",
            "twelve zwölf douze doce 十二",
        ),
        1,
    )
    for word in words.split()
} | {
    word: number
    for number, words in {
        14: "fourteen vierzehn quatorze catorce", 15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte", 30: "thirty dreißig trente treinta",
        60: "sixty sechzig soixante sesenta", 90: "ninety neunzig noventa",
    }.items()
    for word in words.split()
}  # fmt: skip
ORDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "first erste ersten erstes premier première primer primero primera 一 1",
            "second zweite zweiten zweites deuxième second segundo segunda 二 2",
            "third dritte dritten drittes troisième tercer tercero 三 3",
            "fourth vierte vierten viertes quatrième cuarto 四 4",
        ),
        1,
    )
    for word in words.split()
}
# Monday first.
WEEKDAYS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "monday montag lundi lunes 一",
            "tuesday dienstag mardi martes 二",
            "wednesday mittwoch mercredi miércoles 三",
            "thursday donnerstag jeudi jueves 四",
            "friday freitag vendredi viernes 五",
            "saturday samstag sonnabend samedi sábado 六",
            "sunday sonntag dimanche domingo 日 天",
        )
    )
    for word in words.split()
}
Unit = Literal["day", "week", "month", "year"]
_UNIT_WORDS: Mapping[Unit, str] = {
    "day": "day days tag tage tagen jour jours día días 天 日",
    "week": "week weeks woche wochen semaine semaines semana semanas 周 週 星期",
    "month": "month months monat monate monaten mois mes meses 个月 個月 月",
    "year": "year years jahr jahre jahren an ans année années año años 年",
}
UNITS: Mapping[str, Unit] = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
