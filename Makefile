# Everything one does here, one word each.  PYTHON=python3.12 chooses the interpreter .venv is made from.

PY := .venv/bin/python
SETUP := @sh .ci/setup.sh

.DEFAULT_GOAL := help
.PHONY: help run test quick lint bench soak gallery strings clean

test quick soak gallery: export QT_QPA_PLATFORM = offscreen

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: ## open Chainrule (sets everything up the first time)
	$(SETUP)
	@$(PY) main.py

test: lint ## everything that must pass: style, types, the whole test suite
	@$(PY) -m pytest -n auto --dist worksteal

quick: ## the quick tests only, up to the first failure
	$(SETUP) test
	@$(PY) -m pytest -m "not slow" -x

lint: ## formatting, style and types
	$(SETUP) test
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy

bench: ## how fast we are beside others
	$(SETUP) test
	@$(PY) -m benchmarks
	@$(PY) -m benchmarks.canvas 1000 10000 100000
	@$(PY) -m benchmarks.start
	@$(PY) -m benchmarks.playback

soak: ## the long runs that try to break it, in full (hours); make test has a share of each
	$(SETUP) test
	@$(PY) -m tests.soak

gallery: ## draw the screenshots in assets/gallery
	$(SETUP) test
	@PYTHONPATH=. $(PY) tests/gallery.py
	@PYTHONPATH=. $(PY) -m tests.movies

strings: ## list all interface text for translators, in assets/i18n
	@$(PY) -m gui.strings

clean: ## back to a fresh clone: away with .venv and all caches
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
