# make demo   the whole system on http://127.0.0.1:8000 (PORT=…); RESET=1 begins anew
# make test   all tests on servers of their own
# make check  format, lint, types, import law, templates, migrations, messages, API document, dependencies, deployment
# make bench  figures against floors and peers        make faults  the fault matrix
# make requirements  resolve requirements/ anew       make messages  update the catalogues of texts

PYTHON ?= python3
V := .venv/bin
PIP := $(V)/python -m pip install --quiet --disable-pip-version-check --require-hashes

RESOLVE := $(V)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: demo test check bench faults requirements messages
.NOTPARALLEL:
.DELETE_ON_ERROR:

# One simple command per line: make runs it without a shell in between, so a signal reaches it.
demo: .venv/demo.stamp
	@$(V)/python -m config.demo

test: .venv/dev.stamp
	$(V)/python -m pytest -n auto $(ARGS)

bench: .venv/dev.stamp
	@$(V)/python -m tests.bench $(ARGS)

faults: .venv/dev.stamp
	@$(V)/python -m tests.faults $(ARGS)

check: .venv/dev.stamp
	$(V)/ruff format --check .
	$(V)/ruff check .
	$(V)/lint-imports
	$(V)/mypy
	$(V)/djlint --check --lint --quiet $(wildcard */templates)
	$(V)/deptry .
	$(V)/python -m tests.check

messages: .venv/dev.stamp
	@$(V)/python manage.py messages --settings tests.settings

requirements: .venv/dev.stamp
	$(RESOLVE) --output-file requirements/base.txt $(ARGS)
	$(RESOLVE) --output-file requirements/demo.txt --extra demo $(ARGS)
	$(RESOLVE) --output-file requirements/dev.txt --extra demo --extra dev $(ARGS)

define VENV
@command -v $(PYTHON) >/dev/null || { echo "make: no $(PYTHON) here: install Python 3.11 or newer, or name one, PYTHON=/path/to/python3" >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is older than Python 3.11: name a newer one, PYTHON=/path/to/python3" >&2; exit 1; }
@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $(PYTHON) lacks the module venv: install the package python3-venv" >&2; exit 1; }
@echo "make: installing the packages of $< into .venv; this happens once"
@$(PYTHON) -m venv .venv
@$(PIP) -r $<
endef

.venv/demo.stamp: requirements/demo.txt
	$(VENV)
	@touch $@

.venv/dev.stamp: requirements/dev.txt
	$(VENV)
	@touch .venv/demo.stamp $@
