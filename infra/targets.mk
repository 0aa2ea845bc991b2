# The tasks of the estate. ENV is dev, sit or prod; COMPONENT narrows a task to one root module; LOCK=no plans without
# the lock of the state, as the planner must, who may not write it.
COMPONENT ?=
LOCK ?= yes
CHECKOV := .venv-checkov
INFRA_PYTHON = $(BIN)/python
infra_components = $(foreach name,$(COMPONENT),--component $(name))
infra_env = --env $(ENV)
infra_lock = $(if $(filter no,$(LOCK)),--no-lock)

# Refused while the file is read, before anything is installed.
infra_goals := $(filter infra-bootstrap infra-plan infra-apply infra-destroy infra-verify infra-drift infra-cost,$(MAKECMDGOALS))
ifneq ($(infra_goals),)
# By value: what they hold is text, and never a call of make's.
ifneq ($(words $(value ENV))$(filter-out dev sit prod,$(value ENV)),1)
$(error $(if $(value ENV),There is no environment "$(value ENV)",Say which environment): make $(firstword $(infra_goals)) ENV=dev, ENV=sit or ENV=prod)
endif
ifeq ($(filter yes no,$(LOCK)),)
$(error LOCK is "$(LOCK)": write LOCK=no to plan without the lock of the state, or leave it out)
endif
endif

.PHONY: infra-tools
infra-tools: $(VENV)/.dev $(CHECKOV)/.installed ## Find Terraform and install checkov
	@PYTHON=$(INFRA_PYTHON) infra/scripts/ensure_terraform

# Checkov pins old versions of what the product uses in new ones, so it lives apart.
$(CHECKOV)/.installed: requirements/checkov.lock | $(BIN)/python
	@echo "Installing checkov (locked, once)"
	@$(BIN)/python -m venv $(CHECKOV)
	@$(CHECKOV)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/checkov.lock
	@touch $@

# The tests of whole estates scan with it, and ask whether a job finds it.
test-estate: $(CHECKOV)/.installed

# A job that plans, applies or verifies needs boto3 and Terraform; whoever has more installed has these.
$(VENV)/.deploy: requirements/deploy.lock | $(BIN)/python
	@echo "Installing what a deployment needs (locked, once)"
	@test -e $(VENV)/.dev || test -e $(VENV)/.app || $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/deploy.lock
	@touch $@

.PHONY: infra-deploy-tools
infra-deploy-tools: $(VENV)/.deploy ## Find Terraform and install the little that deployments need
	@PYTHON=$(INFRA_PYTHON) infra/scripts/ensure_terraform

.PHONY: infra-fmt
infra-fmt: ## Format the Terraform
	@terraform fmt -recursive infra examples

.PHONY: infra-docs
infra-docs: $(VENV)/.dev ## Write the READMEs of the modules and components from their code
	@$(INFRA_PYTHON) infra/scripts/module_readmes.py

.PHONY: infra-rights
infra-rights: infra-tools ## Write what each role of the pipeline may do into infra/rights, from the Terraform
	@$(INFRA_PYTHON) -m tests.infra.rights

.PHONY: infra-scan
infra-scan: infra-tools ## Look for insecure settings in the Terraform (checkov)
	@$(CHECKOV)/bin/checkov --config-file infra/checkov.yaml --quiet

.PHONY: infra-bootstrap
infra-bootstrap: infra-deploy-tools ## Make the state bucket and lock table of ENV, once (administrator)
	@$(INFRA_PYTHON) -m infra.deploy bootstrap $(infra_env)

.PHONY: infra-plan
infra-plan: infra-deploy-tools ## Plan ENV (COMPONENT=... for one, LOCK=no as planner), check tags, write the plan as Markdown
	@$(INFRA_PYTHON) -m infra.deploy plan $(infra_env) $(infra_components) $(infra_lock)

.PHONY: infra-apply
infra-apply: infra-deploy-tools ## Apply the saved plans of ENV; CONFIRM=deploy-dev, promote-sit or promote-prod
	@$(INFRA_PYTHON) -m infra.deploy apply $(infra_env) $(infra_components) --confirm="$$CONFIRM"

.PHONY: infra-destroy
infra-destroy: infra-deploy-tools ## Tear dev down; CONFIRM=destroy-dev
	@$(INFRA_PYTHON) -m infra.deploy destroy $(infra_env) $(infra_components) --confirm="$$CONFIRM"

.PHONY: infra-verify
infra-verify: $(VENV)/.deploy ## Ask AWS whether ENV is what the design says
	@$(INFRA_PYTHON) -m infra.verify $(infra_env)

.PHONY: infra-drift
infra-drift: infra-deploy-tools ## Plan all of ENV without lock or trace and verify: what is no longer as deployed (JSON=yes)
	@$(INFRA_PYTHON) -m infra.deploy drift $(infra_env) $(infra_components) $(if $(filter yes,$(JSON)),--json)

.PHONY: infra-cost
infra-cost: infra-deploy-tools ## Estimate what ENV costs in a month, and fail where that is too dear (JSON=yes, INFRACOST=file)
	@$(INFRA_PYTHON) -m infra.deploy.cost $(infra_env) $(if $(filter yes,$(JSON)),--json) $(if $(INFRACOST),--infracost $(INFRACOST))

.PHONY: infra-test
infra-test: infra-tools ## Test the infrastructure: static, plans, and real applies against a local emulator
	@$(INFRA_PYTHON) -m pytest tests/infra --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

.PHONY: infra-test-fast
infra-test-fast: infra-tools ## Test the infrastructure without applying anything (under a minute)
	@$(INFRA_PYTHON) -m pytest tests/infra/fast --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
.PHONY: infra-lock
infra-lock: ## Make the lock files of checkov and of deployments anew (needs uv)
	@echo checkov | $(COMPILE) - -o requirements/checkov.lock
	@$(COMPILE) --group deploy --constraint requirements/app.lock -o requirements/deploy.lock

# The systems that people and jobs work on. What is downloaded there must be named in the locks by its digest.
PYTHON_SYSTEMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28 x86_64-apple-darwin aarch64-apple-darwin
TERRAFORM_SYSTEMS := linux_amd64 linux_arm64 darwin_amd64 darwin_arm64

.PHONY: infra-lock-check
infra-lock-check: ## Try the lock files of Python on Linux and macOS, both architectures, as wheels alone (needs uv)
	@for system in $(PYTHON_SYSTEMS); do for lock in app deploy dev checkov; do \
		uv pip install --dry-run --quiet --no-deps --require-hashes --only-binary :all: --python-version 3.11 \
			--python-platform $$system --target build/locks/$$system -r requirements/$$lock.lock \
			&& echo "$$lock.lock installs on $$system" || exit 1; done; done

.PHONY: infra-providers
infra-providers: ## Write the provider's digests for Linux and macOS into the lock files of Terraform (needs the registry)
	@for versions in infra/components/*/versions.tf examples/*/terraform/versions.tf; do \
		terraform -chdir=$$(dirname $$versions) providers lock $(addprefix -platform=,$(TERRAFORM_SYSTEMS)) || exit 1; done
