#!/usr/bin/env bash
# Compares image encoders with torchvision's; needs Python 3.11 or newer with venv, and PyPI.
# The first argument is densenet (DenseNet-121 at 224 pixels, and why ReLUs near zero matter) or image
# (every encoder at 64 pixels); the rest go to that script. PARITY_ENVIRONMENT names another virtual
# environment than Benchmarks/.venv.
set -euo pipefail
which=${1:-densenet}
shift || true
case $which in densenet | image) ;; *) echo "expected densenet or image, found $which" >&2; exit 2 ;; esac
cd "$(dirname "$0")/../.."
environment=${PARITY_ENVIRONMENT:-Benchmarks/.venv}
swift build --manifest-cache none -c release --product zoo-parity
if [ ! -e "$environment/parity-is-complete" ]; then # an interrupted installation is made anew
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet -r Benchmarks/parity/requirements.txt
  touch "$environment/parity-is-complete"
fi
exec "$environment/bin/python" "Benchmarks/parity/${which}_parity.py" \
  "$(swift build --manifest-cache none -c release --show-bin-path)/zoo-parity" "$@"
