#!/usr/bin/env bash
# Installs the Debian packages that EncoderZoo builds against, and checks for Swift.
# Does nothing where everything is there; without root it prints the one command that needs it.
# Arguments are further packages.
set -euo pipefail

# The OpenMP flavour of libopenblas-dev: it shares one pool of threads with oneDNN.
# gcc brings libgomp, the runtime of that pool.
packages=(
  libopenblas-openmp-dev
  libdnnl-dev
  libpng-dev
  libjpeg-dev
  libdeflate-dev
  libarchive-dev
  libexpat1-dev
  libcurl4-openssl-dev
  libssl-dev
  libsodium-dev
  libsqlite3-dev
  libdcmtk-dev
  libopenjp2-7-dev
  pkg-config
  gcc
  "$@"
)
least_swift_major=6
least_swift_minor=1

check_swift() {
  local version major minor
  if ! command -v swift >/dev/null 2>&1; then
    echo "swift is not on the PATH; EncoderZoo needs Swift" \
      "$least_swift_major.$least_swift_minor or newer." >&2
    echo "Get the toolchain from https://www.swift.org/install/linux/ and run this again." >&2
    return 1
  fi
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  IFS=. read -r major minor _ <<<"${version:-0.0}"
  if ((major < least_swift_major || (major == least_swift_major && ${minor:-0} < least_swift_minor))); then
    echo "found Swift ${version:-of an unknown version} at $(command -v swift);" \
      "EncoderZoo needs $least_swift_major.$least_swift_minor or newer." >&2
    echo "Get the toolchain from https://www.swift.org/install/linux/ and run this again." >&2
    return 1
  fi
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true) == installed ]]
}

install_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "this is not a Debian system: install the counterparts of ${packages[*]} by hand." >&2
    return 1
  fi
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then return 0; fi

  if ((EUID != 0)); then
    echo "missing packages: ${missing[*]}" >&2
    echo "This needs root; run" >&2
    echo "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${missing[*]}'" >&2
    return 1
  fi
  echo "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Both are checked before giving up, so that one run tells everything that is missing.
status=0
install_packages || status=1
check_swift || status=1
exit "$status"
