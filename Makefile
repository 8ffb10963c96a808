# Two commands on a fresh machine: `make run` and `make test`. Each of the others does just its part.
# The oldest Python that the code runs on, and the newest that every pinned package has a wheel for.
OLDEST := 11
NEWEST := 14
FITS := import sys; sys.exit(not (3, $(OLDEST)) <= sys.version_info[:2] <= (3, $(NEWEST)))
# python3, or where that is too old or too new, another that is on the PATH.
PYTHON ?= $(shell for python in python3 $(patsubst %,python3.%,$(shell seq $(NEWEST) -1 $(OLDEST))); do \
	$$python -c '$(FITS)' 2> /dev/null && { echo $$python; exit; }; done; echo python3)
BIN := .venv/bin
STAMP := .venv/.installed
SYNCED := .venv/.synced
UV := $(BIN)/uv
# Some shells ask Python to keep no compiled modules; each process of the local cloud then compiles what it imports.
unexport PYTHONDONTWRITEBYTECODE
# Company proxies: uv trusts the certificates of the system, as pip can be told to, and asks the index that pip asks.
export UV_SYSTEM_CERTS ?= 1
INDEX = index=$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2> /dev/null || true)}; \
	[ -z "$$index" ] || export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}";

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-synth test-localcloud test-model test-pipeline test-clients test-recorded test-pythons \
	check install synth template-checks audit image image-jobs lint types imports coverage generated lock bootstrap deploy bench bench-speakers gpu-check gpu-bundle load simulate \
	faults long clean

help: ## this list
	@echo "Earshot: hosted Whisper in your own AWS account, or on this machine alone."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMP) ## everything on this machine: install, synthesize, serve, transcribe a sample through the bucket and the API
	@$(BIN)/earshot up

PYTEST := $(BIN)/python -m pytest
# The plugin of schemathesis takes a second to import, and only tests/clients needs it. That of logging puts handlers on
# every logger, six times a test; `log_records` does so where a test asks for it.
UNIT := -p no:schemathesis -p no:logging
MEASURED := --cov --cov-branch --cov-report= --cov-report=json:build/coverage.json
FLOORS := $(BIN)/python -m tests.coverage_floors build/coverage.json
CORES := $(shell nproc 2> /dev/null || sysctl -n hw.ncpu)
# On one core a process of its own for the tests would only import and collect them once more.
TOGETHER := $(if $(filter-out 1,$(CORES)),-n $(CORES))
# Tests with a local cloud wait for a third of their time. Whole files, in the order of tests/conftest.py.
WAITING := -n $(shell expr $(CORES) + 1) --dist loadfile --no-loadscope-reorder

test: $(STAMP) synth ## all tests, against the local cloud and the real model; COVERAGE=1 measures the unit tests' branches too
	@rm -rf build/aws-calls
	@$(PYTEST) tests/unit $(UNIT) $(TOGETHER) $(and $(COVERAGE),$(MEASURED))
	@$(if $(COVERAGE),$(FLOORS))
	@EARSHOT_TEST_ACCOUNT=moto $(PYTEST) tests/unit -m account $(UNIT) $(TOGETHER)
	@$(PYTEST) tests/synth $(TOGETHER)
	@$(BIN)/python -m tests.every_python --list
	@$(PYTEST) tests/clients tests/pipeline tests/model tests/localcloud $(WAITING)
	@$(PYTEST) tests/recorded

test-fast: $(STAMP) ## the unit tier but for tests marked slow: no local cloud, no model, no network; half a minute
	@HYPOTHESIS_PROFILE=few $(PYTEST) tests/unit -m "not slow" $(UNIT) $(or $(TOGETHER),-p no:xdist)

test-synth: $(STAMP) ## the template, its permissions and state machines
	@$(PYTEST) tests/synth $(TOGETHER)

test-localcloud: $(STAMP) synth ## the emulator, its patches, and the command against it
	@$(PYTEST) tests/localcloud

test-model: $(STAMP) ## the engine with the real model
	@$(PYTEST) tests/model

test-pipeline: $(STAMP) synth ## the whole system, with faults
	@$(PYTEST) tests/pipeline

test-clients: $(STAMP) synth ## SDKs and programs of others as clients; installs them
	@$(PYTEST) tests/clients

test-recorded: $(STAMP) ## least privilege: what the tiers before it called, against the grants; `make test` ends with it
	@$(PYTEST) tests/recorded

test-pythons: $(STAMP) synth ## the fast tests and the main job on every other Python that this machine has
	@$(BIN)/python -m tests.every_python

check: lint test-fast ## what a pull request needs before it is sent: lint, types, imports, fast tests, fresh documents

install: $(STAMP) ## the environment in .venv, from requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) > /dev/null || { echo "Earshot needs Python 3.$(OLDEST) to 3.$(NEWEST), and there is no $(PYTHON) here. PYTHON=/path/to/python3 make … names another." >&2; exit 1; }
	@$(PYTHON) -c '$(FITS)' || { echo "Earshot needs Python 3.$(OLDEST) to 3.$(NEWEST), for which its packages have wheels; $(PYTHON) is $$($(PYTHON) --version 2>&1). PYTHON=/path/to/python3 make … names another." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "This Python cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python3-venv) or name another with PYTHON=python3.x make …" >&2; exit 1; }
	@test -x $(BIN)/pip || { echo "Making the environment .venv with $$($(PYTHON) --version) …"; $(PYTHON) -m venv .venv; }
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@echo "Installing the pinned packages, a speech model among them: 1.4 GB on disk, a minute or two …"
	@rm -f $(SYNCED)
	@{ $(INDEX) $(UV) pip sync --python $(BIN)/python --require-hashes requirements.lock && touch $(SYNCED); } 2>&1 \
		| grep -vE '^( [-+~] |Downloading | Downloaded )' # the steps, and not each package by name
	@test -e $(SYNCED)
	@$(INDEX) $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

synth: $(STAMP) ## the CloudFormation template into build/assembly; skipped when nothing it is made of changed
	@$(BIN)/python -m infra.synth

CORPUS ?= tests/fixtures/speech

bench: $(STAMP) ## our engine beside plain faster-whisper, into build/bench; minutes; CORPUS=folder for more speech, ARGS="--variants 4" …
	@$(BIN)/python -c 'from pathlib import Path; from localcloud.embedded_model import embedded; embedded(Path(".cache/models"))'
	@PYTHONPATH=containers/transcriber $(BIN)/python -m bench.run --corpus $(CORPUS) --model .cache/models/base --out build/bench $(ARGS)

bench-speakers: $(STAMP) ## how well speakers are told apart, into build/bench; CORPUS="folder folder" with more voices, ARGS="--seeds 4" …
	@$(BIN)/python -c 'from pathlib import Path; from localcloud.embedded_model import embedded; from localcloud.speaker_models.embedded import embedded as speakers; embedded(Path(".cache/models")); speakers(Path(".cache/models"))'
	@PYTHONPATH=containers/transcriber $(BIN)/python -m bench.speakers --corpus $(CORPUS) --speakers .cache/models/speakers --words .cache/models/base --out build/bench $(ARGS)

gpu-check: $(STAMP) ## plain faster-whisper and our engine by batch size on this machine's GPU, into build/gpu-check; ARGS="--stand-in" without one
	@$(BIN)/python -c 'from pathlib import Path; from localcloud.embedded_model import embedded; embedded(Path(".cache/models"))'
	@PYTHONPATH=containers/transcriber $(BIN)/python -m bench.gpu_check --corpus $(CORPUS) --model .cache/models/base --out build/gpu-check $(ARGS)

gpu-bundle: $(STAMP) ## the same check as folders to copy to a GPU host without network, into build/gpu-check; ARGS="--python 3.12 --host-has numpy"
	@$(BIN)/python -c 'from pathlib import Path; from localcloud.embedded_model import embedded; embedded(Path(".cache/models"))'
	@PYTHONPATH=containers/transcriber $(BIN)/python -m bench.gpu_bundle --corpus $(CORPUS) --model .cache/models/base --out build/gpu-check $(ARGS)

load: $(STAMP) synth ## 200 callers at once, then 1,000 requests in a row, on the local cloud; minutes; ARGS="--callers 50" …
	@$(BIN)/python -m tests.localcloud.load $(ARGS)

faults: $(STAMP) synth ## random schedules of faults on the local cloud, for 20 minutes; ARGS="--seed 7", "--minutes 5" …
	@$(BIN)/python -m tests.pipeline.fault_schedule $(ARGS)

long: $(STAMP) synth ## recordings of ten hours and of a day through the local cloud; an hour or two; ARGS="--hours 2" …
	@$(BIN)/python -m tests.pipeline.long_recordings $(ARGS)

simulate: $(STAMP) ## the scaling policy under load of all kinds, beside other policies: a table, and pictures into docs/explanation/images
	@$(BIN)/python -m simulation $(ARGS)

TOOL = $(INDEX) $(UV) tool run --from
SECRETS := --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector

template-checks: $(STAMP) synth ## checkov (infra/checkov.yaml) and asl-validator on the templates; fetches both
	@$(BIN)/python -m tests.synth.checkov_findings $(UV) tool run --from checkov==3.3.30 checkov
	@$(BIN)/python -m tests.synth.definitions build/asl
	@PATH="$(CURDIR)/$(BIN):$$PATH" npx --yes asl-validator@4.0.0 $(foreach name,job worker,--json-path build/asl/$(name).asl.json)

audit: $(STAMP) ## known vulnerabilities, committed keys, and lists of what is installed (SBOM) into build/sbom; fetches the tools
	@mkdir -p build/sbom
	@git ls-files -z | $(INDEX) xargs -0 $(UV) tool run --from detect-secrets==1.5.0 detect-secrets-hook $(SECRETS)
	@for image in requirements requirements-gpu requirements-quick; do \
		$(TOOL) cyclonedx-bom==7.1.0 cyclonedx-py requirements containers/transcriber/$$image.txt -o build/sbom/image-$$image.json || exit 1; done
	@$(TOOL) cyclonedx-bom==7.1.0 cyclonedx-py requirements requirements.lock -o build/sbom/environment.json
	@$(TOOL) pip-audit==2.9.0 pip-audit --strict --require-hashes --disable-pip $(addprefix --requirement ,requirements.lock containers/transcriber/requirements-gpu.txt)

base-digest: ## whether the tag of the image's base still points at the pinned digest; needs Docker and the network
	@containers/transcriber/check_base.sh

image: $(STAMP) ## both flavours of the worker's image, by Docker or buildah, and what they must be; FLAVOURS=cpu for one
	@$(BIN)/python -c 'from pathlib import Path; from localcloud.embedded_model import embedded; embedded(Path(".cache/models"))'
	@for flavour in $(or $(FLAVOURS),cpu gpu); do \
		containers/transcriber/build_image.sh $$flavour && containers/transcriber/check_image.sh $$flavour || exit 1; done

image-jobs: $(STAMP) synth ## whole jobs in the image that `make image` built, as a container and as a quick worker, in the local cloud
	@$(PYTEST) -s tests/localcloud/image_jobs.py

lint: $(STAMP) types imports ## ruff, mypy, and the contracts of who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

imports: $(STAMP)
	@$(BIN)/lint-imports --no-logo

generated: $(STAMP) ## write the generated files: schemas, OpenAPI, option and command pages, the table of patches
	@$(BIN)/python -m earshot_contract.schemas
	@$(BIN)/python -m infra.openapi.document
	@$(BIN)/python -m infra.openapi.options_page
	@$(BIN)/python docs/generate_cli_reference.py
	@$(BIN)/python -m localcloud.patches.readme

coverage: $(STAMP) ## branches that the unit tier runs, against a floor for each package
	@HYPOTHESIS_PROFILE=fast $(PYTEST) tests/unit $(UNIT) $(TOGETHER) $(MEASURED)
	@$(FLOORS)

LOCK = $(UV) pip compile --quiet --fork-strategy fewest --python-version 3.11 --no-emit-index-url --no-header --no-annotate --generate-hashes
IMAGE = $(LOCK) --python-platform x86_64-manylinux_2_28 --constraint requirements.lock

lock: ## resolve pyproject's groups anew into requirements.lock and, of the same versions, what the image holds
	@$(LOCK) --universal $(addprefix --group=,functions transcriber transcriber-quick infra local cli dev) -o requirements.lock
	@$(IMAGE) --group transcriber -o containers/transcriber/requirements.txt
	@$(IMAGE) --group transcriber-gpu -o containers/transcriber/requirements-gpu.txt
	@$(IMAGE) --group transcriber-quick -o containers/transcriber/requirements-quick.txt

bootstrap: $(STAMP) ## prepare an AWS account and region for the CDK, once
	@$(BIN)/earshot cdk bootstrap $(ARGS)

deploy: $(STAMP) ## into your AWS account; ARGS="-c flavour=cpu" chooses (README: Deploy)
	@$(BIN)/earshot deploy $(ARGS)

clean: ## everything that make made; the local cloud's data in .earshot stays
	rm -rf .venv .cache cdk.out build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
