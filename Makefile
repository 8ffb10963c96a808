# Two commands on a fresh machine: `make run` and `make test`. Each of the others does just its part.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test install synth lint lock clean

run: $(STAMP) ## bring the local cloud up, transcribe a sample through both doors, keep serving
	@$(BIN)/earshot up

test: $(STAMP) synth ## everything, green
	@$(BIN)/python -m pytest

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Earshot needs Python 3.11 or newer; PYTHON=python3.x make chooses one") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned packages into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

synth: $(STAMP) ## the CloudFormation template into cdk.out (skipped when nothing it is made of changed)
	@$(BIN)/python -m infra.synth

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

LOCK = $(BIN)/uv pip compile --quiet --python-version 3.11 --no-emit-index-url --no-header --no-annotate --generate-hashes
IMAGE = $(LOCK) --python-platform x86_64-manylinux_2_28 --constraint requirements.lock

lock: ## resolve pyproject's groups anew into requirements.lock and, of the same versions, what the image holds
	@$(LOCK) --universal $(addprefix --group=,functions transcriber infra local cli dev) -o requirements.lock
	@$(IMAGE) --group transcriber -o containers/transcriber/requirements.txt
	@$(IMAGE) --group transcriber-gpu -o containers/transcriber/requirements-gpu.txt

clean:
	rm -rf .venv .cache cdk.out build .pytest_cache .mypy_cache .ruff_cache
