# One command for each thing a newcomer wants to do. `make` alone lists them.
# All that these commands make is ignored by git: .venv/ and var/.

PYTHON3 ?= python3
SERVE ?= 1
WORKERS ?= 2
BENCH ?=
MESSAGES ?= 100000
KILLS ?= 200
SEED ?= 1
CONTROLS ?=
OWN ?=
SCALE ?= 1
SEEDS ?= 2000
N ?= 3

VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null)
LOCK := $(or $(UV),$(VENV)/bin/uv) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

# The two environments share one folder; a stamp says which lock it was last made from.
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

.DEFAULT_GOAL := help
.PHONY: help frontend frontend-same demo bench chaos simulated test test-sqlite test-postgresql test-wheel test-browser test-real lint types format lock run work clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

demo: $(RUNTIME) ## a sample shop, its journeys and weeks of life, then the web on port 8000 (SERVE=0: end after the summary)
	$(PYTHON) manage.py demo $(if $(filter 0,$(SERVE)),--no-serve)

run: $(RUNTIME) ## the web on port 8000, on the database of the settings
	$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) manage.py runserver 127.0.0.1:8000

work: $(RUNTIME) ## all workers in one process, without a broker
	$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) manage.py work

test: $(DEVELOPMENT) ## the whole suite, on SQLite and then on PostgreSQL (DATABASE_URL, else localhost, else embedded)
	@failed=; for kind in sqlite postgresql; do $(MAKE) --no-print-directory test-$$kind || failed="$$failed $$kind"; done; \
	test -z "$$failed" || { echo "failed on:$$failed" >&2; exit 1; }

test-sqlite: $(DEVELOPMENT) ## the whole suite on SQLite
	TEST_DATABASE=sqlite $(PYTHON) -m pytest -n $(WORKERS) --ignore=tests/browser $(PYTEST)

test-postgresql: $(DEVELOPMENT) ## on PostgreSQL, all that meets a database
	TEST_DATABASE=postgresql $(PYTHON) -m pytest -n $(WORKERS) --ignore=tests/browser $(PYTEST)

test-wheel: $(DEVELOPMENT) ## an example plugin as a wheel, installed beside ours in a clean environment, delivering
	TEST_WHEEL=1 TEST_DATABASE=sqlite $(PYTHON) -m pytest -q tests/wheel $(PYTEST)

test-browser: $(DEVELOPMENT) ## what only a real browser can show (Debian's firefox-esr and chromium); without one they are skipped and say so
	TEST_DATABASE=sqlite $(PYTHON) -m pytest tests/browser $(PYTEST)

test-real: $(DEVELOPMENT) ## a folder of real customers (REAL_DATA) lived through whole, on SQLite: about five minutes more
	REAL_DATA_WHOLE=1 TEST_DATABASE=sqlite $(PYTHON) -m pytest -s tests/real_data/test_demo.py $(PYTEST)

bench: $(DEVELOPMENT) ## how fast we are beside what most teams would write, measured in one run on PostgreSQL (BENCH="engine,segment" SCALE=0.1 N=3, or PROFILE=engine)
	$(PYTHON) -m tests.bench --rows "$(BENCH)" --scale $(SCALE) --n $(N) $(if $(PROFILE),--profile $(PROFILE))

chaos: WORKERS = 8
chaos: $(DEVELOPMENT) ## workers are killed in mid-send, and a checker of its own counts what went wrong (MESSAGES=100000 KILLS=200 WORKERS=8 SEED=1 OWN=1, or CONTROLS=1)
	$(PYTHON) -m tests.chaos --messages $(MESSAGES) --workers $(WORKERS) --kills $(KILLS) --seed $(SEED) $(if $(filter-out 0,$(OWN)),--own) $(if $(filter-out 0,$(CONTROLS)),--controls)

simulated: $(DEVELOPMENT) ## engine, broker and providers from one seed after another, with kills at every edge (SEEDS=2000); prints what never may be
	$(PYTHON) -m tests.simulated --seeds $(SEEDS)

lint: $(DEVELOPMENT) ## style, formatting and the floors of the house
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

types: $(DEVELOPMENT) ## mypy: strict for domain, sdk, registry and messaging
	$(VENV)/bin/mypy

format: $(DEVELOPMENT) ## mend what ruff can mend by itself
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

frontend: frontend/node_modules/.package-lock.json ## build what of the studio lives in the browser, from frontend/ (needs node 18 or newer)
	npm --prefix frontend run --silent build

frontend-same: frontend/node_modules/.package-lock.json ## whether the committed bundle is what frontend/ builds
	rm -rf var/bundle
	BUNDLE_DIR=../var/bundle npm --prefix frontend run --silent build
	diff -r var/bundle orchestrator/studio/static/studio/bundle

frontend/node_modules/.package-lock.json: frontend/package-lock.json frontend/package.json
	cd frontend && npm ci --silent
	@touch $@

lock: ## write requirements/*.txt anew from pyproject.toml (UPGRADE=--upgrade: with the newest versions)
	@test -n "$(UV)" -o -x $(VENV)/bin/uv || { echo "make lock needs uv: run 'make lint' once, or install uv" >&2; exit 1; }
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) pyproject.toml --extra dev --group build --constraint requirements/runtime.txt --no-annotate --output-file requirements/dev.txt
	$(LOCK) --group pyproject.toml:build --constraint requirements/dev.txt --no-annotate --output-file requirements/build.txt

clean: ## remove the environment, the caches and the databases of demo and run
	rm -rf $(VENV) var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON):
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with PYTHON3=" >&2; exit 1; }
	$(if $(UV),$(UV) venv --quiet --python $(PYTHON3) $(VENV),$(PYTHON3) -m venv $(VENV))

$(RUNTIME): requirements/runtime.txt requirements/build.txt pyproject.toml | $(PYTHON)
	tools/install.sh requirements/build.txt requirements/runtime.txt
	@touch $@

$(DEVELOPMENT): requirements/dev.txt pyproject.toml | $(PYTHON)
	tools/install.sh requirements/dev.txt
	@touch $@ $(RUNTIME)
