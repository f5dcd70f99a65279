# What can be done here: `make` lists it.
#   PYTHON=python3.12 make book    which Python the virtual environment is made with
#   PORT=9000 make serve           which port is tried first
#   WORKERS=2 make test            how many tests run at once: those in a browser wait for it, so more than there are cores

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 3

BIN := .venv/bin
RUN := $(BIN)/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check
STAMP := .venv/.installed
PYTEST := $(RUN) -m pytest -n $(WORKERS) --dist loadscope
QUICK := tests/module tests/exercises tests/equations tests/accounts tests/faults tests/explorables/test_forward.py

# What is compiled is kept: else each worker and each kernel of the tests would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install book serve test coverage check test-busy lab links pdf notebooks check-notebooks equations claims numbers fuzz-table bench reproduce digit-network bench-build bench-frames weight mutants faults test-oldest lint format requirements clean

help: ## list what can be done
	@echo "Understanding backpropagation: what make can do"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

install: $(STAMP) ## make .venv and install requirements.txt into it

$(STAMP): requirements.txt
	@$(RUN) -m pip --version >/dev/null 2>&1 || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; name one with PYTHON=...")' \
	  && echo "Making .venv ..." && $(PYTHON) -m venv .venv; } # also where one was stopped in the middle
	@echo "Installing requirements.txt ..."
	@$(PIP) "$$(grep ^uv= requirements.txt)" && $(RUN) -m uv pip install --quiet --compile-bytecode --python $(RUN) -r requirements.txt \
	  || $(PIP) -r requirements.txt # where uv can't be had
	@$(RUN) -c 'import matplotlib.font_manager'
	@touch $@

book: $(STAMP) ## build the site into _build/html (again: only what changed)
	@$(RUN) -m book._tools.commands.build

serve: book ## build the site and serve it at a local address (PORT=8000) until stopped
	@$(RUN) -m book._tools.commands.serve --port $(PORT)

test: $(STAMP) ## run all tests: the module, every notebook, the site, the site in a browser
	$(PYTEST) --durations=25

coverage: $(STAMP) ## print the lines of the module that its tests do not reach
	$(PYTEST) -q --cov --cov-report=term-missing:skip-covered $(QUICK) tests/explorables tests/claims

check: lint ## what to run while you work: lint, the module's tests, the notebooks that differ from the last commit
	$(PYTEST) -q $(QUICK) $$(git diff --name-only --diff-filter=d HEAD -- 'book/*.ipynb')

test-busy: $(STAMP) ## run all tests beside four busy processes (SLOW=1: held to half a core instead)
	@$(RUN) tests/busy.py $(if $(SLOW),--half-a-core)

lab: $(STAMP) ## open the notebooks in JupyterLab
	$(RUN) -m jupyterlab --notebook-dir=book

notebooks: $(STAMP) ## run the notebooks that changed, or whose modules did (ALL=1: all), and write them in normal form
	@$(RUN) -m book._tools.commands.notebooks $(if $(ALL),--all)

check-notebooks: $(STAMP) ## say which cells `make notebooks` would change
	@$(RUN) -m book._tools.commands.notebooks --check

equations: $(STAMP) ## print which displayed equation is checked by which test
	@PYTHONPATH=tests $(RUN) -m equations.test_equations

claims: $(STAMP) ## print what the book says of experience, and what was measured
	@PYTHONPATH=tests $(RUN) -m claims.test_claims

numbers: $(STAMP) ## print where every number of the text comes from (READ=1: you have read those that are new)
	@PYTHONPATH=tests:book/_tools/page $(RUN) -m accounts.test_numbers $(if $(READ),--read)

fuzz-table: $(STAMP) ## print every bad input that is tried at every public function, and what comes of it
	@PYTHONPATH=tests $(RUN) tests/module/test_fuzz.py

faults: $(STAMP) ## plant every fault of tests/faults in a copy, print which test finds it (FAULTS=words of its name)
	@$(RUN) tests/faults/plant.py $(FAULTS)

test-oldest: $(STAMP) ## test the module with the oldest versions that pyproject.toml claims, in .venv-oldest
	@$(RUN) tests/module/oldest.py

mutants: $(STAMP) ## plant faults in the numerical files and list those that the tests miss (an hour; tests/module/MUTANTS.md)
	OPENBLAS_NUM_THREADS=1 nice $(RUN) -m mutmut run --max-children 2
	@$(RUN) -m mutmut results

bench: $(STAMP) ## measure the speed of training (MNIST=folder; peers: tests/benchmarks/requirements.txt)
	@env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(RUN) tests/benchmarks/speed.py $(if $(MNIST),--mnist $(MNIST))

links: $(STAMP) ## ask every address that the pages name, and each source of Pyodide, whether it is still there
	@$(RUN) -m book._tools.third_party.pyodide --each
	$(BIN)/jupyter-book build . --builder custom --custom-builder linkcheck

pdf: book ## print the whole book into _build/html/understanding-backpropagation.pdf (needs chromium)
	@$(RUN) -m book._tools.commands.pdf

weight: book ## print what each page weighs over the wire, its largest paint and its shift
	@$(RUN) -m tests.benchmarks.weight

bench-build: $(STAMP) ## measure installing, a cold build and builds after small changes, in a copy (EMPTY=1: empty caches)
	@$(RUN) -m tests.benchmarks.build $(if $(EMPTY),--empty)

bench-frames: book ## measure the time from a key press on an explorable to its new frame
	@$(RUN) -m tests.benchmarks.frames

reproduce: $(STAMP) ## reach the two results of the article's program with its settings (MNIST=folder, about 15 minutes)
	@$(RUN) tests/benchmarks/reproduce.py $(if $(MNIST),--mnist $(MNIST))

digit-network: $(STAMP) ## train the network that reads what is drawn in chapter 11 (MNIST=folder, a minute)
	@$(RUN) -m backprop.experiments.drawing $(MNIST)

lint: $(STAMP) ## check the Python code with ruff, and what may import what
	$(RUN) -m ruff check src tests book/_tools
	$(RUN) -m ruff format --check src tests book/_tools
	$(BIN)/lint-imports --no-cache

format: $(STAMP) ## put the Python code into ruff's format
	$(RUN) -m ruff format src tests book/_tools

requirements: $(STAMP) ## pin requirements.txt anew from pyproject.toml
	@echo '-e .[book,lab,test,dev]' | $(RUN) -m uv pip compile --quiet --universal --python-version 3.10 \
	    --no-annotate --upgrade --custom-compile-command 'make requirements' --output-file requirements.txt -

clean: ## remove what was built (_build, caches), keep .venv
	rm -rf _build .pytest_cache .ruff_cache .coverage .coverage.* htmlcov
	find book src tests -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf
