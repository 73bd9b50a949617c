"""tantivy over the same words: what the ranking of search is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tantivy

from warehouse.connection import Connection

TITLE_WEIGHT = 2.0
# The index, read back: each article's title and text as stems in their order.
STEMS = """
SELECT d.article_id, o.words
FROM search_docs AS d
JOIN (
    SELECT doc, [
        string_agg(word, ' ' ORDER BY place) FILTER (WHERE place < 64),
        string_agg(word, ' ' ORDER BY place) FILTER (WHERE place >= 64)
    ] AS words
    FROM (
        SELECT p.doc, w.word, unnest(p.positions) AS place
        FROM search_postings AS p
        JOIN search_words AS w ON w.term = p.term AND w.is_stem
        WHERE p.doc BETWEEN $first AND $last
    )
    GROUP BY doc
) AS o ON o.doc = d.doc
ORDER BY d.doc
"""
BATCH = 2_000


class Tantivy:
    """A tantivy index of everything that the search index holds."""

    def __init__(self, con: Connection, folder: Path) -> None:
        folder.mkdir()
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw")
        for field in ("title", "body"):
            schema.add_text_field(field, stored=False, tokenizer_name="whitespace")
        self.schema = schema.build()
        self.index = tantivy.Index(self.schema, path=str(folder))
        writer = self.index.writer(heap_size=200_000_000, num_threads=1)
        row = con.execute("SELECT max(doc) FROM search_docs").fetchone()
        last = int(row[0]) if row and row[0] is not None else -1
        for first in range(0, last + 1, BATCH):
            bounds = {"first": first, "last": first + BATCH - 1}
            for article_id, (title, body) in con.execute(STEMS, bounds).fetchall():
                writer.add_document(tantivy.Document(id=article_id, title=title or "", body=body or ""))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()

    def search(self, stems: Sequence[str], *, top: int = 10) -> list[str]:
        """The ids of the best articles with all of these stems."""
        must = [(tantivy.Occur.Must, self._either(stem)) for stem in stems]
        hits = self.searcher.search(tantivy.Query.boolean_query(must), top).hits
        return [str(self.searcher.doc(address)["id"][0]) for _, address in hits]

    def _either(self, stem: str) -> tantivy.Query:
        title = tantivy.Query.boost_query(tantivy.Query.term_query(self.schema, "title", stem), TITLE_WEIGHT)
        body = tantivy.Query.term_query(self.schema, "body", stem)
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, title), (tantivy.Occur.Should, body)])
