#!/usr/bin/env bash
# Makes the bundles of this folder anew, in a folder of your choice: zoo's own commands, on the
# phantom sample alone.
#
#   weights/make.sh ZOO OUTPUT
set -euo pipefail
zoo=$1
output=$2
recipes=$(cd "$(dirname "$0")" && pwd)/recipes
mkdir -p "$output"

"$zoo" data sample --output "$output/sample"
for name in phantom-net phantom-words phantom-pair; do
  "$zoo" train "$recipes/$name.json" --data "$output/sample" --output "$output/runs/$name" --threads 2
  "$zoo" bundle create "$output/runs/$name" --name "$name@1.0.0" --licence CC0-1.0 \
    --created 2026-11-25 --threads 2 --output "$output/$name"
done
