"""Whether a page shows its whole article or only the beginning of one, told by text and structure together.

What a publisher declares (`isAccessibleForFree`) is wrong often enough that it never decides alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.model import Access
from extractors.pages.looks import count_words

# These patterns are in lower case and read texts in lower case, which is several times faster than ignoring case.
# The reader is told that there is more: by paying, by registering, by logging in. One pattern a language.
_CONTINUES = re.compile(
    # English
    r"(?:to|and|for) (?:continue|keep|finish) (?:on )?reading|(?:continue|keep) reading (?:this|the|with|for|by)|"
    r"(?:read|unlock|access|see|view) (?:the )?(?:full|entire|whole|rest|complete|this|all) ?(?:of )?(?:the |this )?"
    r"(?:article|story|report|text|post|analysis)|rest of (?:this|the) (?:article|story)|"
    r"(?:article|story|content|report) is (?:only |exclusively )?(?:available |reserved )?(?:for|to) "
    r"(?:\w+ )?(?:subscribers|members|customers|readers)|subscribers[ -]only|for subscribers only|"
    r"subscribe (?:now )?(?:to|and) (?:read|continue|unlock|access)|already (?:a )?(?:subscriber|subscribed|member)|"
    r"(?:free|remaining) articles? (?:this|left|remaining)|this is a (?:premium|subscriber)|"
    # German
    r"(?:um|jetzt|sofort|hier)? ?weiter(?:zu)?lesen|(?:ganzen?|gesamten?|vollständigen?|kompletten?) (?:artikel|text|"
    r"beitrag|bericht)|(?:artikel|beitrag|text|inhalt) (?:ist|gibt es) (?:nur|exklusiv|ausschließlich)|"
    r"(?:nur|exklusiv) für (?:\w+ ){0,2}(?:abonnent\w*|mitglieder|leser)|bereits (?:abonnent\w*|registriert|abonniert|"
    r"kunde|mitglied)|(?:artikel|inhalt)e? (?:freischalten|entsperren)|mit (?:einem )?\S*abo (?:lesen|weiter)|"
    r"lesen sie (?:diesen|den ganzen|alle)|"
    # French
    r"(?:lire|lisez|découvr\w+|accéd\w+ à) (?:la suite|l['’]intégralité|cet article|"
    r"l['’]article (?:complet|en entier))|"
    r"réservée?s? (?:à|aux) (?:nos )?(?:abonn\w+|membres)|(?:il vous reste|reste à lire)|déjà abonné|"
    r"pour (?:lire|continuer|poursuivre|accéder)|poursui\w+ (?:votre|la) lecture|"
    # Spanish
    r"(?:seguir|sigue|siga|continuar|continúa|continúe) leyendo|(?:para|y) (?:leer|acceder|continuar)|"
    r"(?:exclusiv\w+|solo|sólo|reservad\w+) para (?:nuestros |los )?(?:suscriptor\w+|socios|usuarios|abonados)|"
    r"ya (?:eres|soy|es usted) (?:suscriptor\w*|socio)|leer el (?:artículo|texto) completo|"
    r"contenido (?:exclusivo|premium)|"
    # Chinese
    r"(?:继续|繼續)(?:阅读|閱讀)|阅读(?:全文|剩余)|閱讀(?:全文|剩餘)|(?:订阅|訂閱|登录|登錄|登入|付费|付費|会员|會員|开通)(?:后|後|即可|以|才能|可)|"
    r"(?:剩余|剩餘|余下|餘下)\S{0,6}(?:内容|內容|全文)|(?:付费|付費|会员|會員|订户|訂戶)(?:专享|專享|内容|內容|文章|可读)|已是(?:会员|會員|订户)",
)
_ASKS = re.compile(
    r"\b(?:subscri\w+|sign (?:in|up)|log ?in|register\w*|trial|membership|premium|unlock|"
    r"abo|abos|abonn\w+|anmeld\w+|registrier\w+|testen|einloggen|login|freischalten|monatlich|"
    r"s['’]abonner|connect\w+|inscri\w+|offre|essai|sans engagement|"
    r"suscri\w+|regístr\w+|inici\w+ sesión|prueba|oferta)\b|订阅|訂閱|登录|登錄|登入|注册|註冊|会员|會員|付费|付費|"
    r"[€$£¥]\s?\d|\d\s?[€$£]",
)
_WALL = re.compile(
    r"paywall|regwall|pay-wall|paid-?content|piano|tp-(?:modal|container|iframe)|metered|meter-|gateway|locked|"
    r"subscri(?:be|ption|ber)|premium|abo-?(?:teaser|box|wall|offer|hinweis)|plus-?(?:teaser|box|wall|offer)|offer|"
    r"barrier|truncat|article-cut|fade-?out|login-?(?:wall|box)|upsell|conversion|suscri|muro|restricted|reserve",
)
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|⋯)\s*$")
_ENDS = re.compile(r"[.!?。！？:;»“”\"'’)\]]\s*$")
_LONG = 450  # words: a text that long is an article, whatever stands behind it, unless it breaks off


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSigns:
    """What is known of a text and its surroundings.

    `after` are the lines of the page behind its last paragraph, `around` the signatures (tag and class) of the
    elements that hold them, `declared_words` the word count that the page states, `stated_body_words` those of the
    article body in its JSON-LD; 0 where unknown.
    """

    paragraphs: Sequence[str]
    after: Sequence[str] = ()
    around: Sequence[str] = ()
    is_free: bool | None = None
    declared_words: int = 0
    stated_body_words: int = 0


def split_walls(paragraphs: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The article's paragraphs, and apart the short ones that tell the reader to pay or to log in for more."""
    walls = tuple(p for p in paragraphs if len(p) < 400 and _is_wall(p.lower()) and count_words(p) <= 60)
    return (tuple(p for p in paragraphs if p not in walls), walls) if walls else (tuple(paragraphs), ())


def _is_wall(text: str) -> bool:
    return _ASKS.search(text) is not None and _CONTINUES.search(text) is not None


def judge_access(signs: AccessSigns) -> tuple[Access, str | None]:
    """`full`, or `stub` with the reason: `told-to-continue`, `wall-after-text`, `breaks-off`, `declared-longer`.

    Points are added up; a stub needs two kinds of evidence, or a text that is short and an invitation to read on.
    """
    words = sum(count_words(p) for p in signs.paragraphs)
    closed = signs.is_free is False
    if words > 2 * _LONG and not closed:
        return "full", None
    tail = "\n".join(signs.after)[:2500].lower()
    lines = tail.split("\n")
    inside = " ".join(signs.paragraphs[-1:])[-300:].lower()
    told = bool(_CONTINUES.search(tail)) or bool(_CONTINUES.search(inside) and _ASKS.search(inside))
    asked = sum(len(_ASKS.findall(line)) for line in lines if "newsletter" not in line or _CONTINUES.search(line))
    wall = any(_WALL.search(s.lower()) for s in signs.around)
    last = signs.paragraphs[-1].strip() if signs.paragraphs else ""
    unended = count_words(last) >= 8 and not last.startswith("- ") and not _ENDS.search(last)
    cut = unended or bool(_CUT_OFF.search(last))
    longer = max(signs.declared_words, signs.stated_body_words) > 1.7 * words + 60
    all_there = signs.stated_body_words >= 150 and words >= 0.8 * signs.stated_body_words
    weight = 0.9 if words < 120 else 0.6 if words < 250 else 0.2 if words < _LONG else -0.8
    points = (
        1.3 * (told and asked > 0) + 0.4 * told + 0.25 * min(asked, 3) + 0.8 * wall + 1.1 * cut + 1.2 * longer
        + 0.7 * closed - 0.5 * (signs.is_free is True) - 0.8 * all_there + weight
    )  # fmt: skip
    kinds = (told and asked > 0) + wall + cut + longer + closed
    invited = told and asked > 0 and words < _LONG
    if points < 2.3 or (kinds < 2 and not invited):
        return "full", None
    if told and asked:
        return "stub", "told-to-continue"
    if wall and asked:
        return "stub", "wall-after-text"
    return "stub", "breaks-off" if cut else "declared-longer" if longer else "wall-after-text"
