#!/usr/bin/env bash
# Compares DenseNet-121 with torchvision's; needs Python 3.11 or newer with venv, and PyPI.
# Arguments go to densenet_parity.py. PARITY_ENVIRONMENT names another virtual environment than
# Benchmarks/.venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=${PARITY_ENVIRONMENT:-Benchmarks/.venv}
swift build --manifest-cache none -c release --product zoo-parity
if [ ! -e "$environment/parity-is-complete" ]; then # an interrupted installation is made anew
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet -r Benchmarks/parity/requirements.txt
  touch "$environment/parity-is-complete"
fi
exec "$environment/bin/python" Benchmarks/parity/densenet_parity.py \
  "$(swift build --manifest-cache none -c release --show-bin-path)/zoo-parity" "$@"
