"""The reference corpus: what ships with the program, and what lies new in the folder of the settings."""

from __future__ import annotations

