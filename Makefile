# make setup | demo | test | test-pure | lint | docs | tables | clean
#
# WHEELS=kilted|jazzy   which ROS 2 to take from PyPI; default: the one that is sourced, else kilted
# PYTHON=python3.12     the Python to make the environment with
# ARGS='…'              more words for the demo or for pytest, such as ARGS='--seconds 60'

PYTHON ?= python3
WHEELS ?=
ARGS ?=
VENV := .venv$(if $(filter jazzy,$(WHEELS)),-jazzy)
SET_UP := $(PYTHON) scripts/set_up.py --venv $(VENV) --wheels '$(WHEELS)'

.PHONY: setup setup-test demo test test-pure lint docs tables clean

setup: python
	@$(SET_UP)

setup-test: python
	@$(SET_UP) --test

.PHONY: python
python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo 'no $(PYTHON) here; type: sudo apt install python3 python3-venv python3-dev'; exit 1; }

demo: setup
	$(VENV)/bin/robot_dl demo $(ARGS)

test: setup-test
	$(VENV)/bin/python -m pytest $(ARGS)

# Those that need neither ROS nor a renderer: seconds.
test-pure: setup-test
	$(VENV)/bin/python -m pytest -m 'not ros and not slow' $(ARGS)

lint: setup-test
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

# Pages from docs/ into site/; a broken link, or a page that the menu lacks, is an error.
docs: setup-test
	$(VENV)/bin/mkdocs build --clean --quiet

# What README.md, docs/ and config/ say of topics and parameters, from where they are declared.
tables: setup
	$(VENV)/bin/python -m robot_dl.cli.tables
	$(VENV)/bin/python -m robot_dl.cli.configs

clean:
	rm -rf .venv .venv-jazzy build install log *.egg-info demo_report site
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
