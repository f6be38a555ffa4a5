# `make demo` and `make test` do all set-up. LIBTORCH overrides the place of libtorch.
BUILD = swift build -c release
# No test needs testable imports; without them programs and tests share every compiled file.
# Tests run side by side: more threads in each only wait for each other.
TEST = OMP_NUM_THREADS=1 swift test -c release --disable-testable-imports

PREFIX ?= /usr/local

.PHONY: setup build demo test check lint bench reference install uninstall bundle check-arm64

setup:
	@.ci/setup

# The commit is noted beside the programs, for the records of their runs.
build: setup
	$(BUILD)
	@state=clean; [ -z "$$(git status --porcelain 2>/dev/null)" ] || state=dirty; \
	commit=$$(git rev-parse HEAD 2>/dev/null) && echo "$$commit $$state" > .build/release/source-state.txt || true

demo: build
	.build/release/lskd-repro table2 --budget smoke --methods student,kd,at,ofd,london,london-released --runs runs/demo
	.build/release/lskd-repro table5 --budget smoke --settings resnet101-resnet18 --panel --runs runs/demo
	.build/release/lskd-repro report --runs runs/demo --output runs/demo/report
	@echo "The reports are in runs/demo/report: table2.md and table5.md"

# Programs first: the command-line tests run them.
test: build
	$(TEST)

lint: setup
	swift format lint --strict --recursive Sources Tests Package.swift

check: lint test

bench: build
	.build/release/lskd-bench data
	.build/release/lskd-bench step

# Golden vectors, from LSKD_REFERENCE or ../shared/reference
reference: build
	$(TEST) --filter ReferenceTests

# Programs, completion scripts and the format's documentation; the programs go on using the libtorch of this directory.
install: build
	.ci/install $(DESTDIR)$(PREFIX)

uninstall:
	.ci/install --remove $(DESTDIR)$(PREFIX)

# One archive that runs on the libtorch of a user's Python
bundle: build
	.ci/bundle

# The C and C++ targets, compiled for 64-bit ARM
check-arm64: setup
	.ci/check-arm64
