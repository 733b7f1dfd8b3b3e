# EncoderZoo: what can be made. `make` alone lists it.
#
#   make demo        install packages, build, compare encoders on the phantom sample
#   make test        the tests
#   make test-long   the tests, and those that take minutes
#   make bench       the benchmarks
#   make lint        swift format, strict
#   make format      swift format, in place
#   make install     PREFIX (/usr/local) gets bin/zoo and share/encoderzoo; DESTDIR is honoured
#   make clean       removes what the above have built, and the demonstration's results

PREFIX ?= /usr/local
SWIFT ?= swift

# Package.swift finds plugins and tests by their folders; a kept manifest or plan would not see new
# ones.
FRESH = --manifest-cache none --disable-build-manifest-caching

# Numeric tests are slow in debug builds; @testable imports need the flag in release builds.
TEST_FLAGS = -c release -Xswiftc -enable-testing --scratch-path .build/test
FORMAT_FLAGS = --configuration .swift-format -r Sources Plugins Tests Benchmarks Package.swift
ZOO = $$($(SWIFT) build $(FRESH) -c release --show-bin-path)/zoo
SHARE = $(DESTDIR)$(PREFIX)/share/encoderzoo

.PHONY: help demo test test-long bench lint format install clean packages build

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

test: packages
	$(SWIFT) build $(FRESH) --build-tests $(TEST_FLAGS)
	$(SWIFT) test $(FRESH) $(TEST_FLAGS) --skip-build

# The pages are driven in a browser where it is, or can be, installed; else those tests are passed over.
test-long: packages
	-@scripts/install-packages.sh chromium chromium-driver curl
	$(SWIFT) build $(FRESH) --build-tests $(TEST_FLAGS)
	ENCODERZOO_LONG_TESTS=1 $(SWIFT) test $(FRESH) $(TEST_FLAGS) --skip-build

bench: packages
	@bash Benchmarks/run.sh

lint:
	$(SWIFT) format lint --strict $(FORMAT_FLAGS)

format:
	$(SWIFT) format format -i $(FORMAT_FLAGS)

# As root, keep Swift on the PATH: sudo env PATH="$$PATH" make install
install: build
	@set -e; zoo="$(ZOO)"; \
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/weights"; \
	install -m 755 "$$zoo" "$(DESTDIR)$(PREFIX)/bin/zoo"; \
	install -m 644 registry.json "$(SHARE)/registry.json"; \
	cp -R weights/. "$(SHARE)/weights/"; \
	echo "installed $(DESTDIR)$(PREFIX)/bin/zoo and $(SHARE)"

clean:
	rm -rf .build demo
