# What the workflows call, and nothing else is in them. Each of these runs on a laptop as well.
# Values come from the environment of the step, never from the text of a workflow, and the shell reads them there: what
# make put into a command would be executed. Each is written --option="$$VALUE", or stands after --: whatever somebody
# types is a value then, and no option.
PIPELINE = $(BIN)/python -m infra.pipeline
commit = "$${COMMIT:-$${GITHUB_SHA:-$$(git rev-parse HEAD)}}"
run = "$${RUN:-$$GITHUB_RUN_ID}"

# What looks at the workflows lives apart: it brings libraries of its own.
WORKFLOW_TOOLS := .venv-workflows
$(WORKFLOW_TOOLS)/.installed: requirements/workflows.lock | $(BIN)/python
	@echo "Installing zizmor and check-jsonschema (locked, once)"
	@$(BIN)/python -m venv $(WORKFLOW_TOOLS)
	@$(WORKFLOW_TOOLS)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/workflows.lock
	@touch $@

environments: $(WORKFLOW_TOOLS)/.installed

.PHONY: pipeline-lock
pipeline-lock: ## Make the lock file of what looks at the workflows anew (needs uv)
	@printf 'check-jsonschema\nzizmor\n' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q - -o requirements/workflows.lock

.PHONY: pipeline-confirm
pipeline-confirm: $(VENV)/.deploy ## Refuse a wrong word (TYPED) or branch before ACTION=deploy, rollback or prune in ENV
	@$(PIPELINE) confirm --action="$$ACTION" --env="$$ENV" --typed="$$TYPED" --ref="$$GITHUB_REF" --attempt="$${GITHUB_RUN_ATTEMPT:-1}"

.PHONY: pipeline-check-run
pipeline-check-run: $(VENV)/.deploy ## Pass only if the run NUMBER is one of WORKFLOW, on main, and succeeded
	@$(PIPELINE) check-run --number="$$NUMBER" --workflow="$$WORKFLOW"

.PHONY: pipeline-check-heavy
pipeline-check-heavy: $(VENV)/.deploy ## Pass only if the heavy tests succeeded at COMMIT, or in the week before it (ENV=dev asks for none)
	@$(PIPELINE) check-heavy --env="$$ENV" --commit=$(commit)

.PHONY: pipeline-record-plan
pipeline-record-plan: $(VENV)/.deploy ## Vouch for the saved plans of ENV by their digests
	@$(PIPELINE) record-plan --env="$$ENV" --folder build/plan --commit=$(commit) --run-number=$(run)

.PHONY: pipeline-check-plan
pipeline-check-plan: $(VENV)/.deploy ## Pass only if the saved plans of ENV are those that were recorded (DIGEST, NUMBER)
	@$(PIPELINE) check-plan --env="$$ENV" --folder build/plan --commit="$$PLANNED" --run-number="$$NUMBER" --digest="$$DIGEST"

.PHONY: pipeline-on-main
pipeline-on-main: $(VENV)/.deploy ## Pass only if COMMIT has been merged
	@$(PIPELINE) on-main --commit=$(commit)

.PHONY: pipeline-outputs
pipeline-outputs: $(VENV)/.deploy ## Write the outputs of ENV into build/outputs
	@$(PIPELINE) outputs --env="$$ENV" --folder build/outputs

.PHONY: pipeline-build-release
pipeline-build-release: $(VENV)/.app ## Check everything, build the release into dist/release, vouch for it
	@rm -rf dist/built
	@$(BIN)/bbws-templates build --out dist/built/release
	@$(PIPELINE) record-release --folder dist/built --commit=$(commit) --run-number=$(run)

.PHONY: pipeline-check-release
pipeline-check-release: $(VENV)/.app ## Pass only if dist/built holds the release that was recorded (RELEASE, DIGEST, NUMBER)
	@$(PIPELINE) check-release --folder dist/built --release="$$RELEASE" --run-number="$$NUMBER" --digest="$$DIGEST"

.PHONY: pipeline-attested
pipeline-attested: ## Pass only if GitHub attests that build-release.yml on main built dist/built (gh)
	@for file in dist/built/release/bundle.json dist/built/release/manifest.json dist/built/record.json; do \
		gh attestation verify "$$file" --repo "$$GITHUB_REPOSITORY" \
			--signer-workflow "$$GITHUB_REPOSITORY/.github/workflows/build-release.yml" --source-ref refs/heads/main || exit 3; done

# Where a token of the registry is given, as in a job of GitHub; else whoever is logged in is.
define registry_log_in
	@if test -n "$$REGISTRY_TOKEN"; then printf '%s' "$$REGISTRY_TOKEN" | docker login ghcr.io --username "$$GITHUB_ACTOR" --password-stdin >/dev/null; fi
endef

.PHONY: pipeline-record-artifacts
pipeline-record-artifacts: $(VENV)/.deploy ## Vouch for the wheel, the layer and the image in dist/artifacts by their digests
	@$(PIPELINE) record-artifacts --folder dist/artifacts --commit=$(commit) --run-number=$(run)

.PHONY: pipeline-check-artifacts
pipeline-check-artifacts: $(VENV)/.deploy ## Pass only if dist/artifacts holds what was recorded (DIGEST, NUMBER)
	@$(PIPELINE) check-artifacts --folder dist/artifacts --run-number="$$NUMBER" --digest="$$DIGEST"

.PHONY: pipeline-artifacts-attested
pipeline-artifacts-attested: $(VENV)/.deploy ## Pass only if GitHub attests that publish-artifacts.yml on main built dist/artifacts and the image (gh)
	$(registry_log_in)
	@subjects=$$($(PIPELINE) subjects --folder dist/artifacts) || exit 3; \
	for subject in $$subjects; do \
		gh attestation verify "$$subject" --repo "$$GITHUB_REPOSITORY" \
			--signer-workflow "$$GITHUB_REPOSITORY/.github/workflows/publish-artifacts.yml" --source-ref refs/heads/main || exit 3; done

.PHONY: pipeline-promote-artifacts
pipeline-promote-artifacts: $(VENV)/.deploy ## Give the image of dist/artifacts, by its digest, the tag ENV in its registry (docker)
	$(registry_log_in)
	@image=$$($(PIPELINE) subjects --folder dist/artifacts --image) || exit 3; \
	docker buildx imagetools create --prefer-index=false --tag "$${image%@*}:$$ENV" "$$image" || exit 3; \
	echo "$$ENV may run $$image: deploy it by this digest, never by a tag." | tee -a "$${GITHUB_STEP_SUMMARY:-/dev/null}"

.PHONY: pipeline-publish
pipeline-publish: $(VENV)/.app ## Publish the release in dist/built to ENV, because of MESSAGE
	@$(BIN)/bbws-templates publish --to="$$ENV" --release dist/built/release --yes --message="$$MESSAGE"

.PHONY: pipeline-fetch-active
pipeline-fetch-active: $(VENV)/.app ## Read the active release of ENV, every byte proven, into dist/handed-over
	@rm -rf dist/handed-over
	@$(BIN)/bbws-templates promote --from="$$ENV" --to "file:dist/handed-over" --yes

.PHONY: pipeline-promote
pipeline-promote: $(VENV)/.app ## Promote RELEASE from dist/handed-over to ENV, because of MESSAGE
	@$(BIN)/bbws-templates promote --from "file:dist/handed-over" --to="$$ENV" --yes --message="$$MESSAGE" -- "$$RELEASE"

.PHONY: pipeline-rollback
pipeline-rollback: $(VENV)/.app ## Roll the templates of ENV back, to RELEASE or to the one before
	@$(BIN)/bbws-templates rollback --to="$$ENV" --yes --message="$$MESSAGE" -- $${RELEASE:+"$$RELEASE"}

.PHONY: pipeline-prune
pipeline-prune: $(VENV)/.app ## Delete all but the KEEP releases of ENV that were active last
	@$(BIN)/bbws-templates prune --keep="$$KEEP" --yes -- "$$ENV"

.PHONY: pipeline-test-templates
pipeline-test-templates: $(VENV)/.app ## Post-deployment test: every byte in the bucket of ENV
	@$(BIN)/bbws-templates verify -- "$$ENV"
	@$(BIN)/bbws-templates status -- "$$ENV"

.PHONY: pipeline-notify
pipeline-notify: $(VENV)/.deploy ## Tell Slack of EVENT; never fails
	@$(PIPELINE) notify --event="$$EVENT" --subject="$$SUBJECT" --env="$$ENV" || true

.PHONY: pipeline-comment-parts
pipeline-comment-parts: tools ## Write what a pull request would change into build/comment, against BASE
	@$(BIN)/python -m tests.infra.pipeline.comparison --base="$$BASE" --folder build/comment

.PHONY: pipeline-comment
pipeline-comment: $(VENV)/.deploy ## Post build/comment where the run ABOUT_RUN came from; without one, print it
	@$(PIPELINE) comment --folder build/comment --about-run="$$ABOUT_RUN"

.PHONY: pipeline-scan-gate
pipeline-scan-gate: $(VENV)/.deploy ## Fail for high or critical findings in build/trivy.json
	@$(PIPELINE) scan-gate --report build/trivy.json

.PHONY: pipeline-set-up
pipeline-set-up: $(VENV)/.deploy ## Compare environments, reviewers, branch rules and secrets of REPOSITORY on GitHub with the design (APPLY=yes mends)
	@$(PIPELINE) set-up-github --repository="$$REPOSITORY" $(if $(filter yes,$(APPLY)),--apply)

.PHONY: pipeline-cost
pipeline-cost: tools infra-tools ## Estimate what dev and sit cost in a month, without an account; fail above 100 USD
	@$(BIN)/python -m tests.infra.pipeline.costs

rehearsal = $(BIN)/python -m tests.infra.rehearsal $(if $(filter yes,$(JSON)),--json)

.PHONY: pipeline
pipeline: tools infra-tools .venv-sbom/.installed ## Rehearse the whole journey here: push, plan, apply, publish, promote, break, roll back, destroy (AFRESH=yes, WHOLE=yes, JSON=yes)
	@$(rehearsal) $(if $(filter yes,$(AFRESH)),--afresh) $(if $(filter yes,$(WHOLE)),--whole) --at-once $(WORKERS) --until="$$UNTIL"

.PHONY: pipeline-steps
pipeline-steps: $(VENV)/.dev ## List every command of the workflows, and whether the last rehearsal executed it (JSON=yes)
	@$(rehearsal) --steps

.PHONY: pipeline-stop
pipeline-stop: $(VENV)/.dev ## End what a rehearsal has left running, and forget how far it came
	@$(rehearsal) --stop
