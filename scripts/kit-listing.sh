#!/usr/bin/env bash
# The kit's public declarations as Markdown: kit-listing.sh BUILD_FOLDER OUTPUT.
set -euo pipefail

here=$(dirname "$0")
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
"$here/symbol-graphs.sh" "$1" "$graphs" EncoderKit Layers Tensors
python3 "$here/kit_listing.py" "$graphs" > "$graphs/kit.md"
cp "$graphs/kit.md" "$2"
