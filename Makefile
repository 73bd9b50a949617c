# Two commands do everything: `make demo` and `make test`. Needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test test-long lint lock clean

demo: $(VENV)/ready
	$(BIN)/sovwatch demo

test: $(VENV)/ready-dev lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What takes too long for every change: killed workers of a cluster, many writers of a lake.
test-long: $(VENV)/ready-dev
	$(BIN)/python -m pytest -m long

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("sovwatch needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

# Writes both lock files anew, without index addresses; needs uv.
lock:
	uv pip compile --quiet --no-emit-index-url --no-header --python-version 3.11 -c constraints.txt pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-emit-index-url --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) demo-state .pytest_cache .mypy_cache .ruff_cache
