"""Exit codes of the command line; documented in docs/operating.md."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a script may rely on."""

    OK = 0
    FAILED = 1  # a bug, or a machine that gave out (disk full): the message says which
    CONFIG = 2  # the configuration or the command's words are wrong; nothing ran
    NO_NETWORK = 3  # not one source could be reached; nothing was marked as read
    LOCKED = 4  # another run holds the warehouse
    UNDELIVERED = 5  # the night is done and published, but mail is still waiting in the outbox
