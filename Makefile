# Two commands, `make batch` and `make test`; each sets up what it needs. They need Python 3.11 or newer and make.

PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV := .venv

MINIO := $(or $(shell command -v minio),.minio/bin/minio)
MINIO_PORT ?= 9000
MINIO_CONSOLE_PORT ?= 9001

.PHONY: batch test lint types bench contact-sheet minio outdated clean

batch: $(VENV)/runtime
	$(VENV)/bin/python -m local batch.json

test: lint types
	$(VENV)/bin/python -m pytest

lint: $(VENV)/development
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/development
	$(VENV)/bin/mypy

# The README's figures: ratios, each measured side by side in one run.
bench: $(VENV)/development
	$(VENV)/bin/python -W ignore -m benchmarks

# Every template with every font, to look at: out/contact-sheet/.
contact-sheet: $(VENV)/runtime
	$(VENV)/bin/python -m local.contact_sheet

# A MinIO for development: the one on PATH, else built as the deployment's is. Ctrl-C ends it.
minio: $(MINIO)
	@echo 'For this machine only: everyone knows its keys, so never open its ports to the internet.'
	@echo 'MinIO listens on http://127.0.0.1:$(MINIO_PORT), its console on http://127.0.0.1:$(MINIO_CONSOLE_PORT).'
	@echo 'In another terminal:'
	@echo '  export MINIO_ENDPOINT=http://127.0.0.1:$(MINIO_PORT) MINIO_ACCESS_KEY=minioadmin MINIO_SECRET_KEY=minioadmin'
	@MINIO_ROOT_USER=minioadmin MINIO_ROOT_PASSWORD=minioadmin $(MINIO) server --quiet .minio/data \
		--address 127.0.0.1:$(MINIO_PORT) --console-address 127.0.0.1:$(MINIO_CONSOLE_PORT)

.minio/bin/minio: minio.version deploy/minio.patch deploy/build-minio.sh
	@{ command -v go && command -v git; } >/dev/null || { echo 'Building MinIO needs Go 1.24 or newer, and git: install them.'; exit 1; }
	deploy/build-minio.sh $@

# Another S3 server, which tests run the store over.
.minio/bin/versitygw: versitygw.version
	GOBIN=$(CURDIR)/.minio/bin go install github.com/versity/versitygw/cmd/versitygw@$(shell cat versitygw.version)
	touch $@

# Which pins are behind the registry, and which of those the other packages let move.
outdated: $(VENV)/development
	@$(VENV)/bin/python -m pip list --outdated --exclude pip --exclude setuptools
	@sed -n 's/==.*//p' requirements.txt requirements-local.txt requirements-dev.txt > $(VENV)/pinned
	@$(VENV)/bin/python -m pip install --dry-run --upgrade --upgrade-strategy eager -r $(VENV)/pinned > $(VENV)/newest
	@grep '^Would install' $(VENV)/newest || echo 'Nothing newer that the other packages allow.'

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache

# Each stamp is written last, so that an interrupted installation is taken up again.
$(VENV)/made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/it")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/runtime: requirements.txt requirements-local.txt | $(VENV)/made
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-local.txt
	touch $@

$(VENV)/development: requirements-dev.txt $(VENV)/runtime
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
