# Everything sets itself up: `make demo` and `make test` work on a fresh checkout with Python 3.11 or later.
PYTHON ?= python3.11
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: demo test check format bench faults lock clean

demo: $(READY)  ## load the sample, answer a question, serve the web chat on loopback
	$(BIN)/earmark demo

test: check  ## all that must be green

check: $(READY)  ## format, lint, types, contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)  ## speed, memory and scores, as ratios to something measured in the same run; the README's table is written from it
	EARMARK_BENCHMARKS=1 $(BIN)/pytest tests/benchmarks -s --timeout 3600

faults: $(READY)  ## kills, full disks, damage, attacks, nonsense: in full, with their counts (about an hour)
	EARMARK_FAULTS=1 $(BIN)/pytest -m faults -s --timeout 3600

lock: $(READY)  ## write the versions that are installed now to requirements.lock
	$(BIN)/pip list --format=freeze --exclude earmark --exclude pip --exclude wheel --exclude setuptools | sed 's/+cpu$$//' > requirements.lock

# torch first and pinned: whatever depends on it is then content with the build that is there.
$(READY): pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
