"""Whole nights killed with SIGKILL at random moments, by seed; after each round everything must be as if nothing was.

    python -m tests.benchmarks.kill_rounds [--rounds 300] [--seed 1] [--workers 2]

A round takes a fresh state folder through one or two nights of four demo outlets and a real SMTP server. Each night is
killed up to three times, at moments drawn over its whole length, and then run to its end. Then must hold: the lock is
free, the writer's file opens, the entries add up, the snapshot answers, the collection (entries, verdicts, stories,
developments, what was told to whom) equals that of nights that nobody disturbed, and no Message-ID arrived twice unless
the outbox says that it may have. The figures are the last lines.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from config.load import load_house
from flows.demo.mailbox import Mailbox
from flows.demo.outlets import NIGHTS, load_newsroom
from flows.demo.server import NewsroomServer
from flows.monitor import run_night
from flows.night import snapshot_file, warehouse_file
from tests.benchmarks.nightly import write_config
from tests.flows.mortal_nights import MortalNights
from tests.flows.test_bad_times import OUTLETS, facts
from warehouse.connection import open_file, open_snapshot
from warehouse.lock import find_holder
from warehouse.store import find_last_run, sum_outcomes

SHARE = 25  # rounds that share a newsroom and a parent of nights
LONGEST_S = 2.5  # about as long as an undisturbed night of these outlets takes


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: how many kills struck, and what did not hold (empty: all did)."""

    seed: int
    kills: int
    broken: tuple[str, ...]


def main() -> int:
    """Runs the rounds and prints the figures; exit code 1 if any round broke an invariant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    begun = time.monotonic()
    seeds = list(range(chosen.seed, chosen.seed + chosen.rounds))
    shares = [seeds[n : n + SHARE] for n in range(0, len(seeds), SHARE)]
    rounds: list[Round] = []
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(play_rounds, share) for share in shares]):
            rounds += done.result()
            holding = sum(not one.broken for one in rounds)
            print(f"{len(rounds)} rounds, {holding} holding, {time.monotonic() - begun:.0f} s", flush=True)
    broken = [one for one in rounds if one.broken]
    for one in broken:
        print(f"seed {one.seed}: {'; '.join(one.broken)}")
    print(f"rounds     {len(rounds)}")
    print(f"kills      {sum(one.kills for one in rounds)}")
    print(f"holding    {len(rounds) - len(broken)}")
    print(f"seconds    {time.monotonic() - begun:.0f}")
    return 1 if broken else 0


def play_rounds(seeds: list[int]) -> list[Round]:
    """The rounds of these seeds, one after the other, with one newsroom and one parent of mortal nights."""
    whole = load_newsroom()
    few = replace(
        whole,
        outlets=tuple(o for o in whole.outlets if o.id in OUTLETS),
        reports=tuple(r for r in whole.reports if r.outlet in OUTLETS),
    )
    with NewsroomServer(few, port=0) as server, MortalNights() as mortals:
        wanted = {nights: undisturbed(server, nights) for nights in (1, 2)}
        return [play_round(seed, server, mortals, wanted) for seed in seeds]


def undisturbed(server: NewsroomServer, nights: int) -> dict[str, Any]:
    """What the collection holds after so many nights in which nothing happened."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with Mailbox(place / "mails") as mailbox:
            config = configure(place, server, mailbox)
            for number in range(1, nights + 1):
                server.night = number
                run_night(load_house(config), as_of=NIGHTS[number - 1])
        return facts(place / "state")


def play_round(seed: int, server: NewsroomServer, mortals: MortalNights, wanted: dict[int, dict[str, Any]]) -> Round:
    """One round; deterministic in what it draws, not in where exactly a kill strikes."""
    draw = random.Random(seed)
    nights = draw.choice((1, 1, 2))
    kills = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with Mailbox(place / "mails") as mailbox:
            config = configure(place, server, mailbox)
            for number in range(1, nights + 1):
                server.night = number
                for _ in range(draw.randint(1, 3)):
                    code = mortals.run(config, NIGHTS[number - 1], dies=f"at:{draw.uniform(0.02, LONGEST_S):.3f}")
                    kills += code < 0
                code = mortals.run(config, NIGHTS[number - 1])
                if code != 0:
                    return Round(seed, kills, (f"night {number} ended with {code}",))
            return Round(seed, kills, tuple(check(place / "state", mailbox, wanted[nights])))


def configure(place: Path, server: NewsroomServer, mailbox: Mailbox) -> Path:
    """The configuration of a round."""
    feeds = [{"id": o.id, "name": o.name, "feed_url": server.feed_url(o)} for o in server.newsroom.outlets]
    return write_config(place, feeds, smtp_port=mailbox.port)


def check(state: Path, mailbox: Mailbox, wanted: dict[str, Any]) -> list[str]:
    """What does not hold, in words."""
    wrong = []
    if find_holder(state) is not None:
        wrong.append("the lock is still held")
    found = facts(state)
    wrong += [f"{name} differ from an undisturbed night" for name in wanted if found[name] != wanted[name]]
    with open_file(warehouse_file(state)) as con:
        last = find_last_run(con)
        if last is None or not sum_outcomes(con, last.run_id).balanced:
            wrong.append("the entries do not add up")
        found_unsure = con.execute("SELECT message_id FROM outbox_mails WHERE unsure_attempts > 0").fetchall()
        unsure = {row[0] for row in found_unsure}
    with open_snapshot(snapshot_file(state)) as con:
        (articles,) = con.execute("SELECT count(*) FROM articles").fetchone() or (0,)
        if articles == 0:
            wrong.append("the snapshot holds no articles")
    arrived = Counter(str(kept.message["Message-ID"]) for kept in mailbox.kept)
    wrong += [f"{name} arrived {n} times" for name, n in arrived.items() if n > 1 and name not in unsure]
    return wrong


if __name__ == "__main__":
    sys.exit(main())
