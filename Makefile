# make lessons   opens the lessons in JupyterLab         make test   runs every test
# Another Python: make lessons PYTHON=python3.12         everything else: make help

PYTHON ?= python3
# More for make browser: --pace 2 where a machine is half as fast, --side-by-side 2, --again, --dark.
LOOK ?=
VENV := .venv
BIN := $(VENV)/bin
# The environment's own Python once there is one, so that PYTHON= is said only once.
HOST = $(or $(wildcard $(BIN)/python),$(PYTHON))
RUN := $(BIN)/python -m
# Files side by side, on all cores; the benchmark plugin, where it is installed, would complain about that.
PYTEST := $(RUN) pytest -n auto --dist loadfile -p no:benchmark

.DEFAULT_GOAL := help
.PHONY: help lessons test check assignments grade lessons-build pictures browser site site-check latency test-oldest test-latest bench warm clean

help: ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

lessons: install-lessons warm ## install what is missing, open JupyterLab at the first lesson
	$(RUN) jupyterlab --allow-root --LabApp.app_settings_dir=binder/lab_settings --LabApp.default_url=/lab/tree/lessons/00_start_here.ipynb

test: install-test ## unit tests, doctests, contracts; then every lesson's every output
	$(PYTEST)
	$(PYTEST) --nbval --nbval-current-env --nbval-sanitize-with .ci/nbval_sanitize.cfg --ignore=lessons/src --ignore=lessons/assignments lessons

check: install-check ## style and types
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy

assignments: install-teach ## students' and teachers' versions of every assignment, in build/assignments
	PYTHONPATH=lessons/assignments $(RUN) classroom release

# Where no fence is to be had (not Linux), and only then: make grade SUBMISSIONS=... FENCE=--unconfined
grade: install-teach ## grade a folder of notebooks: make grade SUBMISSIONS=folder; results in grades/
	@test -n "$(SUBMISSIONS)" || { echo "which folder? make grade SUBMISSIONS=folder"; exit 1; }
	PYTHONPATH=lessons/assignments $(RUN) classroom grade "$(SUBMISSIONS)" $(FENCE)

lessons-build: install-test ## run lessons/src/*.py and save them as lessons/*.ipynb
	$(BIN)/python .ci/build_lessons.py lessons/src --out lessons

pictures: install-browser ## make the pictures of the README and of the explorables again (needs chromium and chromedriver)
	$(RUN) polyquant_widgets docs/pictures eleven_bits x_adic forest
	$(BIN)/python .ci/stills.py

browser: install-browser install-test ## move every control of every lesson in a real browser (needs chromium and chromedriver)
	$(RUN) pytest -m browser -n 2 --dist worksteal -p no:benchmark tests/browser
	$(BIN)/python .ci/browser_check.py lessons/*.ipynb --root . $(LOOK)

site: install-site ## lessons, explorables and the library as pages that need no kernel and no network, in build/site
	$(BIN)/python docs/_site/build.py build/site

site-check: install-site install-browser install-test ## open every page of build/site in a real browser, touch every explorable
	@$(RUN) pip install -q -c constraints.txt --no-deps axe-playwright-python # for the tool in it; its own code is not run
	$(RUN) pytest -m "browser or not browser" -p no:benchmark tests/site
	$(BIN)/python .ci/site_check.py build/site $(LOOK)

latency: install-browser ## measure sliders, first picture and run of every lesson; write docs/latency.md
	$(BIN)/python .ci/browser_check.py lessons/*.ipynb --root . --fast --pace 10 --out browser_check_out --table docs/latency.md

test-oldest: ## tests and lessons with the oldest versions that pyproject.toml allows, in .venv-oldest
	$(PYTHON) .ci/versions.py oldest

test-latest: ## tests and lessons with the newest releases instead of the pins, in .venv-latest
	$(PYTHON) .ci/versions.py latest

bench: install-bench ## speed, beside peers and limits
	$(RUN) pytest benchmarks -o python_files='bench_*.py'

warm: install-lessons ## compile every kernel once, so that the first slider does not wait
	$(RUN) polyquant._warm

clean: ## remove the environment and everything built
	rm -rf $(VENV) .venv-oldest .venv-latest build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks browser_check_out

# 0.1 s when there is nothing to do: .ci/install.py keeps a stamp of what it installed.
.PHONY: install-%
install-%:
	@command -v $(HOST) >/dev/null || { echo "polyquant needs Python 3.11 or newer, and there is no $(HOST) here"; exit 1; }
	@$(HOST) -c 'import sys; old = sys.version_info < (3, 11); sys.exit(old and "polyquant needs Python 3.11 or newer; $(HOST) is " + sys.version.split()[0] + ". Name another: make $(MAKECMDGOALS) PYTHON=python3.12")'
	@$(HOST) .ci/install.py $*
