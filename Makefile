# make train    set everything up, train a small GPT, print what it writes
# make test     set everything up, run every chapter's tests
PYTHON ?= python3
OUT ?= out
BIN = .venv/bin
READY = .venv/ready

.PHONY: help train test test-slow models lab sync check types package docs site browser clean
.DEFAULT_GOAL := help

help:
	@echo "make train      set up .venv, train the small character model into $(OUT)/, print a sample"
	@echo "make test       set up .venv, run every chapter's tests"
	@echo "make test-slow  the same with the cells that take minutes"
	@echo "make models     fetch the published chat model that some cells ask for, 98 MB, into .models/"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make docs       build the documentation site into _docs/"
	@echo "make site       build it, then serve it on this machine"
	@echo "make browser    open every page of the built site in Chromium and say what is wrong"
	@echo "make sync       export the chapters to the package, clean them, write README.md and the diagrams"
	@echo "make check      fail if 'make sync' would change anything, a line is too wide or an import goes up"
	@echo "make types      check the package's annotations with mypy"
	@echo "make package    build sdist and wheel into dist/, check and install them"

$(READY): tools/requirements.txt setup.py settings.ini
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"gpt_nb needs Python 3.11 or newer, this is {sys.version.split()[0]}: make PYTHON=python3.12 ...")'
	@echo "setting up .venv: once, a minute or two"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r tools/requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $(READY)

train: $(READY)
	@$(BIN)/gpt-nb train --preset shakespeare-char-cpu --out-dir $(OUT) --resume

test: $(READY)
	@$(BIN)/python tools/test.py

test-slow: $(READY)
	@$(BIN)/python tools/test.py --slow

models: $(READY)
	@$(BIN)/python tools/models.py

lab: $(READY)
	@$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" nbs/00_bigram.ipynb

DOCS = .venv/docs-ready
$(DOCS): $(READY) docs/requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r docs/requirements.txt
	@touch $(DOCS)

docs: $(DOCS)
	@$(BIN)/python tools/docs.py

site: $(DOCS)
	@$(BIN)/python tools/docs.py --serve

sync: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh -c 'python tools/home.py && nbdev_export && nbdev_clean && python tools/readme.py && python tools/draw.py'

check: sync
	@$(BIN)/python tools/width.py
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	@git diff --exit-code || (echo "run 'make sync' and commit what it changes" >&2; exit 1)

types: $(READY)
	@$(BIN)/python -m mypy

package: $(READY)
	@$(BIN)/python tools/package.py

browser: docs
	@$(BIN)/python tools/browser.py

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache _site _docs
