#!/usr/bin/env bash
# Compares DenseNet-121 with torchvision's; needs Python 3 with venv, and PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build -c release --product zoo-parity
environment=Benchmarks/parity/.venv
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet "torch==2.13.0+cpu" ||
    "$environment/bin/pip" install --quiet "torch==2.13.0"
  "$environment/bin/pip" install --quiet --no-deps "torchvision==0.28.0" "safetensors==0.8.0"
  "$environment/bin/pip" install --quiet numpy pillow
fi
exec "$environment/bin/python" Benchmarks/parity/densenet_parity.py \
  "$(swift build -c release --show-bin-path)/zoo-parity" "$@"
