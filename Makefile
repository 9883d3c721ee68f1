# Everything starts here: `make` lists what there is. The first run builds .venv, see scripts/bootstrap.py.
#
#   PYTHON       the Python to build .venv with, if not the python3 on the PATH
#   TORCH_INDEX  an index to take torch from, for instance the CPU-only one that the README names
#   EX           the exercise that a target is about
#   SECONDS      how long `make fuzz` looks at each of its targets
#   SAMPLE       how many mutants of each exercise `make truth` takes, if not all
#   SEEDS        under how many seeds it grades the right answers, if not under one
#   SUMMARY      the file into which `make truth` puts its figures

export PYTHON TORCH_INDEX

DOJO = .venv/bin/dojo
PY = .venv/bin/python
# What the last commit has touched, where there is one before it.
TOUCHED = $(if $(shell git rev-parse -q --verify HEAD~1 2>/dev/null),--touched HEAD~1)
PARALLEL = -n auto --dist loadgroup --no-loadscope-reorder

.PHONY: help grade check list hint show reset plot release stubs test redteam truth lint bench fuzz env dev clean distclean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

grade: env ## grade everything in exercises/
	@$(DOJO) grade $(EX)

check: env ## grade one exercise: make check EX=unbroadcast (without EX, the next one)
	@$(DOJO) check $(EX)

list: env ## list the exercises and how far you are
	@$(DOJO) list

hint: env ## one more hint: make hint EX=unbroadcast (without EX, for the last one you tried)
	@$(DOJO) hint $(EX)

show: env ## what an exercise asks for: make show EX=unbroadcast (likewise)
	@$(DOJO) show $(EX)

reset: env ## put back an exercise as it was handed out: make reset EX=unbroadcast
	@$(DOJO) reset $(EX)

plot: env ## a picture of what your own code computes: make plot EX=value_graph (without EX, the list)
	@$(DOJO) plot $(EX)

release: env ## for instructors: the course for nbgrader, in nbgrader-course/
	@$(DOJO) release nbgrader

stubs: env ## for authors: write exercises/ anew from solutions/
	@$(DOJO) stubs

test: lint ## what the kit tests about itself; a part of the attacks and answers
	@$(PY) -m pytest $(PARALLEL) --timeout 600 --sample
	@$(DOJO) course truth --plain --mutants --sample 1 --minutes 2 $(TOUCHED)

redteam: dev ## let every attack loose at every level of isolation, and all that make test samples
	@$(PY) -m pytest tests/redteam tests/test_kill.py tests/gradebook/test_cycle.py $(PARALLEL) --timeout 600

truth: dev ## what the graders make of thousands of wrong answers: make truth EX=u01_micrograd
	@$(DOJO) course truth $(EX) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SUMMARY),--summary $(SUMMARY))

lint: dev ## formatting, common mistakes and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: dev ## measure the speed of the kit
	@$(PY) -m benchmarks

fuzz: ## look for inputs that break the engine: make fuzz SECONDS=60 (for each target)
	@sh scripts/bootstrap.sh --fuzz
	@$(PY) -m tests.fuzz --seconds $(or $(SECONDS),60)

env: # .venv with what a student needs
	@sh scripts/bootstrap.sh

dev: # .venv with the tools for testing the kit as well
	@sh scripts/bootstrap.sh --dev

clean: ## remove caches and build products; your work, your history and .venv stay
	@rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

distclean: clean ## clean, and remove .venv too
	@rm -rf .venv .venv.discarded .venv.lock
