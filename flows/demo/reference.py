"""The newsroom's own reference document, put into the warehouse as its fingerprint only, like the shipped ones."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime

from config.house import House
from extractors.model import Article, digest64
from extractors.web.archive import Archive
from flows.demo.outlets import NIGHTS, Reference, load_newsroom
from flows.journal import note_corpus
from flows.night import warehouse_file
from warehouse.connection import open_file
from warehouse.dedupe import fingerprint
from warehouse.readings import count_words
from warehouse.reference import ShippedReference, add_shipped
from warehouse.store import transaction


def add_newsroom_reference(house: House) -> str:
    """Makes the reference document known before the first night, without its text; its title."""
    reference = load_newsroom().reference
    state = house.settings.state_dir
    state.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(open_file(warehouse_file(state))) as con, transaction(con):
        known = without_text(reference, at=NIGHTS[0])
        add_shipped(con, run_id="demo-reference", as_of=NIGHTS[0], references=(known,))
    with Archive(house.settings.archive_folder) as archive:
        note_corpus(archive, house, run_id="demo-reference", as_of=NIGHTS[0], fingerprints=(known,))
    return reference.title


def without_text(reference: Reference, *, at: datetime) -> ShippedReference:
    """The document's facts and fingerprint."""
    text = "\n\n".join(reference.paragraphs)
    article = Article(
        article_id=digest64(text), url=f"urn:sovwatch:demo:{reference.id}", site="meridian-ledger.example",
        title=reference.title, paragraphs=reference.paragraphs, fetched_at=at, extractor="demo",
        authors=reference.authors, published_at=reference.published, published_certainty="exact",
        language=reference.language, publisher=reference.publisher,
    )  # fmt: skip
    return ShippedReference(
        article=replace(article, paragraphs=()), words=count_words(text), content_hash=article.content_hash,
        fingerprint=fingerprint(article),
    )  # fmt: skip
