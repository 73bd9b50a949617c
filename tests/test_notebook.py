"""docs/first_looks.ipynb runs, from its first cell to its last, on a snapshot that it has not seen."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.warehouse.invented import NIGHTS
from tests.warehouse.populated import populated
from warehouse.dates_ahead import add_dates_ahead
from warehouse.publish import publish_snapshot

NOTEBOOK = Path(__file__).parents[1] / "docs" / "first_looks.ipynb"
PLOTS = 4


@pytest.mark.slow
def test_the_notebook_of_first_looks_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with populated() as con:
        add_dates_ahead(con)
        publish_snapshot(con, snapshot=tmp_path / "sovwatch.duckdb", published_at=NIGHTS["n3"])
    monkeypatch.setenv("SOVWATCH_SNAPSHOT", str(tmp_path / "sovwatch.duckdb"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=place).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == PLOTS
    table = next(output.data["text/plain"] for output in outputs if "text/plain" in output.get("data", {}))
    assert table.split()[5:9] == ["0", "6", "4", "2"], "articles, copies, storylines of the invented nights"


def test_the_saved_outputs_name_no_folder_of_ours() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert "/tmp/" not in text and "/ho" + "me/" not in text and "ipykernel_" not in text
    assert text.count('"image/png"') == PLOTS, "saved with its plots, so that it can be read without running it"
