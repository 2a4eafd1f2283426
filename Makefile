# `make` alone lists what there is to make. All of it runs in .venv/, which it creates.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SETS := waiting blocking busy minimal frameworks
EXPERIMENTS := sweep timeline crowd mending spread

# With these, Python would import others' modules, or none of ours.
MISLEADING := PYTHONPATH PYTHONSAFEPATH PYTHONHOME
unexport $(MISLEADING)
LEFT_OUT := $(strip $(foreach name,$(MISLEADING),$(if $($(name)),$(name))))

.PHONY: help setup check compare lab sweep timeline predict crowd size figures screenshots benchmark faults outputs upgrade exercises hint book read test
.DEFAULT_GOAL := help

help:
	@echo "make setup      create $(VENV)/ and install what the examples and the comparison need"
	@echo "make check      say whether this machine is ready for the workshop"
	@echo "make compare    measure WSGI and ASGI side by side   (ARGS=\"--users 40 --seconds 15\")"
	@echo "make lab        start both servers and Locust's page, to put load on them in a browser"
	@echo "make sweep      double the users step by step, and draw the knee (7 minutes)"
	@echo "make timeline   send twelve requests at once, and draw when each is answered"
	@echo "make predict    the comparison, after your prediction"
	@echo "make crowd      ask with up to 4,000 users, and tell what each request costs (4 minutes)"
	@echo "make read       the workshop as a book in your browser, beside your terminals   (ARGS=\"--port 9000\")"
	@echo "make book       build the book only, into results/book/, to be copied"
	@echo "make size       find what holds the requests of your own application   (APP=shop.wsgi:application)"
	@echo "make benchmark    measure the REST example beside other frameworks (5 minutes, with wrk)"
	@echo "make figures    measure all that the chapters show again (27 minutes)"
	@echo "All of these write to results/ alone. For those who maintain the text, these change docs/ and the chapters:"
	@echo "make benchmark WRITE=1, make figures WRITE=1"
	@echo "make screenshots  take the pictures of the lab again, in a browser (3 minutes)"
	@echo "make faults     try all that chapters 5 to 8 say of the servers, and write their tables (3 minutes)"
	@echo "make outputs    run all READMEs, and rewrite the outputs that they show (10 minutes)"
	@echo "make upgrade    install the newest releases, do faults and outputs, and show what git calls changed (30 minutes)"
	@echo "make exercises  check the next exercise   (ARGS=watch, ARGS=4, ARGS=list, ARGS=all, ARGS=\"reset 4\"); make hint helps"
	@echo "make test       run every test   (CHAPTER=wsgi: those of one chapter)"
	@echo "With another Python, beside the first: make test PYTHON=python3.13 VENV=.venv-3.13"

setup: $(VENV)/installed

compare: $(VENV)/installed
	@$(RUN) -m compare run $(ARGS)

lab sweep timeline predict crowd: $(VENV)/installed
	@$(RUN) -m compare $@ $(ARGS)

size: $(VENV)/installed
	@$(RUN) -m compare size $(APP) $(ARGS)

figures: $(VENV)/installed-for-tests
	@$(RUN) -m compare run --seconds 15 --output results/figures
	@for set in $(SETS); do $(RUN) -m compare run --set $$set --seconds 15 --output results/figures || exit; done
	@for name in $(EXPERIMENTS); do $(RUN) -m compare $$name --output results/figures || exit; done
	@for mended in 0 1 2; do \
	  $(RUN) -m compare size capacity.unknown:app --env MENDED=$$mended --rate 20 --highest 16 --output results/figures/$$mended || exit; \
	done
ifdef WRITE
	@for name in comparison $(SETS) $(EXPERIMENTS); do \
	  cp results/figures/$$name.json docs/ && $(RUN) -m compare draw docs/$$name.json || exit; \
	done
	@for mended in 0 1 2; do \
	  cp results/figures/$$mended/size.json docs/unknown-$$mended.json && $(RUN) -m compare draw docs/unknown-$$mended.json || exit; \
	done
	@$(RUN) -m instrument.experiments.diagrams
endif

screenshots: $(VENV)/installed-for-tests
	@$(RUN) -m tests.support.screenshots

faults: $(VENV)/installed-for-tests
	@$(RUN) -m compare faults --write

benchmark: $(VENV)/installed-for-tests
	@$(RUN) -m instrument.benchmark $(if $(WRITE),--write) $(ARGS)

outputs: $(VENV)/installed-for-tests
	@$(RUN) -m tests.support.rewrite

upgrade: $(VENV)/installed-for-tests
	@$(RUN) -m tests.support.upgrade $(ARGS)

exercises: $(VENV)/installed
	@$(RUN) -m exercises $(ARGS) || test $$? -eq 3 # not solved yet, which is no failure of make

hint: $(VENV)/installed
	@$(RUN) -m exercises hint $(ARGS)

book: $(VENV)/installed-for-book
	@$(RUN) -m book build

read: $(VENV)/installed-for-book
	@$(RUN) -m book read $(ARGS)

check: $(VENV)/installed
	@$(if $(LEFT_OUT),LEFT_OUT="$(LEFT_OUT)" )$(RUN) -m compare check

test: $(VENV)/installed-for-tests
	@$(RUN) -m tests $(if $(CHAPTER),--chapter=$(CHAPTER)) $(ARGS)

$(VENV)/installed: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: install Python 3.11 or newer, or name one: make setup PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: install Python 3.11 or newer, and name it: make setup PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV)/, which takes about half a minute once"
	@test -x $(RUN) || { $(PYTHON) -m venv $(VENV) && $(RUN) -m pip install --quiet --disable-pip-version-check --upgrade pip; } # the one that Python brings may take twice as long
	@$(RUN) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(VENV)/ has no Python 3.11 or newer: remove it (rm -r $(VENV)), or name another folder: make setup VENV=.venv-new" >&2; exit 1; }
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(RUN) -m ensurepip >/dev/null || { echo "$(VENV)/ has no pip: $(RUN) -m ensurepip says why" >&2; exit 1; }
	@$(RUN) instrument/edges/install.py requirements.txt
	@touch $@

$(VENV)/installed-for-book: book/requirements.txt $(VENV)/installed
	@$(RUN) instrument/edges/install.py book/requirements.txt
	@touch $@

$(VENV)/installed-for-tests: $(wildcard */requirements.txt) $(VENV)/installed
	@$(RUN) instrument/edges/install.py tests/requirements.txt
	@touch $@
