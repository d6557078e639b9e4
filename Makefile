# Everything a newcomer needs is one word: make demo, make test. Only git, make and Python >= 3.11 are expected.
# Another Python: make PYTHON=python3.12 test. Fewer tests: make test ARGS="-k postcode".

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# uv finds a fitting Python by itself, unless one was named.
UV_PYTHON := $(if $(filter file,$(origin PYTHON)),,--python $(PYTHON))

# The bench in full: three and a half hours of a quiet core; runs that stand in the results are not made again.
# MEMORY: GiB that a run may have. FOLDER: yours, with the families that do not ship (docs/formats/public_instances.md).
MEMORY ?= 14
FOLDER ?=
RESULTS := docs/benchmarks/results
BENCH_RUN = $(BIN)/rightplace bench run --memory $(MEMORY)

.PHONY: help demo test lint format bench bench-results bench-report clean

help:
	@echo "make demo     match the waiting children of an example authority; answers in demo/"
	@echo "make test     run the tests, with coverage"
	@echo "make lint     style, types and the arrows between the rooms"
	@echo "make format   put the code in the project's style"
	@echo "make bench    the same generated question by every solver; see ARGS=--help"
	@echo "make bench-results  the bench in full, hours; bench-report: its tables and pictures again from the results"
	@echo "make clean    remove everything that make made"

demo: $(READY)
	@mkdir -p demo
	@$(BIN)/rightplace match barnet_2023 --out demo/barnet_2023.xlsx --out demo/barnet_2023.json

test: $(READY)
	@$(BIN)/pytest --numprocesses=auto --dist=worksteal --cov --cov-report=term $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict rightplace
	@$(BIN)/lint-imports --no-logo

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY)
	@$(BIN)/python -m rightplace.benchmarks.solvers $(ARGS)

bench-results: $(READY)
	@$(BENCH_RUN) council --out $(RESULTS)/council.csv --only '*-1' --time-limit 60
	@$(BENCH_RUN) london --out $(RESULTS)/london.csv --only london-plain-1 --time-limit 900 --gap 0.001
	@$(BENCH_RUN) london --out $(RESULTS)/london.csv --only london-incompatible-1 --time-limit 900 --gap 0.001 \
		--solvers flow,ours
	@$(BENCH_RUN) gap --out $(RESULTS)/gap.csv --only 'gap/[de]?????' --only 'gap/[de]??????' --time-limit 60 \
		--gap 0.001 --solvers ours
ifneq ($(FOLDER),)
	@$(BENCH_RUN) cap --out $(RESULTS)/cap.csv --time-limit 60 --solvers ours,highs --folder $(FOLDER)
endif
	@$(MAKE) --no-print-directory bench-report

bench-report: $(READY)
	@cd $(RESULTS) && $(CURDIR)/$(BIN)/rightplace bench compare \
		$(filter-out smoke.csv,$(notdir $(wildcard $(RESULTS)/*.csv))) --report results.md

clean:
	@rm -rf $(VENV) demo dist htmlcov .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find rightplace tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The tools and the package itself, editable. Made again whenever the dependencies change.
$(READY): pyproject.toml uv.lock
	@set -e; if command -v uv >/dev/null 2>&1; then \
		echo "Setting up $(VENV) with uv ..."; \
		UV_PROJECT_ENVIRONMENT=$(VENV) uv sync --quiet --frozen $(UV_PYTHON); \
	else \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "rightplace needs Python 3.11 or newer. Name one: make PYTHON=python3.12"; exit 1; }; \
		echo "Setting up $(VENV) with pip (a minute or two, once) ..."; \
		$(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install -qq --disable-pip-version-check "pip>=25.1"; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --editable . --group dev; \
	fi
	@touch $@
