"""Packs the words of a batch of articles into postings: which term stands in which article, how often and where."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

TEXT_STARTS = 64  # places below are the title's
LAST_PLACE = 2**16 - 1
MAX_DOCS = 2**16


def pack_postings(keys: np.ndarray, first_doc: int) -> pa.Table:
    """Rows of `search_postings`, sorted by term, article and place.

    `keys` holds one unsigned number of 64 bits for each word of each article: the term in the upper 32, the article's
    number less `first_doc` in the next 16, the word's place in the lowest 16.
    """
    keys = np.sort(keys)
    places = (keys & np.uint64(LAST_PLACE)).astype(np.uint16)
    pairs = keys >> np.uint64(16)
    starts = np.flatnonzero(np.r_[True, pairs[1:] != pairs[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
    ends = np.r_[starts[1:], len(keys)] if len(keys) else starts
    in_title = np.add.reduceat(places < TEXT_STARTS, starts, dtype=np.int64) if len(keys) else starts
    heads = pairs[starts]
    offsets = np.r_[starts, len(keys)].astype(np.int32)
    return pa.table(
        {
            "term": (heads >> np.uint64(16)).astype(np.uint32),
            "doc": ((heads & np.uint64(MAX_DOCS - 1)) + np.uint64(first_doc)).astype(np.uint32),
            "title_times": in_title.astype(np.uint8),
            "text_times": np.minimum(ends - starts - in_title, LAST_PLACE).astype(np.uint16),
            "positions": pa.ListArray.from_arrays(pa.array(offsets), pa.array(places)),
        }
    )
