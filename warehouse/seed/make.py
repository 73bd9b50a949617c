"""Writes `warehouse/seed/fingerprints.json` from the reference texts: `python -m warehouse.seed.make FOLDER`.

Only metadata and one-way hashes are written: no word of a text, and no title, since texts repeat theirs. To be run
again when the sketch or the fingerprint changes.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from extractors.documents import SUFFIXES, read_documents
from warehouse.dedupe import fingerprint
from warehouse.reference import SEED_FILE

NOT_DOCUMENTS = frozenset({"gold.json"})


def make_seed(folder: Path) -> str:
    """The file's content: one reference article a line, in the order of the file names."""
    now = datetime(2026, 1, 1, tzinfo=UTC)  # any fixed time: it is not stored, so that the file comes out the same
    lines = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name in NOT_DOCUMENTS:
            continue
        for article in read_documents(path.name, path.read_bytes(), now=now).articles:
            record = {
                "article_id": article.article_id,
                "url": article.url,
                "site": article.site,
                "publisher": article.publisher,
                "published_at": article.published_at.isoformat() if article.published_at else None,
                "published_certainty": article.published_certainty,
                "language": article.language,
                "access": article.access,
                "content_hash": article.content_hash,
                "extractor": article.extractor,
                "fingerprint": json.loads(fingerprint(article).to_json()),
            }
            lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    target = Path(__file__).parent / SEED_FILE
    target.write_text(make_seed(Path(sys.argv[1])), encoding="utf-8")
    sys.stdout.write(f"{target.name}: {target.stat().st_size:,} bytes\n")
