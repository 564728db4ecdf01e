# Two commands are all a fresh machine needs: `make run` and `make test`.

.PHONY: run test test-long lint bench clean

CARGO ?= cargo

# The server on the embedded ledger, with demo data and a simulated provider. Cargo and a C compiler are all it needs.
run:
	$(CARGO) run --release -- demo

# Everything that can be checked here: cargo with rustfmt and clippy, Node.js, and PostgreSQL's programs, the
# readers of spreadsheets and papers and a browser, installed if missing.
test: lint
	sh scripts/postgresql.sh
	sh scripts/readers.sh
	sh scripts/browser.sh
	$(CARGO) test --workspace
	node --test --test-concurrency=1 e2e/

# The long runs: 200 times `kill -9`, a million events on every engine, and whatever else takes its time.
test-long:
	sh scripts/postgresql.sh
	QUITTANCE_KILLS=200 $(CARGO) test --test durability
	QUITTANCE_KILLS=64 $(CARGO) test --test cluster
	QUITTANCE_EVENTS=1000000 $(CARGO) test --release --test contract every_follower_sees_every_position_once_and_in_order -- --test-threads 1
	QUITTANCE_EVENTS=1000000 $(CARGO) test --release --test contract two_stores_write_one_dense_log -- --test-threads 1

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --workspace --no-deps --quiet
	sh scripts/deny.sh

# Ratios to a peer, measured side by side in one run; see benches/README.md.
bench:
	bash benches/run.sh

clean:
	$(CARGO) clean
