"""Longer fuzzing by command: `python -m tests.fuzz [--seconds N] [--seed N] [target ...]`.

Prints one line a target; a failing input is written to the current folder as `fuzz-TARGET-SEED-N.bin` and ends the run.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, seeds_of

# No input of 60 KB may take longer than this.
MAX_CPU_S = 2.0


def fuzz(target: str, *, seconds: float, seed: int, keep: Path | None = None) -> tuple[int, float]:
    """How many inputs were tried and the CPU seconds of the slowest; raises what the target raised."""
    rng = random.Random(f"{target}-{seed}")
    seeds, check = seeds_of(target), TARGETS[target]
    end = time.monotonic() + seconds
    tried, slowest = 0, 0.0
    while time.monotonic() < end:
        data = mutated(seeds, rng)
        begun = time.process_time()
        try:
            check(data)
            spent = time.process_time() - begun
            assert spent < MAX_CPU_S, f"took {spent:.1f} s"
        except BaseException as error:
            if keep is not None:
                (keep / f"fuzz-{target}-{seed}-{tried}.bin").write_bytes(data)
            error.add_note(f"target {target}, seed {seed}, input {tried}: {data[:300]!r}")
            raise
        tried += 1
        slowest = max(slowest, spent)
    return tried, slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for target in args.targets:
        tried, slowest = fuzz(target, seconds=args.seconds, seed=args.seed, keep=Path.cwd())
        print(f"{target}: {tried} inputs, slowest {slowest:.3f} s, nothing broke")


if __name__ == "__main__":
    main()
