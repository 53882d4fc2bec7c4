# Everything runs in .venv, which the first command makes. Needs Python 3.11 or later, make and a package registry.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Tests wait more than they compute: more of them at once than there are cores.
WORKERS ?= 4
# For all platforms, because an image may be built for another one than this.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

# Tests start hundreds of processes: each would compile all modules again, which is a third of a start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test browser peers picture check format docs lock bench clean

help: ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: $(VENV)/.run ## start API, worker, scheduler and emulator on SQLite: http://127.0.0.1:8000
	$(BIN)/notifyhub serve

test: $(VENV)/.test ## run all tests; brings its own PostgreSQL and Redis
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST)

browser: $(VENV)/.test ## only the tests in a browser (they need Chromium: apt-get install chromium)
	$(BIN)/python -m pytest -n 0 tests/browser $(PYTEST)

peers: $(VENV)/.test ## hold the providers to emulators of other people (needs node and npm)
	@command -v node > /dev/null && command -v npm > /dev/null || { echo "make peers needs node and npm: apt-get install nodejs npm"; exit 1; }
	cd tests/peers && npm install --silent --no-package-lock --no-fund --no-audit
	$(BIN)/python -m pytest -n 0 tests/peers $(PYTEST)

picture: $(VENV)/.test ## make the pictures of the dashboard, of the inbox and of a report anew
	$(BIN)/python -m tests.browser.dashboard.picture docs/images
	$(BIN)/python -m tests.browser.picture docs/images/inbox.png
	$(BIN)/python -m tests.reports.picture docs/images/report.png

check: $(VENV)/.test ## linters and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test ## write docs/api.md, docs/problems.md, the tables of docs/emulator.md and docs/metrics.md, and catalogues anew
	$(BIN)/python -m tests.api_reference
	$(BIN)/python -m tests.problems_document
	$(BIN)/python -m tests.errors_table
	$(BIN)/python -m tests.metrics_table
	$(BIN)/python -m tests.translations

lock: $(VENV)/.test ## write docker/requirements.lock and docker/build.lock anew, with the newest allowed versions
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	{ echo '# What the image installs, with hashes: all that setup.py and its extra "all" need. Written by `make lock`.' && \
	  $(LOCK) --extra all setup.py; } > docker/requirements.lock.new && mv docker/requirements.lock.new docker/requirements.lock
	{ echo '# What builds the wheel of notifyhub, with hashes. Written by `make lock`.' && \
	  echo 'setuptools>=77' | $(LOCK) -; } > docker/build.lock.new && mv docker/build.lock.new docker/build.lock

bench: $(VENV)/.bench ## measure against a Celery peer and print the table (about 15 minutes; BENCH=--short for 3)
	$(BIN)/python -m benchmarks.run $(BENCH)

clean: ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "notifyhub needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: setup.py $(VENV)/pyvenv.cfg
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: setup.py $(VENV)/pyvenv.cfg
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: setup.py benchmarks/requirements.txt $(VENV)/.test
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt
	@touch $@
