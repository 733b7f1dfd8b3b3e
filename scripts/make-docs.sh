#!/usr/bin/env bash
# Reference pages from doc comments, by the toolchain's DocC: make-docs.sh BUILD_FOLDER OUTPUT.
# BUILD_FOLDER holds Modules, as `swift build --show-bin-path` names it.
set -euo pipefail

build=$1
output=$2
root=$(cd "$(dirname "$0")/.." && pwd)
if ! command -v docc >/dev/null 2>&1; then
  echo "docc is not on the PATH; it comes with the Swift toolchain." >&2
  exit 1
fi
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
# What a program imports, what a plugin does, and the checks: one site each, below one folder.
modules=(EncoderZoo EncoderKit Layers Tensors Basics WordVectors Conformance)
"$root/scripts/symbol-graphs.sh" "$build" "$graphs" "${modules[@]}"
for module in "${modules[@]}"; do
  rm -rf "${output:?}/$module"
  mkdir -p "$output"
  docc convert --fallback-display-name "$module" \
    --fallback-bundle-identifier "encoderzoo.$module" \
    --additional-symbol-graph-dir "$graphs/$module" --hosting-base-path "$module" \
    --output-path "$output/$module" --transform-for-static-hosting
done
echo "serve it by: python3 -m http.server --directory $output"
echo "then open http://localhost:8000/EncoderKit/documentation/encoderkit"
