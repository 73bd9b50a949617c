"""Logs for machines: one JSON object a line on standard error, where somebody asked for it."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any

VARIABLE = "SOVWATCH_LOG_FORMAT"
LOG = logging.getLogger("sovwatch")


class JsonLines(logging.Formatter):
    """time, level, logger, message, and what was given as `extra={"facts": {...}}`; a traceback under `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def wants_json() -> bool:
    """Whether logs for machines were asked for."""
    return os.environ.get(VARIABLE, "").lower() == "json"


def set_up_logs() -> None:
    """Sends every log line of this process to standard error as JSON, if that was asked for; else nothing changes."""
    if not wants_json():
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)


def log_event(message: str, **facts: object) -> None:
    """One event with its facts."""
    LOG.info(message, extra={"facts": facts})
