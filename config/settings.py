"""How a night runs on this machine: where things lie, when it starts, how hard it fetches, what it keeps."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from config.kinds import Address, Cron, EnvName, Line, Strict, Zone


def check_network(text: str) -> str:
    """An address range in CIDR form."""
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no address range ({error}); write it like 127.0.0.0/8") from None


Network = Annotated[str, AfterValidator(check_network)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]
Memory = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(\.[0-9]+)? ?(MB|GB|MiB|GiB)$")]


class Schedule(Strict):
    """When `sovwatch serve` starts a night: a cron line, read in the time zone."""

    cron: Cron = "30 2 * * *"
    timezone: Zone = "Europe/Brussels"


class FetchLimits(Strict):
    """How feeds and pages are asked for. Times are in seconds; `max_bytes` counts after decompression.

    `per_host_gap_s` is the least time between two starts on one host, of which at most `per_host_connections` run at
    once. `allow_private_networks` lists address ranges that may be fetched from although they are private; only demos
    and tests need any.
    """

    user_agent: Line = "sovwatch/0.1 (+https://example.org/sovwatch)"
    concurrency: int = Field(default=32, ge=1, le=500)
    per_host_connections: int = Field(default=2, ge=1, le=8)
    per_host_gap_s: float = Field(default=2.0, ge=0, le=300)
    connect_timeout_s: float = Field(default=10.0, gt=0, le=120)
    total_timeout_s: float = Field(default=20.0, gt=0, le=600)
    max_bytes: int = Field(default=15_000_000, ge=10_000, le=500_000_000)
    max_redirects: int = Field(default=5, ge=0, le=20)
    max_entries_per_feed: int = Field(default=2_000, ge=1, le=50_000)
    allow_private_networks: tuple[Network, ...] = ()

    @model_validator(mode="after")
    def _timeouts_in_order(self) -> FetchLimits:
        if self.connect_timeout_s > self.total_timeout_s:
            raise ValueError("connect_timeout_s is longer than total_timeout_s; the whole takes longer than its part")
        return self


class CopyThresholds(Strict):
    """Overrides for telling copies (probabilities, 0 to 1); None keeps the value that was measured best."""

    threshold: float | None = Field(default=None, ge=0, le=1)
    cross_language_threshold: float | None = Field(default=None, ge=0, le=1)

    def changed(self) -> dict[str, float]:
        """What is set, by the names of `warehouse.dedupe.CopyRules`."""
        return self.model_dump(exclude_none=True)


class StoryThresholds(Strict):
    """Overrides for telling stories; None keeps the value that was measured best."""

    window_days: float | None = Field(default=None, ge=1, le=60)
    link: float | None = Field(default=None, ge=0, le=1)
    storyline_days: float | None = Field(default=None, ge=1, le=10_000)
    storyline_link: float | None = Field(default=None, ge=0, le=1)
    turn: float | None = Field(default=None, ge=0, le=1)
    new_matters: bool | None = None

    def changed(self) -> dict[str, float]:
        """What is set, by the names of `warehouse.stories.rules.StoryRules`."""
        return self.model_dump(exclude_none=True)


class Retention(Strict):
    """For how many days things are kept; None: for ever. Articles, verdicts, stories and what was told always are.

    `archive_days`: raw responses. `off_topic_days`: entries that came to nothing (at least `max_age_days`).
    `story_terms_days`: the words by which reports are compared with later ones. Both go by `sovwatch compact`.
    """

    archive_days: int | None = Field(default=None, ge=1)
    off_topic_days: int | None = Field(default=None, ge=30)
    story_terms_days: int | None = Field(default=None, ge=90)


def check_catalog(text: str) -> str:
    """A libpq address of host, port, database and user; never a password."""
    words = [word.partition("=") for word in text.split()]
    wrong = [key for key, equals, value in words if key not in CATALOG_WORDS or not equals or not value]
    if wrong and "password" in wrong[0]:
        raise ValueError("a password must not stand in a file; put it where catalog_password_env points")
    if wrong:
        raise ValueError(f"{wrong[0]!r} has no place in a catalog's address; write it like "
                         "host=db.example.org dbname=sovwatch user=sovwatch")  # fmt: skip
    return text


CATALOG_WORDS = ("host", "port", "dbname", "user")
Catalog = Annotated[Line, AfterValidator(check_catalog)]


class Warehouse(Strict):
    """Where the warehouse lies: a file in the state folder, or a lake that many machines share (docs/lake.md).

    Of a lake: `catalog` is the address of a PostgreSQL database, `catalog_schema` the schema in it; `data` is
    `s3://bucket/folder/` or a folder that all machines see; `endpoint`, `region`, `path_style` and `tls` describe an
    S3-compatible store. Password and keys come from a Prefect block with keys `catalog_password`, `key_id` and
    `secret_key`, where one is named, else from the environment variables that are named here.
    """

    kind: Literal["file", "lake"] = "file"
    catalog: Catalog | None = None
    catalog_schema: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,62}$")] = "sovwatch"
    data: Line | None = None
    endpoint: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$")] | None = None
    region: Line = "us-east-1"
    path_style: bool = True
    tls: bool = True
    catalog_password_env: EnvName = "SOVWATCH_CATALOG_PASSWORD"
    key_id_env: EnvName = "SOVWATCH_STORE_KEY_ID"
    secret_key_env: EnvName = "SOVWATCH_STORE_SECRET_KEY"
    prefect_block: str | None = None

    @model_validator(mode="after")
    def _lake_is_described(self) -> Warehouse:
        missing = [name for name in ("catalog", "data") if getattr(self, name) is None]
        if self.kind == "lake" and missing:
            raise ValueError(f"a lake needs {' and '.join(missing)}; docs/lake.md shows a whole one")
        if self.data and "@" in self.data:
            raise ValueError("data holds a user or a key; put that into the variables that key_id_env and "
                             "secret_key_env name")  # fmt: skip
        return self


def check_base(text: str) -> str:
    """An address that pages can be opened under, ending in a slash."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https", "file") or not (parts.netloc or parts.scheme == "file"):
        raise ValueError(f"{text!r} is no address of pages; write it like https://desk.example.org/briefing/")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("base_url holds a user, a question mark or a #; give the plain address of the folder")
    return text.rstrip("/") + "/"


class Briefing(Strict):
    """The site that every night leaves (docs/briefing.md).

    `folder` None: `briefing` in the state folder. `base_url` is the address under which readers open it; mails link
    there if it is set. `closed_use` lifts the limit on quotations, for use inside one house only.
    """

    enabled: bool = True
    folder: Folder | None = None
    base_url: Annotated[Line, AfterValidator(check_base)] | None = None
    closed_use: bool = False


class Settings(Strict):
    """Everything about a night but sources, topics and readers.

    Relative folders count from where the command is started. `archive_dir` None puts the archive of raw responses
    into the state folder. `max_age_days` is the oldest an entry may be when first seen. `max_attempts` is how often a
    page is asked for, over several nights, before its entry is given up. `workers` read pages in parallel (processes).
    `dask` has pages read on a Dask cluster instead: a scheduler's address, or `local` for one of this machine.
    `warehouse` says where the collection lies, `briefing` what becomes of the site that a night leaves.
    `corpus_dir` is a folder of reference documents that every night adds what is new from.
    """

    state_dir: Folder = Path("state")
    archive_dir: Folder | None = None
    corpus_dir: Folder | None = None
    operator: Address | None = None
    schedule: Schedule = Schedule()
    fetch: FetchLimits = FetchLimits()
    max_age_days: int = Field(default=30, ge=1, le=3_650)
    max_attempts: int = Field(default=5, ge=1, le=50)
    workers: int = Field(default=2, ge=1, le=64)
    dask: Line | None = None
    memory_limit: Memory = "1GB"
    copies: CopyThresholds = CopyThresholds()
    warehouse: Warehouse = Warehouse()
    stories: StoryThresholds = StoryThresholds()
    retention: Retention = Retention()
    briefing: Briefing = Briefing()

    @property
    def briefing_folder(self) -> Path:
        """Where the site lies."""
        return self.briefing.folder or self.state_dir / "briefing"

    @property
    def pages_url(self) -> str | None:
        """Where readers open the site, ending in a slash; None: there is none, or nobody said."""
        return self.briefing.base_url if self.briefing.enabled else None

    @property
    def archive_folder(self) -> Path:
        """Where raw responses are kept."""
        return self.archive_dir or self.state_dir / "archive"
