# `make` alone lists what there is to make. All of it runs in .venv/, which it creates.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: help setup check compare lab sweep timeline predict figures screenshots benchmark faults outputs test
.DEFAULT_GOAL := help

help:
	@echo "make setup      create $(VENV)/ and install what the examples and the comparison need"
	@echo "make check      say whether this machine is ready for the workshop"
	@echo "make compare    measure WSGI and ASGI side by side   (ARGS=\"--users 40 --seconds 10\")"
	@echo "make lab        start both servers and Locust's page, to put load on them in a browser"
	@echo "make sweep      double the users step by step, and draw the knee (7 minutes)"
	@echo "make timeline   send twelve requests at once, and draw when each is answered"
	@echo "make predict    the comparison, after your prediction"
	@echo "make figures    measure all that the chapters show again (18 minutes)"
	@echo "make screenshots  take the pictures of the lab again, in a browser (3 minutes)"
	@echo "make benchmark    measure the REST example beside other frameworks (3 minutes, with wrk)"
	@echo "make faults     try all that chapters 5 and 6 say of the servers, and write their tables (up to 4 minutes)"
	@echo "make outputs    run all READMEs, and rewrite the outputs that they show (10 minutes)"
	@echo "make test       run every test   (CHAPTER=wsgi: those of one chapter)"
	@echo "With another Python, beside the first: make test PYTHON=python3.13 VENV=.venv-3.13"

setup: $(VENV)/installed

compare: $(VENV)/installed
	@$(RUN) -m compare run $(ARGS)

lab sweep timeline predict: $(VENV)/installed
	@$(RUN) -m compare $@ $(ARGS)

figures: $(VENV)/installed
	@$(RUN) -m compare run --output results/docs
	@mv results/docs/comparison.json docs/
	@for set in waiting blocking busy minimal; do \
	  $(RUN) -m compare run --set $$set --output results/docs || exit; \
	  mv results/docs/comparison.json docs/$$set.json; \
	done
	@$(RUN) -m compare sweep --output results/docs
	@$(RUN) -m compare timeline --output results/docs
	@mv results/docs/sweep.json results/docs/timeline.json docs/
	@for name in comparison waiting blocking busy minimal sweep timeline; do \
	  $(RUN) -m compare draw docs/$$name.json || exit; \
	done

screenshots: $(VENV)/installed-for-tests
	@$(RUN) -m tests.support.screenshots

faults: $(VENV)/installed
	@$(RUN) -m compare faults --write

benchmark: $(VENV)/installed-for-tests
	@$(RUN) -m instrument.benchmark

outputs: $(VENV)/installed-for-tests
	@$(RUN) -m tests.support.rewrite

check: $(VENV)/installed
	@$(RUN) -m compare check

test: $(VENV)/installed-for-tests
	@$(RUN) -m tests $(if $(CHAPTER),--chapter=$(CHAPTER)) $(ARGS)

$(VENV)/installed: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: install Python 3.11 or newer, or name one: make setup PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: install Python 3.11 or newer, and name it: make setup PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV)/, which takes about a minute once"
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(VENV)/ has no Python 3.11 or newer: remove it (rm -r $(VENV)), or name another folder: make setup VENV=.venv-new" >&2; exit 1; }
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(RUN) -m ensurepip >/dev/null || { echo "$(VENV)/ has no pip: $(RUN) -m ensurepip says why" >&2; exit 1; }
	@$(RUN) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/installed-for-tests: tests/requirements.txt $(VENV)/installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@
