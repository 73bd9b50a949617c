"""Which language a text is written in."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The languages of the news in scope and their neighbours. The model knows 97; those that hardly any news is written
# in (Walloon, Extremaduran, Esperanto) win too often on headlines.
NEWS_LANGUAGES = (
    "ar", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "lv", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk",
    "vi", "zh",
)  # fmt: skip
SAME = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "sh": "sr", "cmn": "zh", "yue": "zh", "wuu": "zh"}

HAN, KANA, HANGUL = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff", "\u3040-\u30ff", "\uac00-\ud7af\u1100-\u11ff"
LETTER = re.compile(r"[^\W\d_]")
EAST_ASIAN = re.compile(f"[{HAN}{KANA}{HANGUL}]")
KANA_LETTER, HANGUL_LETTER = re.compile(f"[{KANA}]"), re.compile(f"[{HANGUL}]")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")

READ_CHARACTERS = 2_000
SHORT, LONG = 12, 120  # letters: below the first nothing can be told, from the second on the text needs no hint
SURE, POSSIBLE = 0.5, 0.1  # the model's probabilities: told without a hint, and possible with one
FAR_SURER = 3.0  # so many times as probable as the claimed language: the claim is wrong


def detect_language(text: str, hint: str | None = None) -> str | None:
    """The language's two-letter code (ISO 639-1; `nb` for both kinds of Norwegian), or None if it cannot be told.

    `hint` is what the page, the feed or the source claims ("en-GB"). It decides where the text is too short to tell
    (fewer than 12 letters), and between close candidates where it is short; on a long text it is not believed.
    Chinese, Japanese and Korean are told by their script alone.
    """
    claimed = base_language(hint)
    text = ADDRESS.sub(" ", text[:READ_CHARACTERS])
    letters = len(LETTER.findall(text))
    east_asian = len(EAST_ASIAN.findall(text))
    if east_asian >= 2 and east_asian * 4 >= letters:  # one such character says as much as a short word
        return _east_asian(text, east_asian, claimed)
    if letters < SHORT:
        return claimed
    scores = _model().rank(" ".join(text.split()))
    ranked: list[tuple[str, float]] = [(SAME.get(code, code), share) for code, share in scores]
    found, share = ranked[0]
    of_claimed = dict(ranked).get(claimed or "", 0.0)
    if letters >= LONG or (share >= SURE and share >= FAR_SURER * of_claimed):
        return found
    return claimed if of_claimed >= POSSIBLE else found if share >= SURE else None


def base_language(tag: str | None) -> str | None:
    """`en` of `en-GB` or `EN_us`; None where the tag is none, or says that it does not know."""
    if not tag:
        return None
    base = re.split(r"[-_,;\s]", tag.strip().lower(), maxsplit=1)[0]
    base = SAME.get(base, base)
    return base if re.fullmatch(r"[a-z]{2,3}", base) and base not in ("und", "mul", "zxx") else None


def _east_asian(text: str, count: int, claimed: str | None) -> str:
    if len(HANGUL_LETTER.findall(text)) * 2 > count:
        return "ko"
    kana = len(KANA_LETTER.findall(text))
    if kana * 8 >= count or (kana * 20 >= count and kana > 1):
        return "ja"
    return "ja" if claimed == "ja" and count < SHORT else "zh"


@cache
def _model() -> LanguageIdentifier:
    """Loaded at first use, which takes about two seconds."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(list(NEWS_LANGUAGES))
    return model
