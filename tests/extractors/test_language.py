"""Languages: told by script and model, and not told where a headline could be several."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language import base_language, detect_language

TEXTS = {
    "en": "The committee said on Thursday that it would not decide before the summer, and that the law may change.",
    "de": "Der Ausschuss teilte am Donnerstag mit, dass er nicht vor dem Sommer entscheiden werde.",
    "fr": "La commission a déclaré jeudi qu'elle ne se prononcerait pas avant l'été, et que la loi pourrait changer.",
    "es": "La comisión dijo el jueves que no decidirá antes del verano y que la ley podría cambiar.",
    "it": "La commissione ha detto giovedì che non deciderà prima dell'estate e che la legge potrebbe cambiare.",
    "nl": "De commissie zei donderdag dat zij niet voor de zomer zal beslissen en dat de wet kan veranderen.",
    "pl": "Komisja poinformowała w czwartek, że nie podejmie decyzji przed latem, a ustawa może się zmienić.",
    "ru": "Комиссия сообщила в четверг, что не примет решения до лета и что закон может измениться.",
    "zh": "委员会周四表示，夏季之前不会作出决定，法律可能会修改。",
    "ja": "委員会は木曜日、夏までに決定しないと述べ、法律が変わる可能性があるとした。",
    "ko": "위원회는 목요일 여름 전에는 결정하지 않을 것이라고 밝혔다.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_sentences(language: str, text: str) -> None:
    assert detect_language(text) == language
    assert detect_language(text * 3, hint="xx" if language != "pl" else "de") == language


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("", None, None),
        ("", "fr-FR", "fr"),
        ("TikTok", None, None),
        ("TikTok", "de", "de"),
        ("ASML, TSMC", "es", "es"),
        ("12.5 % – 2026!", "it", "it"),
        ("Nvidia H20", "und", None),
        ("Bundesrat will die Chatkontrolle stoppen", "en", "de"),
        ("华为和TikTok", None, "zh"),
        ("东京電力", "ja", "ja"),
        ("半導体の輸出", "zh", "ja"),
        ("https://www.example.org/de/nachrichten/ausschuss-entscheidet-nicht", None, None),
    ],
)
def test_short_texts_and_claims(text: str, hint: str | None, language: str | None) -> None:
    assert detect_language(text, hint) == language


def test_a_long_text_is_believed_more_than_the_claim() -> None:
    assert detect_language(TEXTS["de"] * 4, "en") == "de"


def test_english_with_chinese_names_is_english() -> None:
    assert detect_language(TEXTS["en"] + " The firm (字节跳动) did not comment.") == "en"


@pytest.mark.parametrize(
    ("tag", "base"),
    [("en-GB", "en"), ("EN_us", "en"), ("zh-Hant-TW", "zh"), ("no", "nb"), ("iw", "he"), ("cmn", "zh"), ("und", None),
     ("", None), (None, None), ("english", None), ("x", None), ("de, en", "de")],
)  # fmt: skip
def test_tags(tag: str | None, base: str | None) -> None:
    assert base_language(tag) == base


@given(st.text(max_size=400), st.none() | st.text(max_size=8))
def test_any_text_gives_a_code_or_none(text: str, hint: str | None) -> None:
    found = detect_language(text, hint)
    assert found is None or (found.isascii() and found.islower() and 2 <= len(found) <= 3)


def test_importing_it_loads_no_model() -> None:
    code = "import sys; import extractors.language; sys.exit('py3langid' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
