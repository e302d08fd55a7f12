# Two commands matter: `make run` serves the evidence base, `make test` runs the whole suite.
.DEFAULT_GOAL := run
PORT ?= 8000
VENV := .venv
# The first Python on the path that is new enough; `make run PYTHON=…` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PIP_INSTALL := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: run test lint bench lock

run: $(VENV)/installed
	@$(VENV)/bin/python manage.py start --port "$(PORT)"

test: lint
	$(VENV)/bin/python -m pytest -n 2
	$(VENV)/bin/python -m pytest -n 2 -p tests.postgresql -m "not browser and not starting"

lint: $(VENV)/installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

# Requests per second beside a plain app, Datasette and the limit, on both databases; needs wrk (docs/benchmark.md).
# `make bench BENCH="--rows 50000"` passes options.
bench: $(VENV)/installed-dev
	$(VENV)/bin/python -m tests.bench $(BENCH)

# Pins every dependency with its hashes; needs uv.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

# The marks stand inside the environment and are written last: an install that was cut off is made anew.
$(VENV)/installed: requirements.txt
	@test -n "$(PYTHON)" || { echo "CARTographer needs Python 3.11 or newer; none was found. Install it, or say make run PYTHON=/path/to/python3."; exit 1; }
	@echo "Installing what it needs into $(VENV) (once) …"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "The virtual environment could not be made. Is this folder writable? On Debian, python3-venv must be installed."; exit 1; }
	@$(PIP_INSTALL) -r requirements.txt || { echo "The packages could not be installed. Is the package index reachable? Then run make again."; exit 1; }
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what the tests need into $(VENV) (once) …"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@
