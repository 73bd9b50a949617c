"""docs/first_looks.ipynb runs, from its first cell to its last, on a snapshot that it has not seen."""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from flows.night import snapshot_file
from tests.flows.desk_state import state_after_three_nights

NOTEBOOK = Path(__file__).parents[1] / "docs" / "first_looks.ipynb"
PLOTS = 4


@pytest.mark.slow
def test_the_notebook_of_first_looks_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOVWATCH_SNAPSHOT", str(snapshot_file(state_after_three_nights())))
    monkeypatch.setenv("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "sovwatch-matplotlib"))  # its list of fonts
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
