# The newest of these that really runs: a name on the PATH may be a shim without a Python behind it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
ifeq ($(PYTHON),)
$(error This needs Python 3.11 or later, with its venv module. Install it, or name it: make PYTHON=/path/to/python)
endif

SETUP := $(PYTHON) infra/setup.py
BIN := .venv/bin
SOURCES := app.py benchmarks chalicelib infra tests

.DEFAULT_GOAL := help
.PHONY: help coverage bench bench-quick bench-report run up down reset logs test check lint format types templates workflows unit policies faults faults-long caches integration e2e mutants mutation networks lighthouse openapi \
	plan deploy status outputs smoke drift unlock rotate-keys destroy role bootstrap rehearse package release open-release beside site

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## /{printf "  %-16s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Run everything on this machine; Ctrl-C stops it and keeps the state (CACHE=1: with API Gateway's cache; DAX=1: with a DAX)
	@$(SETUP) app engine frontend
	@$(BIN)/python -m infra.local run

up: ## The same in the background; returns when every part answers
	@$(SETUP) app engine frontend
	@$(BIN)/python -m infra.local up

down: ## Stop what runs in the background; the state stays
	@$(SETUP) app
	@$(BIN)/python -m infra.local down

reset: ## Stop, and forget the local state
	@$(SETUP) app
	@$(BIN)/python -m infra.local reset

logs: ## Follow what every part says
	@$(SETUP) app
	@$(BIN)/python -m infra.local logs

test: ## Lint, types, templates, and every test: units, faults, caches, engine, integration, a rehearsed deploy, browsers
	@$(SETUP) app engine checkov frontend frontend-packages simulator browser njs
	@$(BIN)/python -m infra.quality test

check: ## Lint, types, templates and unit tests: quick enough before every commit
	@$(SETUP) app checkov
	@$(BIN)/python -m infra.quality check

coverage: ## Lines and branches that the tests and a rehearsed deploy reach: at least 95 %
	@$(SETUP) app engine checkov frontend simulator njs
	@COVERAGE=1 $(BIN)/python -m infra.quality covered

bench: ## Compare with what one would write instead, side by side; the figures are in .local/bench.json
	@$(SETUP) app bench
	@$(BIN)/python -m benchmarks

bench-quick: ## The same in a shorter time
	@$(SETUP) app bench
	@$(BIN)/python -m benchmarks quick

bench-report: ## The last run's figures into docs/performance.md, with charts
	@$(SETUP) app
	@$(BIN)/python -m benchmarks.report

lint: ## ruff
	@$(SETUP) app
	@$(BIN)/python -m infra.quality lint

format: ## Let ruff, eslint and prettier write the code their way
	@$(SETUP) app frontend-packages
	@$(BIN)/ruff check --quiet --fix $(SOURCES) || true
	@$(BIN)/ruff format --quiet $(SOURCES)
	@$(BIN)/python -m infra.quality frontend-format

types: ## mypy --strict
	@$(SETUP) app
	@$(BIN)/python -m infra.quality types

templates: ## What AWS would refuse of the templates, found without an account; and checkov
	@$(SETUP) app checkov
	@$(BIN)/python -m infra.quality templates

workflows: ## zizmor, the schema of GitHub's workflows, and checks of our own
	@$(SETUP) app
	@$(BIN)/python -m infra.quality workflows

unit: ## Unit tests, on moto, without sockets
	@$(SETUP) app
	@$(BIN)/python -m infra.quality unit

policies: ## Judge every IAM policy by a simulator
	@$(SETUP) app simulator
	@$(BIN)/python -m infra.quality policies

faults: ## Event functions under injected faults
	@$(SETUP) app
	@$(BIN)/python -m infra.quality faults

faults-long: ## The storm of sign-ups with ten seeds at each rate of lost events; about half an hour
	@$(SETUP) app
	@FAULT_SEEDS=10 $(BIN)/python -m infra.quality faults

caches: ## DAX and the other caches: models, faults, and wrong set-ups that must be found out
	@$(SETUP) app engine njs
	@$(BIN)/python -m infra.quality dax caching

integration: ## Tests against the local engine, on ports of their own
	@$(SETUP) app engine frontend
	@$(BIN)/python -m infra.quality engine integration

e2e: ## Browser tests; WAY=direct takes them past the edge, WAY=both takes them both ways
	@$(SETUP) app engine frontend browser
	@E2E_WAY=$(WAY) $(BIN)/python -m infra.quality e2e

mutants: ## Break what guards, one place at a time in a copy, and print which suite notices; about five minutes
	@$(SETUP) app engine frontend simulator njs
	@$(BIN)/python -m tests.attacks.mutants

mutation: ## Break what guards wherever it can be broken (AREA=signing: there alone), and print what no test notices; about an hour
	@$(SETUP) app mutation
	@.venv-mutation/bin/python -m tests.mutation $(AREA)

networks: ## The journeys of people on 50 unreliable networks each; about ten minutes
	@$(SETUP) app engine frontend browser
	@E2E_SEEDS=50 $(BIN)/python -m pytest -q -n 2 -p no:schemathesis tests/e2e/test_unreliable_network.py

lighthouse: ## Audit the reader's pages with Lighthouse: 100 in every category
	@$(SETUP) app engine frontend lighthouse browser
	@$(BIN)/python -m infra.lighthouse

openapi: ## Write docs/openapi.json anew
	@$(SETUP) app
	@$(BIN)/python -m infra.openapi

plan: ## What a deploy of STAGE would do; nothing changes
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy plan "$(STAGE)"

deploy: ## Deploy STAGE (infra/stages has one file each): make deploy STAGE=dev
	@$(SETUP) app frontend
	@$(BIN)/python -m infra.deploy deploy "$(STAGE)"

status: ## What there is of STAGE
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy status "$(STAGE)"

outputs: ## Names and addresses of STAGE
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy outputs "$(STAGE)"

smoke: ## Ask the deployed STAGE what a broken release cannot answer
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy smoke "$(STAGE)"

drift: ## What has been changed by hand in STAGE since its last deploy; status 1 where something has
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy drift "$(STAGE)"

unlock: ## Take away the lock of a deploy of STAGE whose machine has stopped
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy unlock "$(STAGE)"

rotate-keys: ## A new signing key and a new site key for STAGE; the old ones stay valid as docs/keys.md says
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy rotate-keys "$(STAGE)"

destroy: ## Take STAGE down; what people entered stays unless WORDS say otherwise
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy destroy "$(STAGE)" "$(WORDS)"

role: ## Print the IAM policies of the role that deploys STAGE
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy role "$(STAGE)"

bootstrap: ## Let GitHub deploy STAGE: make its role, once, as an administrator: make bootstrap STAGE=prod REPOSITORY=owner/name
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy bootstrap "$(STAGE)" "$(REPOSITORY)"

rehearse: ## Deploy, use, change, break and destroy a stage on a local engine; the report is in dist/rehearsal.md
	@$(SETUP) app engine frontend
	@$(BIN)/python -m infra.quality rehearsal

package: ## STAGE as one CloudFormation stack with a canary, in dist/package/STAGE
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy.chalice_package "$(STAGE)" "dist/package/$(STAGE)"

release: ## What make package wrote, the code and the site in one file: dist/release.tar
	@$(SETUP) app frontend
	@$(BIN)/python -m infra.deploy.promotion write dist/release.tar

open-release: ## Put the files of a RELEASE in their places, so that a deploy builds nothing
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy.promotion open "$(RELEASE)"

beside: ## What the one stack of STAGE cannot hold: the bucket for packages, and what has to be in us-east-1
	@$(SETUP) app
	@$(BIN)/python -m infra.deploy beside "$(STAGE)"

site: ## Build the site and bring it to STAGE
	@$(SETUP) app frontend
	@$(BIN)/python -m infra.deploy site "$(STAGE)"
