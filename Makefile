# The words of this project; CI uses the same ones.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run demo check test test-shops soak bench fix

# One runner for the tests: nextest where it is installed.
RUNNER = $(shell cargo nextest --version >/dev/null 2>&1 && echo nextest run || echo test)
# Narrows tests and measurements: make test ONLY=migrations, make bench ONLY=intake
ONLY ?=

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start huidan on ./data
	cargo run --release --locked -- serve

demo: ## Start it on a fresh folder, with simulated shops that keep selling
	cargo run --release --locked -- demo

check: ## Hold format and lints, as CI does
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

test: ## Run all tests, on SQLite and on a PostgreSQL and a Redis of their own
	@scripts/install-tools.sh
	@echo "Tests run by cargo $(RUNNER)."
	@scripts/with-services.sh cargo $(RUNNER) --workspace --all-targets --locked $(ONLY)

test-shops: ## Install Vendure and Medusa, play three platforms, let people buy, ship, and hold their shops against ours
	@scripts/install-tools.sh node npm postgres redis
	@cd scripts/shops/vendure && npm install --ignore-scripts --no-audit --no-fund --loglevel=error
	@cd scripts/shops/medusa && npm install --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error
	@SHOP_ORDERS=$(or $(ORDERS),300) scripts/with-services.sh cargo test --locked --test real_shops -- --test-threads=1 --nocapture $(ONLY)

soak: ## Kill every part again and again through a day of 10,000 orders
	@scripts/install-tools.sh
	@SOAK_ORDERS=$(or $(ORDERS),10000) SHOP_ORDERS=$(or $(ORDERS),2000) scripts/with-services.sh \
		cargo test --release --locked --test it -- soak linked_day --nocapture --test-threads=1

bench: ## Measure the paths whose pace is promised
	@scripts/install-tools.sh
	@scripts/with-services.sh cargo bench --bench speed --locked -- $(ONLY)

fix: ## Mend format and what the lints can mend by themselves
	cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged
	cargo fmt --all
