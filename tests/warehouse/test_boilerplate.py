"""Over several nights a site's appeal disappears by itself, and a wire story stays whole wherever it runs."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from extractors.model import Article, FetchedPage
from extractors.pages.article import extract_article
from extractors.pages.boilerplate import paragraph_hash
from warehouse.boilerplate import BoilerplateRules, add_site_paragraphs, find_site_boilerplate
from warehouse.connection import open_memory

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
WORDS = ("ministry chips cloud contract port factory engineers agency budget court plan network satellite supplier "
         "regulator audit licence harbour cable standard coalition tender battery archive")  # fmt: skip
APPEAL = "The lighthouse club of our readers keeps 4,210 lamps burning; come aboard before the tide turns."


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return open_memory()


def sentence(source: random.Random) -> str:
    words = source.choices(WORDS.split(), k=18)
    return f"{words[0].capitalize()} {' '.join(words[1:])} {source.randrange(10**6)}."


def article(site: str, name: str, paragraphs: list[str], night: int) -> Article:
    return Article(
        article_id=f"{site}/{name}", url=f"https://{site}/{name}", site=site, title=name, paragraphs=tuple(paragraphs),
        fetched_at=START + timedelta(days=night), extractor="test",
    )  # fmt: skip


def own_text(site: str, name: str, count: int = 6) -> list[str]:
    source = random.Random(f"{site} {name}")
    return [sentence(source) for _ in range(count)]


def test_an_appeal_that_no_list_knows_is_learnt_within_three_nights(con: duckdb.DuckDBPyConnection) -> None:
    for night in range(3):
        assert find_site_boilerplate(con, ["bay.example"]) == {}
        names = [f"n{night}-{i}" for i in range(3)]
        add_site_paragraphs(con, [
            article("bay.example", n, [*own_text("bay.example", n), APPEAL.replace("4,210", str(4000 + night))], night)
            for n in names
        ])  # fmt: skip
        if night == 1:
            break  # six pages of two nights are enough
    assert find_site_boilerplate(con, ["bay.example", "other.example"]) == {
        "bay.example": frozenset({paragraph_hash(APPEAL)})
    }


def test_the_next_page_of_the_site_is_read_without_it(con: duckdb.DuckDBPyConnection) -> None:
    for night in range(2):
        add_site_paragraphs(con, [
            article("bay.example", f"n{night}-{i}", [*own_text("bay.example", f"{night}{i}"), APPEAL], night)
            for i in range(4)
        ])  # fmt: skip
    body = "".join(f"<p>{p}</p>" for p in [*own_text("bay.example", "next"), APPEAL])
    page = FetchedPage(
        url="https://bay.example/next", final_url="https://bay.example/next", status=200, headers=(),
        body=f"<html><body><article><h1>A new tender</h1>{body}</article></body></html>".encode(), fetched_at=START,
    )  # fmt: skip
    before = extract_article(page, None, now=START)
    known = find_site_boilerplate(con, ["bay.example"])["bay.example"]
    after = extract_article(page, None, now=START, site_boilerplate=known)
    assert isinstance(before, Article) and isinstance(after, Article)
    assert "lighthouse" in before.text and "lighthouse" not in after.text
    assert set(after.paragraphs) == set(before.paragraphs) - {APPEAL}


def test_what_is_learnt_stays_after_it_no_longer_arrives(con: duckdb.DuckDBPyConnection) -> None:
    for night in range(30):
        known = find_site_boilerplate(con, ["bay.example"]).get("bay.example", frozenset())
        texts = {f"{night}-{i}": [*own_text("b", f"{night}{i}"), APPEAL] for i in range(3)}
        add_site_paragraphs(con, [
            article("bay.example", n, [p for p in ps if paragraph_hash(p) not in known], night)
            for n, ps in texts.items()
        ])  # fmt: skip
    assert find_site_boilerplate(con, ["bay.example"]) == {"bay.example": frozenset({paragraph_hash(APPEAL)})}


def test_a_wire_story_on_sixty_sites_is_not_boilerplate(con: duckdb.DuckDBPyConnection) -> None:
    wire = own_text("wire", "story", 8)
    sites = [f"site{i}.example" for i in range(60)]
    for night in range(3):
        night_pages: list[Article] = []
        for site in sites:
            pages = [article(site, f"own-{night}-{i}", own_text(site, f"{night}{i}"), night) for i in range(2)]
            story = wire if night == 1 else own_text(site, f"w{night}")
            night_pages.extend([*pages, article(site, f"story-{night}", story, night)])
        add_site_paragraphs(con, night_pages)
    assert find_site_boilerplate(con, sites) == {}


def test_one_story_under_many_addresses_of_one_site_is_not_boilerplate(con: duckdb.DuckDBPyConnection) -> None:
    wire = own_text("wire", "story", 8)
    for night in range(4):
        editions = {f"edition-{night}-{i}": [*wire, f"Local note {i}."] for i in range(5)}
        others = {f"own-{night}-{i}": own_text("n", f"{night}{i}") for i in range(3)}
        pages = {**editions, **others}
        add_site_paragraphs(con, [article("network.example", name, text, night) for name, text in pages.items()])
    assert find_site_boilerplate(con, ["network.example"]) == {}


def test_background_that_a_saga_repeats_is_not_boilerplate(con: duckdb.DuckDBPyConnection) -> None:
    background = "The court had stopped the sale in May, after both governments objected to its terms."
    for night in range(10):
        saga = [article("daily.example", f"saga-{night}", [*own_text("d", f"s{night}"), background], night)]
        other = [article("daily.example", f"own-{night}-{i}", own_text("d", f"{night}{i}"), night) for i in range(7)]
        add_site_paragraphs(con, [*saga, *other])
    assert find_site_boilerplate(con, ["daily.example"]) == {}


def test_one_busy_night_is_not_enough_and_a_replay_adds_nothing(con: duckdb.DuckDBPyConnection) -> None:
    pages = [article("bay.example", f"p{i}", [*own_text("b", str(i)), APPEAL], 0) for i in range(9)]
    assert add_site_paragraphs(con, pages) == 0
    assert add_site_paragraphs(con, pages) == 0
    rows = con.execute("SELECT count(*), count(DISTINCT (article_id, paragraph)) FROM site_paragraphs").fetchone()
    assert rows is not None and rows[0] == rows[1] == 9 * 7
    assert find_site_boilerplate(con, ["bay.example"]) == {}


def test_what_is_learnt_is_the_same_however_often_the_years_are_looked_at() -> None:
    """One connection that remembers the latest pages, and one that looks at all of them before each batch."""
    source = random.Random(5)
    rules = BoilerplateRules(most_pages=12)
    remembering, forgetting = open_memory(), open_memory()
    for number in range(60):
        pages = []
        for i in range(source.randrange(1, 6)):
            site = source.choice(["bay.example", "cape.example", "rare.example"] if number % 9 else ["rare.example"])
            name = f"{number}-{i}" if source.random() < 0.9 else f"{source.randrange(max(1, number))}-0"  # seen before
            appeal = [APPEAL] if source.random() < 0.5 else [f"Follow {site} in our letter."]
            pages.append(article(site, name, [*own_text(site, name, 4), *appeal], number // 3))
        if number % 7 == 0:  # what is rolled back was never seen
            remembering.execute("BEGIN")
            add_site_paragraphs(remembering, pages, rules=rules)
            remembering.execute("ROLLBACK")
        forgetting.execute("DROP TABLE IF EXISTS recent_state")
        learnt = [add_site_paragraphs(con, pages, rules=rules) for con in (remembering, forgetting)]
        assert learnt[0] == learnt[1]
    tables = [[con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for con in (remembering, forgetting)]
              for table in ("site_paragraphs", "site_boilerplate")]  # fmt: skip
    assert all(here == there for here, there in tables)
    assert len(tables[1][0]) >= 3


def test_pages_that_another_connection_added_are_taken_up() -> None:
    con = open_memory()
    add_site_paragraphs(con, [article("bay.example", "a", [*own_text("b", "a"), APPEAL], 0)])
    other = con.cursor()
    texts = [article("bay.example", f"n{i}", [*own_text("b", str(i)), APPEAL], i % 2) for i in range(3)]
    assert add_site_paragraphs(other, texts) == 0
    assert add_site_paragraphs(con, [article("bay.example", "z", [*own_text("b", "z"), APPEAL], 1)]) == 1
