PYTHON ?= python3
BIN := .venv/bin
PIP := -m pip --quiet --disable-pip-version-check install --no-deps
PUBLIC := 0.38.0 0.20.0
OTHERS := $(PUBLIC) aurora generator
INTEROP := $(OTHERS:%=.venv-interop/%/.ready)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

.PHONY: help setup demo test test-postgres lint generate check diff record soak docs bench release-check lock clean

help:  ## List the targets.
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready  ## Make .venv with everything in it, pinned and hashed.

.venv/.ready: requirements/dev.txt pyproject.toml
	@echo "Making .venv: about a minute, once."
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) --require-hashes -r requirements/dev.txt
	$(BIN)/python $(PIP) --no-build-isolation --editable .
	@touch $@

.venv-interop/%/.ready: requirements/interop-%.txt
	@echo "Making an environment for $*: about a minute, once."
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python $(PIP) --require-hashes -r $<
	@touch $@

demo: setup  ## Simulate a discharge on this machine and plot it.
	$(BIN)/python examples/quickstart.py

test: setup $(INTEROP)  ## Run every test, in two processes.
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: setup  ## ruff, mypy --strict, and the rules of the spec.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m codegen lint

generate: setup  ## Carry a change of openapi/ through: bundle, lint, client, sync.
	$(BIN)/python -m codegen generate

check: setup  ## Fail when anything generated differs from a fresh run, or breaks users of the last release.
	$(BIN)/python -m codegen check

diff: setup  ## Name the breaking changes since the released spec.
	$(BIN)/python -m codegen diff

record: setup  ## Record the cassettes anew from an engine on loopback.
	$(BIN)/python -m pytest tests/replay --record-mode=rewrite

test-postgres: setup  ## Run the engine's tests on a PostgreSQL server of their own.
	$(BIN)/python -m tests.postgres

soak: .venv-interop/soak/.ready setup  ## The long proofs: protocols, requests, faults, kills. About an hour.
	$(<D)/bin/python -m tests.robustness.soak_ucp 100000
	$(BIN)/python -m tests.robustness.kill_uploads 200
	$(BIN)/python -m tests.robustness.spec_cases 20000
	$(BIN)/python -m tests.robustness.faulty_calls 10000
	$(BIN)/python -m tests.robustness.kill_jobs 1000

docs: setup  ## Make the site of the docs in out/site.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

release-check: lint check diff test test-postgres soak  ## Everything, and the wheel on every Python here.
	$(BIN)/python -m tests.release

bench: setup $(INTEROP) .venv-interop/pybop/.ready  ## Write every speed to benchmarks/RESULTS.md, as a ratio.
	$(BIN)/python -m benchmarks

lock: setup  ## Resolve the requirements anew.
	$(COMPILE) requirements/dev.in --no-emit-package ionworks-api --output-file requirements/dev.txt
	$(COMPILE) requirements/core.in --no-emit-package ionworks-api --output-file requirements/core.txt
	for version in $(OTHERS) soak pybop; do \
		$(COMPILE) requirements/interop-$$version.in --output-file requirements/interop-$$version.txt; \
	done

clean:  ## Remove the environments.
	rm -rf .venv .venv-interop
