# EncoderZoo: what can be made. `make` alone lists it.
#
#   make demo        install packages, build, compare encoders on the phantom sample
#   make test        the tests
#   make paper       the tables and figures of the 2019 study, over the collections in DATA (data); DOCUMENT
#                    (none) is where a copy without patients' pictures is written
#   make check       the tests of what changed, or of ONLY=Training,Images; quick after an edit
#   make test-long   the tests, those that take minutes, and each reader fuzzed for ten seconds
#   make test-cluster the tests over Slurm, GNU parallel, Open MPI and MPICH, which it installs
#   make fuzz        every reader of foreign files under libFuzzer, SECONDS (60) each
#   make bench       the benchmarks
#   make lint        swift format, strict
#   make format      swift format, in place
#   make kit-listing the kit's declarations as Markdown, in docs/kit.md
#   make docs        reference pages from doc comments, in .build/docs
#   make install     PREFIX (/usr/local) gets bin/zoo, libexec/encoderzoo and share/encoderzoo; DESTDIR is
#                    honoured
#   make clean       removes what the above have built, and the demonstration's results

PREFIX ?= /usr/local
SWIFT ?= swift
SECONDS ?= 60
DATA ?= data

# Package.swift finds plugins and tests by their folders; a kept manifest or plan would not see new
# ones.
FRESH = --manifest-cache none --disable-build-manifest-caching

# Warnings are errors, and C is compiled with -O3 (see Package.swift).
export ENCODERZOO_DEVELOP = 1

# Numeric tests are slow in debug builds; @testable imports need the flag in release builds.
TEST_FLAGS = -c release -Xswiftc -enable-testing --scratch-path .build/test
# Tests run side by side, each with a team of threads: none may spin while it waits.
PATIENT = OMP_WAIT_POLICY=passive
# A tensor's memory is overwritten when it is given back: who reads it later is found out.
TEST_ENVIRONMENT = $(PATIENT) ENCODERZOO_OVERWRITE_FREED=1
FORMAT_FLAGS = --configuration .swift-format -r Sources Plugins Tests Benchmarks Examples Fuzz scripts \
  Package.swift
ZOO = $$($(SWIFT) build $(FRESH) -c release --show-bin-path)/zoo
# The modules that a plugin is compiled against, and the headers below them.
KIT = Basics Tensors Layers WordVectors EncoderKit
SHARE = $(DESTDIR)$(PREFIX)/share/encoderzoo

.PHONY: help demo paper check test test-long test-cluster fuzz bench lint format docs kit-listing install clean packages build

help:
	@sed -n 's/^#   //p' Makefile

packages:
	@scripts/install-packages.sh

build: packages
	$(SWIFT) build $(FRESH) -c release --product zoo

# An interrupted sample is made anew; an interrupted comparison goes on where it stopped.
demo: build
	@set -e; zoo="$(ZOO)"; \
	if [ ! -e demo/sample-is-complete ]; then \
	  rm -rf demo/sample; mkdir -p demo; \
	  "$$zoo" data sample --output demo/sample; \
	  touch demo/sample-is-complete; \
	fi; \
	resume=; if [ -e demo/phantom ]; then resume=--resume; fi; \
	"$$zoo" compare Examples/phantom.json --output demo/phantom $$resume; \
	echo "The report is at demo/phantom/report.html"

# What is finished is kept: after a stop the same command goes on.
paper: build
	@"$(ZOO)" paper Examples/paper --data "$(DATA)" --output paper \
	  $(if $(DOCUMENT),--document "$(DOCUMENT)")

check: packages
	@scripts/check.sh $(ONLY)

test: packages
	$(SWIFT) build $(FRESH) --build-tests $(TEST_FLAGS)
	$(TEST_ENVIRONMENT) scripts/leaves-nothing.sh $(SWIFT) test $(FRESH) $(TEST_FLAGS) --skip-build

# The pages are driven in a browser where it is, or can be, installed; else those tests are passed over.
test-long: packages
	-@scripts/install-packages.sh chromium chromium-driver curl
	$(SWIFT) build $(FRESH) --build-tests $(TEST_FLAGS)
	ENCODERZOO_LONG_TESTS=1 $(TEST_ENVIRONMENT) scripts/leaves-nothing.sh \
	  $(SWIFT) test $(FRESH) $(TEST_FLAGS) --skip-build
	Fuzz/fuzz.sh --seconds 10

# A Slurm of two nodes, and hosts that are network namespaces, are started on this machine.
test-cluster: packages
	@scripts/install-packages.sh slurmctld slurmd slurm-client munge parallel \
	  openmpi-bin mpich libpmix-dev openssh-server iproute2 faketime
	$(SWIFT) build $(FRESH) --build-tests $(TEST_FLAGS)
	ENCODERZOO_CLUSTER_TESTS=1 $(TEST_ENVIRONMENT) scripts/leaves-nothing.sh \
	  $(SWIFT) test $(FRESH) $(TEST_FLAGS) --skip-build --filter 'ClusterTests|RankProgramTests'

fuzz: packages
	Fuzz/fuzz.sh --seconds $(SECONDS)

bench: packages
	@bash Benchmarks/run.sh

lint:
	$(SWIFT) format lint --strict $(FORMAT_FLAGS)
	@for file in Sources/CKernels/*.c; do \
	  [ "$$(head -n 1 $$file)" = '#include "fused.h"' ] || \
	    { echo "$$file:1: error: the first line must be #include \"fused.h\", which sets how sums are rounded"; exit 1; }; \
	done
	@ENCODERZOO_CHECK_IMPORTS=1 $(SWIFT) package --manifest-cache none dump-package | \
	  $(SWIFT) scripts/check-imports.swift

format:
	$(SWIFT) format format -i $(FORMAT_FLAGS)

kit-listing: build
	@zoo="$(ZOO)"; scripts/kit-listing.sh "$$(dirname "$$zoo")" docs/kit.md

docs: build
	@zoo="$(ZOO)"; scripts/make-docs.sh "$$(dirname "$$zoo")" .build/docs

# As root, keep Swift on the PATH: sudo env PATH="$$PATH" make install
install: build
	@set -e; zoo="$(ZOO)"; \
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/weights" "$(SHARE)/kit/Modules"; \
	install -m 755 "$$zoo" "$(DESTDIR)$(PREFIX)/bin/zoo"; \
	worker="$$(dirname "$$zoo")/zoo-dicom"; \
	if [ -e "$$worker" ]; then \
	  install -d "$(DESTDIR)$(PREFIX)/libexec/encoderzoo"; \
	  install -m 755 "$$worker" "$(DESTDIR)$(PREFIX)/libexec/encoderzoo/zoo-dicom"; \
	fi; \
	install -m 644 registry.json "$(SHARE)/registry.json"; \
	if [ -d weights ]; then cp -R weights/. "$(SHARE)/weights/"; fi; \
	for module in $(KIT); do \
	  install -m 644 "$$(dirname "$$zoo")/Modules/$$module.swiftmodule" "$(SHARE)/kit/Modules/"; \
	done; \
	for headers in CKernels/include CWordVectors/include COpenBLAS COneDNN; do \
	  target="$(SHARE)/kit/C/$${headers%/include}"; \
	  install -d "$$target"; install -m 644 "Sources/$$headers"/* "$$target/"; \
	done; \
	echo "installed $(DESTDIR)$(PREFIX)/bin/zoo and $(SHARE)"

clean:
	rm -rf .build demo
