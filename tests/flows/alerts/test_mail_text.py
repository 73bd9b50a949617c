"""What a mail says and how: both bodies, headers, threads, and texts that mean harm."""

from __future__ import annotations

import email
import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st
from lxml import html as lxml_html

from config.recipients import StorylinePreferences
from flows.alerts import Told, prepare_mails
from flows.alerts.message import Envelope, build_message, header_text
from flows.alerts.present import show_reasons
from flows.alerts.safe_text import clean_line, safe_link
from flows.alerts.sentences import show_parts, show_sentences
from tests.flows.alerts.newsroom import NIGHT, TITLES, development, marked, outlet, recipient, settings
from warehouse.outbox import EarlierTurn, OutgoingMail
from warehouse.stories.model import Development

HOSTILE = {
    "line breaks": "Minister resigns\r\nBcc: victim@example.org\r\n\r\n<b>body</b>",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><a href='javascript:alert(1)'>x</a>",
    "long": "word " * 2_000,
    "longer without spaces": "x" * 10_000,
    "right to left": "invoice \u202egpj.exe\u2066 \u200f\u061c",
    "control characters": "a\x00b\x07c\x1b[31md\x7fe\x85f",
    "lone surrogates": "broken \ud83d and \udc00 halves",
    "line separators": "one\u2028two\u2029three\x0bfour\x0cfive",
    "template": "{{ 7*7 }} {% for x in y %} {{ settings.__class__ }}",
    "encoded word": "=?utf-8?q?=0ABcc=3A_victim=40example=2Eorg?=",
    "pile of marks": "Z" + "\u0301" * 500,
    "nothing": " \u200b\u202e ",
    "Arabic": "\u0627\u0644\u0648\u0632\u0627\u0631\u0629 \u062a\u0639\u0644\u0646",
    "private use": "\ue000mark\ue001",
    "html comment": "--><!-- x --!> ]]> <![endif]-->",
}


def prepare(
    *developments: Development, reader: dict[str, Any] | None = None, told: Told | None = None
) -> list[OutgoingMail]:
    return prepare_mails(
        developments,
        recipients=[recipient(**(reader or {}))],
        preferences=StorylinePreferences(),
        mail_settings=settings(),
        topics_titles=TITLES,
        as_of=NIGHT,
        run_id="run1",
        already_told=told or Told(),
    )


def parse(mail: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(mail.message, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def bodies(mail: OutgoingMail) -> tuple[str, str]:
    message = parse(mail)
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and rich is not None
    return plain.get_content(), rich.get_content()


def test_both_bodies_say_the_same_things() -> None:
    story = development(
        headline="Court halts the transfer",
        sentences=(marked("The court [[halted the transfer]] on Monday."),),
        previous_id="p",
        previous_headline="Ministry signs",
        previous_at=NIGHT - timedelta(days=30),
        reasons=("turn", "act:ruled", "outlets:2"),
        outlets=(outlet(1), outlet(2, name="The Copier", relation="near")),
    )
    turns = {"line1": (EarlierTurn(development_id="q", headline="A tender", happened_at=NIGHT - timedelta(days=60)),)}
    (mail,) = prepare(story, told=Told(turns=turns))
    plain, rich = bodies(mail)
    seen = " ".join(lxml_html.fromstring(rich).text_content().split())
    for said in (
        "Court halts the transfer", "Saga 1", "New turn", "Mon 11 May, 15:00", "12 Apr 2026", "Ministry signs",
        "13 Mar 2026", "A tender", "The Outlet 1", "The Copier", "topic Cloud sovereignty", "New: actions.",
        "2 independent outlets.", "Weight 50 of 100", "Storyline line1", "For Ana Reader",
    ):  # fmt: skip
        assert said in " ".join(plain.split()), said
        assert said in seen, said
    assert "The court *halted the transfer* on Monday." in plain
    assert re.search(r"<b class=\"mark\"[^>]*>halted the transfer</b>", rich)
    assert "https://outlet1.example/news/story-1" in plain and "https://outlet1.example/news/story-1" in rich


def test_headers_are_complete_and_the_bytes_are_the_same_every_time() -> None:
    (mail,) = prepare(development(1), development(2, weight=0.7))
    (again,) = prepare(development(2, weight=0.7), development(1))
    assert mail == again
    message = parse(mail)
    assert message["From"] == "sovwatch <watch@example.org>"
    assert message["To"] == "Ana Reader <ana@example.org>"
    assert message["Reply-To"] == "desk@example.org"
    assert message["Date"].datetime == NIGHT
    assert message["Message-ID"] == mail.message_id == f"<{mail.mail_id}@example.org>"
    assert message["List-Id"] == "<sovwatch.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Ministry moves step 2 of its registers (+1 more)"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_a_storyline_is_one_thread() -> None:
    (first,) = prepare(development(1, storyline_id="saga"))
    root = str(parse(first)["References"])
    assert parse(first)["In-Reply-To"] is None
    earlier = Told(threads={("ana", "saga"): (first.message_id,), ("ben", "saga"): ("<other@example.org>",)})
    (second,) = prepare(development(2, storyline_id="saga"), told=earlier)
    assert str(parse(second)["References"]).split() == [root, first.message_id]
    assert parse(second)["In-Reply-To"] == first.message_id
    (other,) = prepare(development(3, storyline_id="another"), told=earlier)
    assert str(parse(other)["References"]) != root


def test_long_domains_and_threads_keep_headers_well_formed() -> None:
    domain = "mail." + "very-long-label-of-a-domain." * 4 + "example.org"
    ids = tuple(f"<{number:016x}@{domain}>" for number in range(10))
    message = build_message(
        Envelope(
            mail_id="0" * 16, to_name="Zoë 李", to_address="z@example.org", subject="S", dated_at=NIGHT, references=ids
        ),
        text="x",
        html="<p>x</p>",
        settings=settings(message_id_domain=domain, list_id=f"sovwatch.{domain}"),
    )
    parsed = email.message_from_bytes(message, policy=default)
    assert str(parsed["References"]).split() == list(ids)
    assert parsed["Message-ID"] == f"<{'0' * 16}@{domain}>"
    assert str(parsed["List-Id"]).endswith(f"<sovwatch.{domain}>")
    assert parsed["To"].addresses[0].display_name == "Zoë 李"
    assert b"=?" not in message.split(b"References:")[1].split(b"List-Id:")[0]


@rules(max_examples=60)
@given(st.text(max_size=300))
def test_a_subject_arrives_as_it_was_and_in_short_lines(text: str) -> None:
    envelope = Envelope(mail_id="0" * 16, to_name=text, to_address="z@example.org", subject=text, dated_at=NIGHT)
    raw = build_message(envelope, text="x", html="<p>x</p>", settings=settings())
    message = email.message_from_bytes(raw, policy=default)
    assert message["Subject"] == header_text(text, 120)
    head = raw.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(len(line) <= 140 and line.isascii() and line.strip() for line in head)
    assert not any(line.startswith(b"Subject:") and len(line) < 10 for line in head if header_text(text, 120))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_do_no_harm(text: str) -> None:
    story = development(
        headline=text,
        storyline_title=text,
        storyline_id=text,
        previous_headline=text,
        previous_at=NIGHT,
        reasons=(text, f"act:{text}"),
        topics=("cloud", text),
        entities=(text,),
        sentences=(marked(text), marked(f"[[{text}]] and more")),
        outlets=(
            outlet(1, name=text, site=text, language=text, url="javascript:alert(1)"),
            outlet(2, url=f"https://x/{text}"),
        ),
    )
    (mail,) = prepare(story)
    message = parse(mail)
    assert sorted({name.lower() for name in message.keys()}) == [  # noqa: SIM118
        "auto-submitted", "content-type", "date", "from", "list-id", "list-unsubscribe", "message-id", "mime-version",
        "references", "reply-to", "subject", "to", "x-auto-response-suppress",
    ]  # fmt: skip
    assert message.defects == [] and len(message["Subject"]) <= 120
    assert "\n" not in str(message["Subject"])
    assert all(len(line) <= 998 for line in mail.message.split(b"\r\n"))
    assert b"\n" not in mail.message.replace(b"\r\n", b"") and b"\r" not in mail.message.replace(b"\r\n", b"")
    plain, rich = bodies(mail)
    page = lxml_html.fromstring(rich)
    names = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "img", "iframe", "form", "svg", "object"}
    assert all(link.get("href", "").startswith(("https://", "http://")) for link in page.iter("a"))
    assert not any(name.startswith("on") for element in page.iter() for name in element.attrib)
    for body in (plain, page.text_content()):
        assert not set(body) & set(
            "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f\u061c\x00\x07\x1b\x7f\x85\u2028"
        )
        assert len(body) < 12_000
    assert "49" not in plain


def test_a_hostile_recipient_cannot_add_a_header() -> None:
    reader = recipient().model_copy(
        update={"name": "Eve\r\nBcc: victim@example.org", "email": "eve@example.org\r\nX: y"}
    )
    (mail,) = prepare_mails(
        [development()],
        recipients=[reader],
        preferences=StorylinePreferences(),
        mail_settings=settings(),
        topics_titles={},
        as_of=NIGHT,
        run_id="run1",
        already_told=Told(),
    )
    message = parse(mail)
    assert message["Bcc"] is None and message["X"] is None
    assert "victim" not in str(message["To"])


@rules(max_examples=60)
@given(st.text(), st.integers(1, 400))
def test_a_clean_line_is_one_line_that_stays_clean(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert line == line.strip() and len(line.splitlines()) <= 1
    line.encode("utf-8")
    assert clean_line(line, limit) == line


@rules(max_examples=60)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=900), st.data())
def test_parts_of_a_sentence_are_the_sentence(text: str, data: st.DataObject) -> None:
    bound = st.integers(-5, len(text) + 5)
    ranges = data.draw(st.lists(st.tuples(bound, bound), max_size=5))
    parts = show_parts(text, ranges, limit=10_000)
    assert "".join(part.text for part in parts) == clean_line(text, 10_000)
    assert all(one.new != other.new for one, other in pairwise(parts))


def test_a_long_sentence_is_cut_so_that_the_new_part_stays() -> None:
    sentence = marked(
        "Background that everybody knows. " * 20 + "But [[the court ruled]] on Monday " + "and more " * 50
    )
    parts = show_parts(sentence.text, sentence.new_parts)
    assert [part.text for part in parts if part.new] == ["the court ruled"]
    shown = "".join(part.text for part in parts)
    assert shown.startswith("… ") and shown.endswith("…") and len(shown) <= 320


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("https://example.org/ä/漢", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://example.org/a", False),
        ("//example.org/a", False),
        ("https://", False),
        ("https://user:pw@example.org/", False),
        ("https://good.example\\@evil.example/", False),
        ("https://example.org/a b", False),
        ("https://example.org/\r\nX: y", False),
        ("https://example.org/\u202egpj", False),
        ("https://[::1", False),
        ("https://example.org/" + "a" * 3000, False),
        ("", False),
        (None, False),
    ],
)
def test_only_plain_web_links_are_links(url: str | None, safe: bool) -> None:
    assert (safe_link(url) == url and url is not None) is safe


def test_reasons_are_words() -> None:
    codes = ("turn", "new-participants", "act:not-to-ban", "outlets:3", "revision", "some-new-code")
    said = ["New: names, actions.", "3 independent outlets, revision, some new code."]
    assert show_reasons(development(reasons=codes)) == said
    assert show_reasons(development(reasons=codes, kind="first")) == said[1:]


def test_new_words_close_together_are_one_phrase() -> None:
    sentence = marked(
        "The [[court]] on [[Monday]] [[ordered]] Halden to [[sell]]. It had said in May that it [[would not]]."
    )
    parts = show_parts(sentence.text, sentence.new_parts)
    assert [part.text for part in parts if part.new] == ["court on Monday ordered Halden to sell", "would not"]
    chinese = marked("法院[[周一]]下令[[出售]]公司在当地所有的全部业务和[[股份]]")
    assert [p.text for p in show_parts(chinese.text, chinese.new_parts) if p.new] == ["周一下令出售", "股份"]


def test_nothing_is_marked_in_a_story_that_begins_and_an_agencys_dateline_goes() -> None:
    sentence = marked("SUNDHAVEN, March 2 (Northern Wire) - The court [[ruled on]] it.")
    for kind, expected in (("first", []), ("turn", ["ruled on"])):
        ((*parts,),) = show_sentences([sentence], "Headline", mark=kind != "first")
        assert "".join(part.text for part in parts) == "The court ruled on it."
        assert [part.text for part in parts if part.new] == expected


def test_a_reader_of_one_language_gets_headline_and_sentences_in_it() -> None:
    outlets = (outlet(1, title="Court rules"), outlet(2, title="Gericht urteilt", language="de"))
    story = development(
        headline="Court rules",
        outlets=outlets,
        languages=("de", "en"),
        sentences=(marked("The court [[ruled]].", "a1"), marked("Das Gericht hat [[geurteilt]].", "a2")),
    )
    (german,) = prepare(story, reader={"languages": ("de",)})
    (both,) = prepare(story, reader={"languages": ("de", "en")})
    assert (german.subject, both.subject) == ("Gericht urteilt", "Court rules")
    plain = bodies(german)[0]
    assert plain.index("Das Gericht hat *geurteilt*.") < plain.index("The court *ruled*.")


def test_what_is_beyond_the_limit_is_summarised() -> None:
    several = [development(number, weight=1 - number / 100) for number in range(40)]
    (mail,) = prepare(*several, reader={"max_developments": 5})
    plain, rich = bodies(mail)
    assert "Also tonight, beyond your limit of 5: 35 (Cloud sovereignty 35)" in plain
    assert "and 23 more" in plain and "and 23 more" in rich
    assert [item.role for item in mail.items].count("summarised") == 35
    assert [item.rank for item in mail.items] == list(range(1, 41))


def test_a_full_digest_stays_below_what_web_mail_clips() -> None:
    long = "The administrative court ruled on Monday that the transfer of the registers must stop by the end of June "
    several = [
        development(
            number,
            headline=long[:90],
            sentences=(marked(f"{long}[[{long}]]"), marked(f"{long}[[{long}]]")),
            outlets=tuple(outlet(n, relation="new" if n < 6 else "near") for n in range(15)),
            previous_headline=long,
            previous_at=NIGHT,
        )
        for number in range(25)
    ]
    (mail,) = prepare(*several)
    assert len(bodies(mail)[1].encode()) < 102_000


def test_a_quiet_night_is_one_line() -> None:
    (mail,) = prepare(reader={"quiet_night": "say-so"})
    assert (mail.kind, mail.items, mail.thread_id) == ("quiet", (), None)
    plain, rich = bodies(mail)
    assert plain.startswith("A quiet night: no new development for you on Tue 12 May 2026.")
    assert "A quiet night" in rich


def test_times_are_the_readers() -> None:
    (mail,) = prepare(development(), reader={"timezone": "Asia/Kathmandu"})
    assert "Mon 11 May, 20:45" in bodies(mail)[0].replace("\u00a0", " ")


def test_outlets_in_the_readers_language_come_first() -> None:
    story = development(
        outlets=(outlet(1, name="Early"), outlet(2, name="Spät", language="de")), languages=("de", "en")
    )
    (mail,) = prepare(story, reader={"languages": ("de",)})
    plain = bodies(mail)[0]
    assert plain.index("Spät") < plain.index("Early")


def test_days_and_names_known_before_are_not_marked() -> None:
    sentence = marked(
        "[[Halden's]] lawyer [[Jane Roe]] sued [[on]] the Tuesday, and in [[February]] [[Panel and Halden]] [[paid]]."
    )
    (parts,) = show_sentences([sentence], "Headline", known="Panel orders Halden Interactive to sell")
    assert [part.text for part in parts if part.new] == ["Jane Roe sued on", "paid"]


def test_a_sentence_that_repeats_the_headline_is_not_shown_again() -> None:
    again = marked("“Court halts the transfer, until May”.")
    assert show_sentences([again], "Court halts the transfer until May") == ()
    shown = show_sentences([again, marked("It sits in Dover.")], "Court halts the transfer until May")
    assert ["".join(part.text for part in parts) for parts in shown] == ["It sits in Dover."]
