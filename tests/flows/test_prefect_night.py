"""A night as a Prefect flow, on a real Prefect server of our own: steps as task runs, artifacts, and silence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.houses import house_of, page
from tests.flows.loopback import serving
from tests.flows.test_monitor import ORDER

# In a process of its own: Prefect reads its settings once, at import, and the test process has other plans.
SCRIPT = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from flows.engine import running_engine

def main():
    config, state = Path(sys.argv[1]), Path(sys.argv[2])
    with running_engine(state) as engine:
        from flows.prefect_night import perform_night
        engine.wait()
        os.environ.pop("SOVWATCH_OWN_ENGINE")  # as on a server that others use too
        report = perform_night(config, as_of=datetime(2026, 3, 2, 22, tzinfo=UTC))
        import httpx
        kinds = ("flow_runs", "task_runs", "artifacts")
        limit = httpx.get(f"{engine.api_url}/v2/concurrency_limits/sovwatch-visitor").json()
        runs, tasks, artifacts = (httpx.post(f"{engine.api_url}/{kind}/filter", json={}).json() for kind in kinds)
    print(json.dumps({
        "outcomes": report.outcomes, "exit": int(report.exit_code), "flow": [r["state_name"] for r in runs],
        "tasks": sorted({t["name"].rsplit("-", 1)[0] for t in tasks}), "count": len(tasks),
        "artifacts": sorted(a["key"] for a in artifacts), "limit": (limit["limit"], limit["active_slots"]),
    }))

if __name__ == "__main__":
    main()
"""


@pytest.mark.slow
def test_prefect_shows_a_night_at_a_glance_and_prints_nothing(tmp_path: Path) -> None:
    with serving({"/order": page("Forced sale of Lumora ordered", ORDER)}) as site:
        site.pages["/feed.xml"] = site.feed(("Forced sale", "/order", "Mon, 02 Mar 2026 09:00:00 GMT"))
        house = house_of(site, tmp_path)
        script = tmp_path / "night.py"
        script.write_text(SCRIPT, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(script), str(house.folder), str(house.settings.state_dir)],
            capture_output=True, text=True, timeout=170, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "a user must not see what is none of theirs"
    seen = json.loads(done.stdout)
    assert seen["outcomes"] == {"known": 0, "new": 1}
    assert seen["exit"] == 0
    assert seen["flow"] == ["Completed"]
    assert {"read feeds", "fetch pages", "read pages", "judge articles", "tell developments"} <= set(seen["tasks"])
    assert seen["count"] < 100
    assert seen["limit"] == [1, 0], "held during the night, free after it"
    assert seen["artifacts"] == ["developments", "night", "sources"]
