#!/usr/bin/env bash
# Shows that nothing depends on a plugin: copies the package without one folder of Plugins and its
# entries in registry.json, builds, and runs the tests that do not name what it brings.
# without-plugin.sh NAME|all [FOLDER]: the copy goes to FOLDER (default: a temporary one, removed at the
# end). With all, each folder of Plugins is left out in turn. The copy and its build are used again, so
# that only what differs is compiled.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [[ $# -eq 0 ]]; then
  sed -n 's/^# //p' "$0" | head -n 6 >&2
  exit 2
fi
if [[ $1 == all ]]; then
  mapfile -t plugins < <(ls "$root/Plugins")
else
  plugins=("$1")
fi
for name in "${plugins[@]}"; do
  if [[ ! -d "$root/Plugins/$name" ]]; then
    echo "no plugin Plugins/$name; there are: $(ls "$root/Plugins" | tr '\n' ' ')" >&2
    exit 1
  fi
  if grep -rnE "\b${name}Plugin\b|\"$name\"|plugin_$name\b" "$root/Sources" --include='*.swift' |
    grep -v '^[^:]*:[0-9]*: *//'; then
    echo "Sources names the plugin $name (above)" >&2
    exit 1
  fi
done
if [[ $# -ge 2 ]]; then
  mkdir -p "$2"
  copy=$(cd "$2" && pwd)
else
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
fi

# The flags of the Makefile (see Package.swift).
export ENCODERZOO_DEVELOP=1
flags=(--manifest-cache none --disable-build-manifest-caching -c release -Xswiftc -enable-testing
  --scratch-path .build/test)
failed=()
for name in "${plugins[@]}"; do
  python3 "$root/scripts/without_plugin.py" "$root" "$copy" "$name"
  log="$copy/.build/without-$name.log"
  mkdir -p "$copy/.build"
  if (cd "$copy" && swift build "${flags[@]}" --build-tests && swift test "${flags[@]}" --skip-build &&
    .build/test/release/zoo list) >"$log" 2>&1; then
    echo "without $name: $(grep -aoE 'Test run with [0-9]+ tests.* passed' "$log" | tail -n 1)"
  else
    failed+=("$name")
    echo "without $name: failed"
    grep -aE 'error:|✘|recorded an issue' "$log" | head -n 40 || true
  fi
done
if ((${#failed[@]} > 0)); then
  echo "failed without: ${failed[*]}" >&2
  exit 1
fi
