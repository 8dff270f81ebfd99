# Two commands do all the set-up: `make run` and `make test`. The rest is in CONTRIBUTING.md.
PYTHON ?= python3
BIN := .venv/bin
PIP := -m pip install --quiet --quiet --disable-pip-version-check --no-input
SOURCES := wallet chalice_app handlers cli infra tests bench app.py
WORKERS ?= 2

.PHONY: run test check format bench package texts lock long clean

run: ## the whole product on this machine, until Ctrl-C
	@$(MAKE) --silent --no-print-directory -j2 .venv/run .venv-engine/ready
	@exec $(BIN)/python -m infra.local

test: .venv/dev .venv-engine/ready ## every test; lists what is skipped
	@$(BIN)/python -m pytest -n $(WORKERS)

long: .venv/dev .venv-engine/ready ## fault runs, golden cases and machines in their long form
	@STEMPEL_LONG=1 $(BIN)/python -m pytest -n $(WORKERS) tests/faults tests/golden tests/wallet

check: .venv/dev ## format, lint, types, import directions
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports --no-logo

format: .venv/dev
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

bench: .venv/bench .venv-engine/ready ## figures, into docs/benchmarks.md and build/bench.json
	@test -f build/package.json || $(MAKE) --no-print-directory package
	@$(BIN)/python -m bench

package: .venv/run ## the deployment zips and the template, into build/
	@$(BIN)/python -m infra.package

texts: .venv/dev ## after an edit of a .po file
	@$(BIN)/pybabel compile --domain stempel --directory wallet/locale

lock: .venv/dev ## pins anew what requirements*.in ask for
	@$(BIN)/python $(PIP) uv
	@prev=; for name in requirements requirements-build requirements-dev requirements-bench; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
			--custom-compile-command "make lock" $${prev:+-c $$prev} -o $$name.txt $$name.in || exit 1; \
		prev=$$name.txt; done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Stempel needs Python 3.11 or newer.")'
	@$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements-build.txt
	@echo "Installing what Stempel needs (once) …"
	@$(BIN)/python $(PIP) -r requirements-build.txt
	@touch $@

.venv/dev: .venv/bin/python requirements-dev.txt
	@echo "Installing what the tests need (once) …"
	@$(BIN)/python $(PIP) -r requirements-dev.txt
	@touch $@ .venv/run

.venv/bench: .venv/dev requirements-bench.txt
	@$(BIN)/python $(PIP) -r requirements-bench.txt
	@touch $@

# The engine pins botocore to another version than ours, so it lives apart.
.venv-engine/ready: requirements-engine.txt
	@echo "Installing the local engine (once) …"
	@test -x .venv-engine/bin/python || $(PYTHON) -m venv .venv-engine
	@.venv-engine/bin/python $(PIP) -r requirements-engine.txt
	@touch $@

clean:
	@rm -rf build .venv .venv-engine .mypy_cache .ruff_cache .pytest_cache .hypothesis
