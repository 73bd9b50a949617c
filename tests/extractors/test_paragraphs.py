"""What is not the article goes, with its reason; what is the article stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.paragraphs import clean_paragraphs

TITLE = "Port authority drops scanner contract after security review"
LEAD = (
    "The port authority of Norhaven has ended its contract for cargo scanners with Hallert Systems, two people with "
    "knowledge of the decision said on Monday, after a review found that data left the country."
)
QUOTE = (
    "“We cannot have the manifest of every container stored where we are not able to audit it,” the harbour master, "
    "Ines Tolland, told the assembly on Tuesday."
)
MORE = (
    "Hallert Systems said that it would challenge the decision in court, and that its scanners had never sent cargo "
    "data abroad."
)
LAST = "The authority expects to run both systems side by side until the spring, at a cost of four million crowns."
BODY = [LEAD, QUOTE, MORE, LAST]


def dropped(*extra: str, at: int = 1, title: str = TITLE, standfirst: str | None = None) -> list[str]:
    """The reasons for which the extra paragraphs go, put into the body at a place; the body itself must stay."""
    found = clean_paragraphs([*BODY[:at], *extra, *BODY[at:]], title=title, standfirst=standfirst)
    assert [paragraph for paragraph in found.kept if paragraph in BODY] == BODY
    assert all(paragraph in extra for paragraph, _ in found.dropped)
    return [reason for _, reason in found.dropped]


def test_an_article_stays_as_it_is() -> None:
    assert clean_paragraphs(BODY, title=TITLE).kept == tuple(BODY)


@pytest.mark.parametrize(
    ("extra", "reason", "at"),
    [
        (TITLE, "repeated-headline", 0),
        (TITLE.upper(), "repeated-headline", 0),
        (f"Not loading? Readers can also open {TITLE} in the app", "repeated-headline", 4),
        (LEAD, "repeated", 2),
        ("We cannot have the manifest of every container stored where we are not able to audit it", "pull-quote", 1),
        ("We cannot have the manifest of every [single] container stored where we are not able to audit it",
         "pull-quote", 3),
        ("The scanners at Norhaven in March © Lena Brook/Agence Nord", "caption", 1),
        ("Scanner lanes at the port of Norhaven, which opened in 2019 (AFP)", "caption", 1),
        ("Ines Tolland, harbour master, at a hearing last year. (Mika Dahl/Reuters)", None, 1),
        ("Foto: Lena Brook", "caption", 1),
        ("图：诺港码头", "caption", 1),
        ("Subscribe to our newsletter", "appeal", 1),
        ("Sign up for the Harbour Brief, our weekly newsletter.", "appeal", 1),
        ("Please enable cookies or log in to continue reading.", "appeal", 4),
        ("Your support keeps us going. Donate today.", "appeal", 4),
        ("Abonnieren Sie unseren Newsletter und lesen Sie werbefrei.", "appeal", 1),
        ("Inscrivez-vous à notre lettre d’information", "appeal", 1),
        ("Suscríbete a nuestro boletín", "appeal", 1),
        ("扫码关注我们的公众号", "appeal", 4),
        ("This article was amended on 4 May to correct the cost of the scanners.", "editors-note", 4),
        ("Anmerkung der Redaktion: Dieser Text wurde aktualisiert.", "editors-note", 4),
        ("How we use anonymous sources: our editors must know who a source is, and journalists must corroborate what "
         "she tells us before we publish.", "editors-note", 2),
        ("Additional reporting by Mika Dahl", "contributors", 4),
        ("Mika Dahl contributed reporting from Brussels.", "contributors", 4),
        ("Mit Material von dpa", "contributors", 4),
        ("© 2026 Norhaven Courier. All rights reserved.", "copyright", 4),
        ("Copyright The Courier Company Limited", "copyright", 4),
        ("Alle Rechte vorbehalten.", "copyright", 4),
        ("Read more: Why ports buy foreign scanners", "read-also", 2),
        ("Lesen Sie auch: Häfen ohne Scanner", "read-also", 2),
        ("À lire aussi : Les ports et leurs scanners", "read-also", 2),
        ("By Mika Dahl", "byline", 0),
        ("Von Mika Dahl und Lena Brook", "byline", 0),
        ("Par Mika Dahl à Bruxelles", "byline", 0),
        ("Published: 4 May 2026, 10:15 GMT", "timestamp", 0),
        ("Montag, 4. Mai 2026", "timestamp", 0),
        ("4 min read", "label", 0),
        ("World news", "label", 0),
        ("Share", "label", 4),
    ],
)  # fmt: skip
def test_what_goes_and_why(extra: str, reason: str | None, at: int) -> None:
    assert dropped(extra, at=at) == ([reason] if reason else [])


def test_a_name_beside_the_date_is_a_byline_and_one_elsewhere_is_not() -> None:
    assert dropped("Mika Dahl", "Monday 04 May 2026 05:43 EST", at=0) == ["byline", "timestamp"]
    assert dropped("Mika Dahl", at=2) == []


def test_the_line_that_names_who_said_the_pull_quote_goes_with_it() -> None:
    quote = "We cannot have the manifest of every container stored where we are not able to audit it"
    assert dropped(quote, "Ines Tolland, harbour master", at=3) == ["pull-quote", "attribution"]


def test_of_two_equal_sentences_the_whole_one_stays() -> None:
    said = "We will buy scanners that we can open, repair and audit on our own, without asking anybody."
    lines = [LEAD, said.rstrip("."), "Ines Tolland, harbour master", MORE, f"“{said}”", LAST]
    found = clean_paragraphs(lines, title="")
    assert f"“{said}”" in found.kept
    assert [reason for _, reason in found.dropped] == ["pull-quote", "attribution"]


def test_what_the_house_says_of_itself_between_two_appeals_goes_too() -> None:
    box = [
        "Your support helps us to tell the story",
        "From the quays to the courts, the Courier is there when it happens, and we know how hard facts are to get.",
        "Your donation keeps our reporters on the ground.",
    ]
    assert dropped(*box, at=1) == ["appeal"] * 3


def test_standfirst_repeated_in_the_text_goes() -> None:
    standfirst = "Review found that data of every container left the country"
    assert dropped(standfirst, at=0, standfirst=standfirst) == ["repeated-standfirst"]
    assert dropped(standfirst, at=0) == []


@pytest.mark.parametrize(
    "paragraph",
    [
        "“You should subscribe to nothing that you cannot cancel,” she said of the newsletter.",
        "The company lost 40,000 subscribers after it raised the price of its newsletter, according to the filing.",
        "Users who log in from abroad must register again, the ministry said in a statement on Friday.",
        "“We asked our sources, the editors and the journalists, and nobody knew,” the minister told the inquiry.",
        "Reporters asked the chancellor twice; he did not answer, and left the room by the side door.",
        "Under the law, copyright in the images belongs to the agency that commissioned them.",
        "The next day",
        "4 May 2026",
        "- Scanners must be audited once a year",
        "The photo: a container, half open, with the seal still on it, which the court has now seen.",
        "Nobody came.",
    ],
)
def test_paragraphs_that_only_look_alike_stay(paragraph: str) -> None:
    assert dropped(paragraph, at=2) == []


def test_an_article_that_speaks_to_its_reader_keeps_its_advice() -> None:
    guide = [
        "If you travel through the port, you should know what the new scanners see, and how long your data are kept.",
        "You can ask for a copy of your record; you need your passport and the number of your ticket for that.",
        "Your account at the port authority shows every crossing, and you may have entries deleted after a year.",
        "When you sign up for the fast lane, you agree that your photo is taken and compared at each crossing.",
    ]
    assert clean_paragraphs(guide, title="What the port knows about you").kept == tuple(guide)


def test_a_chronicle_keeps_its_dates() -> None:
    days = [LEAD, "3 May 2026", MORE, "4 May 2026", LAST]
    assert clean_paragraphs(days, title=TITLE).kept == tuple(days)


def test_a_text_of_nothing_else_is_kept_for_others_to_judge() -> None:
    only = ["Subscribe to our newsletter", "Please log in to continue reading"]
    assert clean_paragraphs(only, title="").kept == tuple(only)
    assert clean_paragraphs([], title=TITLE).kept == ()


@given(st.lists(st.text(max_size=120), max_size=12), st.text(max_size=60), st.none() | st.text(max_size=60))
def test_every_paragraph_is_kept_or_dropped_in_order(paragraphs: list[str], title: str, standfirst: str | None) -> None:
    found = clean_paragraphs(paragraphs, title=title, standfirst=standfirst)
    given_ones = [" ".join(p.split()) for p in paragraphs if p.strip()]
    assert sorted([*found.kept, *(text for text, _ in found.dropped)]) == sorted(given_ones)
    rest = iter(given_ones)
    assert all(any(one == kept for one in rest) for kept in found.kept)
    assert bool(found.kept) == bool(given_ones)


@given(st.lists(st.sampled_from([*BODY, TITLE, "Share", "By Mika Dahl", "Subscribe to our newsletter"]), max_size=8))
def test_every_sentence_of_the_text_stays_once(paragraphs: list[str]) -> None:
    kept = clean_paragraphs(paragraphs, title=TITLE).kept
    assert sorted(text for text in kept if text in BODY) == sorted(set(BODY) & set(paragraphs))
