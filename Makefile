# Hotline. `make demo` and `make test` do all set-up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup setup-dev setup-training setup-acoustic demo test check format serve worker models models-graphs asr-report emotion-report understanding-report ear-report lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.setup node_modules/.setup ## install what Hotline needs into .venv and node_modules

setup-dev: setup $(VENV)/.setup-dev

$(VENV)/.setup: requirements/runtime.txt pyproject.toml
	@sh ops/setup.sh python "$(PYTHON)" requirements/runtime.txt
	@touch $@

setup-training: setup $(VENV)/.setup-training

$(VENV)/.setup-training: requirements/training.txt $(VENV)/.setup
	@sh ops/setup.sh training "$(PYTHON)" requirements/training.txt
	@touch $@

$(VENV)/.setup-dev: requirements/dev.txt $(VENV)/.setup
	@sh ops/setup.sh packages "$(PYTHON)" requirements/dev.txt
	@touch $@

node_modules/.setup: package-lock.json $(VENV)/.setup
	@sh ops/setup.sh front-end "$(PYTHON)"
	@touch $@

demo: setup ## start everything on this machine and play four calls
	@$(BIN)/hotline demo

test: setup-dev setup-training setup-acoustic ## all tests
	@sh ops/setup.sh browser "$(PYTHON)"
	@$(BIN)/python -m pytest

check: setup-dev ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports

format: setup-dev ## put the code in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

emotion-report: setup-dev ## all figures of the emotion scorer: make emotion-report DATA=folder
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/emotion_report.py $(DATA)

understanding-report: setup-dev ## how well requests are understood: table in the model card, pictures in docs
	@OMP_NUM_THREADS=1 $(BIN)/python -m bench.understanding_report --curves

ear-report: setup-dev ## what mishearing costs the understanding: table in docs/understanding/EAR.md
	@$(BIN)/python -m bench.ear_loss

serve: setup ## web and media processes, settings from the environment
	@$(BIN)/hotline serve

worker: setup ## the work after calls, settings from the environment
	@$(BIN)/hotline worker

setup-acoustic: setup-training $(VENV)/.setup-acoustic

$(VENV)/.setup-acoustic: requirements/acoustic.txt $(VENV)/.setup-training
	@sh ops/setup.sh acoustic "$(PYTHON)" requirements/acoustic.txt
	@touch $@

models: setup-acoustic ## make the bundled speech models from nothing (RECORDED=folder: people too)
	@$(BIN)/hotline models train --lang en --out asr/models/en $(if $(RECORDED),--recorded $(RECORDED))
	@$(BIN)/hotline models train --lang zh --out asr/models/zh $(if $(RECORDED),--recorded $(RECORDED))
	@$(BIN)/python -m bench.asr_report $(if $(RECORDED),--human $(RECORDED))

models-graphs: setup-training ## build only the decoding graphs of the bundled speech models anew
	@$(BIN)/hotline models build --whole --lang en --out asr/models/en
	@$(BIN)/hotline models build --whole --lang zh --out asr/models/zh

asr-report: setup ## how well the speech models hear (HUMAN=folder: people too, SPEAKERS=dataset/speaker,... of them, COMPARE=folder: others)
	@$(BIN)/python -m bench.asr_report $(if $(HUMAN),--human $(HUMAN)) $(if $(SPEAKERS),--speakers $(SPEAKERS)) $(if $(COMPARE),--compare $(COMPARE))

lock: ## resolve the versions anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml --group build -o requirements/runtime.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml --group build --extra training -o requirements/training.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml --group build --group dev -o requirements/dev.txt

clean: ## remove what setup and the demo made
	rm -rf $(VENV) node_modules var
