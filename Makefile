# What to do with Portico from a checkout; `make help` lists it. PREFIX, DESTDIR and the like: see `install`.

# Everything that is needed from Debian, in one place.
BUILD_PACKAGES := libarchive-dev libbrotli-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libcrypt-dev libnghttp2-dev libssl-dev libsystemd-dev libzstd-dev zlib1g-dev pkg-config binutils libc6-dev libstdc++-12-dev git ca-certificates curl
TEST_PACKAGES := apache2-utils nghttp2-client haproxy chromium libnss3-tools p11-kit openssl python3 strace systemd dbus iproute2 tzdata
BROWSER_PACKAGES := chromium chromium-driver libnss3-tools python3 python3-venv
BENCH_PACKAGES := caddy curl nghttp2-client nghttp2-server nginx-light wrk gcc openssl python3
SCAN_PACKAGES := testssl.sh sslscan openssl python3 python3-venv

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BINARY ?= .build/release/portico
CONFIG ?= config/portico.conf
# Seconds that each suite of tests may take, and more words for `swift test`.
TEST_TIMEOUT ?= 1800
TEST_OPTIONS ?=
# Seconds for each fuzz target; one of them, and one input of it.
SECONDS ?= 60
TARGET ?=
INPUT ?=

PREFIX ?= /usr
DESTDIR ?=
# systemd looks into these, and not below any other prefix.
UNITDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),$(PREFIX)/lib/systemd/system,/etc/systemd/system)

bindir := $(DESTDIR)$(PREFIX)/bin
mandir := $(DESTDIR)$(PREFIX)/share/man
sharedir := $(DESTDIR)$(PREFIX)/share/portico
catalogdir := $(DESTDIR)/usr/lib/systemd/catalog
confdir := $(DESTDIR)/etc/portico
unitdir := $(DESTDIR)$(UNITDIR)

units := $(wildcard systemd/*.service systemd/*.socket)
# The drop-in is for systemd 253 and later (Type=notify-reload); an older one must not see it.
SYSTEMD_VERSION ?= $(shell systemctl --version 2>/dev/null | sed -nE '1s/^systemd ([0-9]+).*/\1/p')
all_dropins := $(wildcard systemd/*.d/notify-reload.conf)
dropins := $(shell [[ "$(SYSTEMD_VERSION)" -ge 253 ]] && echo $(all_dropins))
catalogs := $(wildcard systemd/*.catalog)
manpages := $(wildcard man/*.[1-8])

tracked = git -c safe.directory='*' ls-files
shell_scripts = $(shell $(tracked) | xargs -r grep -lE '^#!(/bin/bash|/bin/sh|/usr/bin/env bash)')
python_scripts = $(shell $(tracked) | xargs -r grep -lE '^\#!.*python3') $(shell $(tracked) '*.py')

.PHONY: help setup setup-test setup-browser setup-bench setup-scan swift build run test test-browser test-asan \
    test-tsan fuzz scan install uninstall lint format bench size clean

help: ## list what can be made
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

setup: swift ## install what the build needs from Debian
	@.ci/install-packages $(BUILD_PACKAGES)

setup-test: swift
	@.ci/install-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)

setup-browser: swift
	@.ci/install-packages $(BUILD_PACKAGES) $(BROWSER_PACKAGES)

setup-bench: swift
	@.ci/install-packages $(BUILD_PACKAGES) $(BENCH_PACKAGES)

setup-scan: swift
	@.ci/install-packages $(BUILD_PACKAGES) $(SCAN_PACKAGES)

swift:
	@command -v swift >/dev/null || { echo "Swift 6.3 is missing: https://www.swift.org/install/linux/" >&2; exit 1; }

# The Swift runtime goes into the program, so that it runs where no toolchain is. The default linker warns of what
# Foundation calls (mktemp); lld comes with the toolchain.
build: setup ## build the program, .build/release/portico
	swift build --configuration release --static-swift-stdlib -Xswiftc -use-ld=lld --product portico

run: build ## set up, build, and serve config/portico.conf until Ctrl-C
	@exec .build/release/portico run -c $(CONFIG)

test: setup-test ## set up, build, and pass every test
	swift build --product portico
	.ci/test --timeout $(TEST_TIMEOUT) $(TEST_OPTIONS)

test-browser: setup-browser ## set up, build, and try the pages in headless Chromium
	swift build --product portico
	PORTICO_BINARY=$(CURDIR)/.build/debug/portico .ci/test --timeout $(TEST_TIMEOUT) --browser

test-asan: setup-test ## unit and integration tests under the address sanitizer
	swift build --product portico --sanitize=address --scratch-path .build-asan
	# Freed memory is kept for a while to catch its use; tests of memory's bounds are told how much that may be.
	ASAN_OPTIONS=quarantine_size_mb=8 PORTICO_SANITIZER_KIB=32768 .ci/test --timeout $(TEST_TIMEOUT) \
	    --without-system --scratch-path .build-asan --sanitize=address $(TEST_OPTIONS)

test-tsan: setup-test ## unit and integration tests under the thread sanitizer
	swift build --product portico --sanitize=thread --scratch-path .build-tsan
	PORTICO_SANITIZER_KIB=65536 .ci/test --timeout $(TEST_TIMEOUT) --without-system \
	    --scratch-path .build-tsan --sanitize=thread $(TEST_OPTIONS)

fuzz: swift ## try the parsers with odd bytes (SECONDS=60 for each, TARGET=name, INPUT=file)
	.ci/fuzz $(SECONDS) $(TARGET) $(INPUT)

scan: setup-scan build ## let testssl.sh, sslscan and sslyze (from PyPI) look at the default TLS
	.ci/scan $(BINARY)

lint: swift ## format, house rules, unsafe code where it may not be, syntax of the scripts
	swift format lint --strict --parallel --recursive Sources Tests Examples Package.swift
	.ci/unsafe-count
	.ci/house-rules
	@for script in $(shell_scripts); do bash -n $$script; done
	@for script in $(python_scripts); do python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' $$script; done

format: swift ## let swift-format rewrite the sources
	swift format --in-place --parallel --recursive Sources Tests Examples Package.swift

bench: setup-bench build ## measure beside nginx and Caddy, write Benchmarks/results.md
	Benchmarks/run

size: build ## size of the program, its sections, its memory after the start
	.ci/size $(BINARY)

# Not built here if it is there: `sudo make install` needs no toolchain in root's path.
$(BINARY):
	$(MAKE) build

install: $(BINARY) ## install program, units, configuration (DESTDIR=, PREFIX=/usr)
	install -D -m 0755 $(BINARY) $(bindir)/portico
	@for unit in $(units:systemd/%=%) $(dropins:systemd/%=%); do \
	    install -D -m 0644 /dev/null $(unitdir)/$$unit; \
	    sed 's|/usr/bin/portico|$(PREFIX)/bin/portico|g' systemd/$$unit >$(unitdir)/$$unit; \
	    echo "installed $(unitdir)/$$unit"; \
	done
	@for page in $(manpages:man/%=%); do install -D -m 0644 man/$$page $(mandir)/man$${page##*.}/$$page; done
	@for catalog in $(catalogs); do install -D -m 0644 -t $(catalogdir) $$catalog; done
	@.ci/install-config install config/portico.conf $(confdir)/portico.conf $(sharedir)/portico.conf
	@if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then journalctl --update-catalog; systemctl daemon-reload; fi

uninstall: ## remove what install put there, but no edited configuration
	rm -f $(bindir)/portico $(addprefix $(unitdir)/,$(units:systemd/%=%) $(all_dropins:systemd/%=%))
	@for folder in $(sort $(dir $(all_dropins:systemd/%=%))); do \
	    rmdir --ignore-fail-on-non-empty $(unitdir)/$$folder 2>/dev/null || true; done
	@for page in $(manpages:man/%=%); do rm -f $(mandir)/man$${page##*.}/$$page; done
	rm -f $(addprefix $(catalogdir)/,$(notdir $(catalogs)))
	@.ci/install-config uninstall config/portico.conf $(confdir)/portico.conf $(sharedir)/portico.conf
	@if [[ -z "$(DESTDIR)" && -d /run/systemd/system ]]; then journalctl --update-catalog; systemctl daemon-reload; fi

clean: ## remove what was built
	rm -rf .build .build-asan .build-tsan .build-fuzz .build-scan
