# Two commands, `make batch` and `make test`; each sets itself up. They need Python 3.11 or newer and make.

# Every $(shell) contains a shell metacharacter. Without one, GNU make 3.81, which macOS ships, runs the command itself
# and does not find the builtin `command`.

# The first Python that is new enough. pyenv refuses to run another version than the one in .python-version, which is
# Render's; so the second round starts from /, and the interpreter's own path is used.
PYTHON ?= $(or $(shell for folder in . /; do for name in python3.11 python3 python3.14 python3.13 python3.12; do \
	(cd $$folder && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11) or print(sys.executable))') \
	2>/dev/null && break 2; done; done),python3)
# A text as one word for the shell, whatever is in it.
quoted = '$(subst ','\'',$(1))'
VENV := .venv
# What would lead Python or pip past it.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PIP_PREFIX PIP_TARGET PIP_USER

# Exact versions with hashes, for every platform and Python 3.11 and newer. Each builds on the one before.
LOCKED := requirements.txt requirements-local.txt requirements-dev.txt deploy/requirements.txt
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-strip-extras --custom-compile-command 'make lock'
# Nothing is resolved here: what a lock leaves open would depend on the registry of the day.
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-user --no-deps --require-hashes

# Four processes, on any number of cores, as many tests wait. Each starts its own MinIO; an idle one takes over tests.
PYTEST := $(VENV)/bin/python -m pytest --numprocesses 4 --dist worksteal

MINIO := $(or $(shell command -v minio 2>/dev/null),.minio/bin/minio)
MINIO_PORT ?= 9000
MINIO_CONSOLE_PORT ?= 9001

# The S3 servers for the tests can be built if git and a Go that is new enough are there. Debian 12's own is not.
GO := $(shell command -v git >/dev/null && go env GOVERSION 2>/dev/null | grep -E '^go(1\.(2[4-9]|[3-9][0-9])|[2-9])')
SERVERS := $(if $(GO),.minio/bin/minio .minio/bin/versitygw)

.PHONY: batch test test-fast lint types bench contact-sheet pictures minio free-ports lock upgrade outdated relocked clean

# For example: make batch FILE=posts.csv ARGS='--limit 5 --plan'
FILE := batch.json
ARGS :=
batch: $(VENV)/runtime
	$(VENV)/bin/python -m cli $(call quoted,$(value FILE)) $(ARGS)

test: lint types $(VENV)/registry/fetched $(SERVERS)
ifndef SERVERS
	@echo 'Tests that need MinIO are skipped unless it is on PATH: install Go 1.24 or newer, and git, to have it built here.'
endif
	$(PYTEST)

# For the edit-test loop: without MinIO, a browser, the Render CLI, and slow tests.
test-fast: $(VENV)/development
	$(PYTEST) -m 'not (minio or browser or cli or slow)'

lint: $(VENV)/development
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/development
	$(VENV)/bin/mypy

# The table of docs/figures.md.
bench: $(VENV)/development
	$(VENV)/bin/python -W ignore -m benchmarks

# Every template with every font, to look at: out/contact-sheet/. PHOTOS names a folder of pictures to take.
contact-sheet: $(VENV)/runtime
	$(VENV)/bin/python -m benchmarks.contact_sheet $(if $(PHOTOS),"$(PHOTOS)")

# The README's two pictures: docs/live.svg and docs/gallery.jpg.
pictures: $(VENV)/development
	$(VENV)/bin/python -W ignore -m benchmarks.pictures

# A MinIO for development: the one on PATH, else built as the deployment's is. Ctrl-C ends it.
minio: free-ports $(MINIO)
	@echo 'For this machine only: everyone knows its keys, so never open its ports to the internet.'
	@echo 'MinIO listens on http://127.0.0.1:$(MINIO_PORT), its console on http://127.0.0.1:$(MINIO_CONSOLE_PORT).'
	@echo 'In another terminal:'
	@echo '  export MINIO_ENDPOINT=http://127.0.0.1:$(MINIO_PORT) MINIO_ACCESS_KEY=minioadmin MINIO_SECRET_KEY=minioadmin'
	@MINIO_ROOT_USER=minioadmin MINIO_ROOT_PASSWORD=minioadmin $(MINIO) server --quiet .minio/data \
		--address 127.0.0.1:$(MINIO_PORT) --console-address 127.0.0.1:$(MINIO_CONSOLE_PORT)

free-ports:
	@for port in $(MINIO_PORT) $(MINIO_CONSOLE_PORT); do \
		$(call quoted,$(PYTHON)) -c "import socket; socket.create_server(('127.0.0.1', $$port))" 2>/dev/null || { \
			echo "Port $$port is in use. Name two free ones: make minio MINIO_PORT=9100 MINIO_CONSOLE_PORT=9101"; exit 1; }; \
	done

.minio/bin/minio: deploy/minio.version deploy/minio.patch deploy/build-minio.sh
	@[ -n '$(GO)' ] || { echo 'Building MinIO needs Go 1.24 or newer, and git: install them.'; exit 1; }
	@echo 'Building MinIO. It takes some minutes, once.'
	deploy/build-minio.sh $@

# Another S3 server for the tests.
.minio/bin/versitygw: deploy/versitygw.version
	@echo 'Building versitygw. It takes a minute or two, once.'
	GOBIN=$(call quoted,$(CURDIR)/.minio/bin) go install github.com/versity/versitygw/cmd/versitygw@"$$(cat deploy/versitygw.version)"
	touch $@

# Renews the locked requirements from the *.in files. Versions that still fit stay; `make upgrade` updates them all. A lock
# that would not install on every day, with every pip, is not written.
lock: relocked
	$(VENV)/bin/python -m tests.support.moved_registry check $(VENV)/relocked
	for file in $(LOCKED); do cp "$(VENV)/relocked/$$file" "$$file" || exit 1; done

upgrade: UPGRADE := --upgrade
upgrade: lock

# What `make upgrade` would change.
outdated: UPGRADE := --upgrade
outdated: relocked
	@cat $(LOCKED) | grep '^[a-z].*==' | sort -u > $(VENV)/versions
	@(cd $(VENV)/relocked && cat $(LOCKED)) | grep '^[a-z].*==' | sort -u | diff $(VENV)/versions - | grep '^[<>]' \
		|| echo 'Every package is the newest that the others allow.'

# The lists and their locks, locked again beside the ones in force.
relocked: $(VENV)/development
	rm -rf $(VENV)/relocked
	mkdir -p $(VENV)/relocked/deploy
	for file in $(LOCKED); do cp "$$file" "$${file%.txt}.in" "$(VENV)/relocked/$$(dirname "$$file")" || exit 1; done
	cd $(VENV)/relocked && for file in $(LOCKED); do \
		../bin/$(LOCK) $(UPGRADE) "$${file%.txt}.in" --output-file "$$file" || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache

# Each stamp is written last, so that an interrupted installation is repeated. After a change of the locks everything is
# installed anew: of a package that is no longer locked, nothing may stay.
$(VENV)/made: requirements-local.txt requirements-dev.txt
	@$(call quoted,$(PYTHON)) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/it'; exit 1; }
	$(call quoted,$(PYTHON)) -m venv --clear $(VENV)
	touch $@

$(VENV)/runtime: $(VENV)/made
	@echo 'Installing the packages. It takes about half a minute, once.'
	$(INSTALL) -r requirements-local.txt
	$(PIP) check
	touch $@

$(VENV)/development: $(VENV)/runtime
	$(INSTALL) -r requirements-dev.txt
	$(PIP) check
	touch $@

# The locked files themselves, and pips of several years, for the tests of the locks.
$(VENV)/registry/fetched: $(VENV)/development deploy/requirements.txt tests/support/pips.txt
	$(VENV)/bin/python -m tests.support.moved_registry fetch $(VENV)/registry
	touch $@
