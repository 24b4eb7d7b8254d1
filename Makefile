PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ON ?= 2026-11-22
ARCHIVE ?= archive

.PHONY: curate test lint types layers tests schema clean

curate: $(BIN)/.ready  ## curate fixtures/inbox and print outcomes, accessions and reports
	@$(BIN)/bia-curation curate fixtures/inbox --archive $(ARCHIVE) --on $(ON) || [ $$? -eq 1 ]

test: $(BIN)/.ready lint types layers tests  ## everything that must hold

lint: $(BIN)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict schemas curation_rules fixtures/codes prefect.yaml

types: $(BIN)/.ready
	$(BIN)/mypy

layers: $(BIN)/.ready
	$(BIN)/lint-imports

tests: $(BIN)/.ready
	$(BIN)/pytest -q -n 2 --dist loadgroup

schema: $(BIN)/.ready  ## compile the LinkML schema anew and write the pages made from it
	$(BIN)/python -m pipeline.schema
	$(BIN)/python -m pipeline.schema --docs
	$(BIN)/python -m pipeline.cli.codes_page

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
