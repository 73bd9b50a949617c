"""Importing this module loads every model that reading a page needs: for worker processes, before the first page."""

from __future__ import annotations

import extractors.pages.reading  # noqa: F401
from extractors.language import detect_language

detect_language("A sentence that is long enough for the language model to be asked what it is written in.")
