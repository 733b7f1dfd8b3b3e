#!/usr/bin/env bash
# Symbol graphs of public declarations: symbol-graphs.sh BUILD_FOLDER OUTPUT MODULE ..., a folder for each module.
# BUILD_FOLDER holds Modules, as `swift build --show-bin-path` names it.
set -euo pipefail

build=$1
output=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
flags=()
for map in "$root"/Sources/C*/module.modulemap "$root"/Sources/C*/include/module.modulemap; do
  flags+=(-I "$(dirname "$map")")
done
# The package manager makes this map for itself.
flags+=(-Xcc "-fmodule-map-file=$build/CImageCodecs.build/module.modulemap")
for flag in $(pkg-config --cflags openblas); do flags+=(-Xcc "$flag"); done
for module in "$@"; do
  mkdir -p "$output/$module"
  swift symbolgraph-extract -module-name "$module" -I "$build/Modules" "${flags[@]}" \
    -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level public \
    -output-dir "$output/$module"
done
