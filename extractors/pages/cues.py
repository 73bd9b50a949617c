"""Words that tell what a line does to its reader (asks her to subscribe, points elsewhere, credits a photographer).

One count a kind, in English, German, French, Spanish and Chinese: evidence for the classifier among much else, never
a rule of its own. A line that no list knows is told by its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_WORDS: Final[dict[str, str]] = {
    "asks": "subscribe subscriber subscribers subscription subscriptions signup register registered newsletter "
            "newsletters premium unlimited donate donation donations support login inbox unsubscribe trial offer join "
            "abo abos abonnieren abonnement abonnements abonnez abonné abonnés anmelden registrieren angebot spende "
            "spenden unterstützen testen monatlich inscrivez inscription essai soutenez don suscríbete suscríbase "
            "suscripción suscriptores regístrate inscríbete apoya hazte",
    "points": "read more also related click here recommended watch listen see next previous further mehr lesen auch "
              "hier klicken siehe weiterlesen thema empfohlen lire aussi ici voir plus suite leer más también lea aquí "
              "interesar relacionado leggi anche",
    "credits": "photo photograph photograph photographer image picture pictured foto fotos bild bilder imagen "
               "fotografía photographe fotograf crédit credit credits quelle source getty afp dpa reuters shutterstock "
               "istock imago alliance epa efe ap archiv archivfoto screenshot courtesy illustration",
    "claims": "rights reserved copyright trademark trademarks terms privacy policy alle rechte vorbehalten "
              "datenschutz impressum tous droits réservés todos derechos reservados conditions agb licensed",
    "follows": "follow folgen suivez sigue síguenos facebook twitter instagram whatsapp telegram linkedin youtube "
               "tiktok bluesky mastodon threads share teilen partager compartir comment comments kommentar kommentare "
               "commentaires comentarios reply podcast podcasts app channel kanal",
    "consents": "cookie cookies consent javascript browser enable einwilligung zustimmung zustimmen externe externen "
                "inhalt inhalte advertisement advertising advert anzeige werbung publicité publicidad sponsored "
                "affiliate commission provision settings einstellungen",
    "signs": "reporter editor editors correspondent writer journalist columnist author contributor contributed "
             "contributing redakteur redakteurin redaktion korrespondent korrespondentin autor autorin journaliste "
             "rédaction rédacteur auteur periodista redactor redacción corresponsal written edited reporting contact "
             "bureau newsroom",
    "notes": "correction corrected clarification updated update originally published version translated translation "
             "disclosure disclaimer editor's aktualisiert korrigiert hinweis anmerkung übersetzt veröffentlicht mis "
             "jour publié corrigé actualizado corrección publicado about über",
}  # fmt: skip
_CHINESE: Final[dict[str, tuple[str, ...]]] = {
    "asks": ("订阅", "注册", "登录", "会员"),
    "points": ("延伸阅读", "相关", "更多", "点击", "阅读全文"),
    "credits": ("图片", "摄", "供图", "来源"),
    "claims": ("版权", "转载"),
    "follows": ("分享", "评论", "关注", "微信"),
    "consents": ("广告",),
    "signs": ("编辑", "记者", "责任", "作者"),
    "notes": ("本文", "更新"),
}
CUE_NAMES: Final = tuple(_WORDS)
_KIND: Final = {word: index for index, words in enumerate(_WORDS.values()) for word in words.split()}
_KNOWN: Final = frozenset(_KIND)


def count_cues(tokens: Sequence[str], wide_text: str) -> list[int]:
    """How often each kind of `CUE_NAMES` occurs among the tokens (and, if given, in text written without spaces)."""
    counts = [0] * len(CUE_NAMES)
    lower = [token.lower() for token in tokens]
    if not _KNOWN.isdisjoint(lower):
        for token in lower:
            kind = _KIND.get(token)
            if kind is not None:
                counts[kind] += 1
    if wide_text:
        for index, name in enumerate(CUE_NAMES):
            counts[index] += sum(word in wide_text for word in _CHINESE[name])
    return counts
