#!/usr/bin/env bash
# Builds and runs the tests of what changed: check.sh [TARGET[,TARGET …]]
# Without an argument: of the files that differ from the last commit, else of those in the last commit.
# A debug build in .build/check, of what these tests need and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

# The test target of a file, without "Tests"; nothing for files that no test target is named after.
target_of() {
  local module
  case $1 in
    Sources/CKernels/*) echo Tensors ;;
    Sources/CImageCodecs/*) echo Images ;;
    Sources/zoo-dicom/* | Sources/CWorker/*) echo DICOM ;;
    Sources/CTransfer/*) echo Downloads ;;
    Sources/CWordVectors/*) echo WordVectors ;;
    Sources/*/*)
      module=${1#Sources/}
      echo "${module%%/*}"
      ;;
    Tests/*Tests/*)
      module=${1#Tests/}
      echo "${module%%Tests/*}"
      ;;
    Plugins/*/*)
      module=${1#Plugins/}
      echo "${module%%/*}Plugin"
      ;;
    registry.json) echo Registry ;;
  esac
}

has_tests() {
  case $1 in
    *Plugin) compgen -G "Plugins/${1%Plugin}/Tests/*.swift" >/dev/null ;;
    *) compgen -G "Tests/$1Tests/*.swift" >/dev/null ;;
  esac
}

only=${1:-}
if [[ -z $only ]]; then
  files=$(git diff --name-only HEAD && git ls-files --others --exclude-standard)
  [[ -n $files ]] || files=$(git show --pretty= --name-only HEAD)
  only=$(while read -r file; do target_of "$file"; done <<<"$files" | sort -u | paste -sd, -)
fi

tests=()
for name in ${only//,/ }; do
  if has_tests "$name"; then
    tests+=("$name")
  elif [[ -n ${1:-} ]]; then
    echo "there is no test target ${name}Tests; those that are there:" \
      "$(ls -d Tests/*Tests Plugins/*/Tests | sed 's|Tests/\(.*\)Tests$|\1|; s|Plugins/\(.*\)/Tests$|\1Plugin|' | xargs)" >&2
    exit 1
  else
    echo "$name has no test target of its own; the program's tests use it: make check ONLY=zoo"
  fi
done
if ((${#tests[@]} == 0)); then
  echo "nothing changed that has tests; name them: make check ONLY=Training"
  exit 0
fi

ENCODERZOO_TESTS=$(IFS=,; echo "${tests[*]}")
export ENCODERZOO_TESTS OMP_WAIT_POLICY=passive ENCODERZOO_OVERWRITE_FREED=1
echo "tests of ${ENCODERZOO_TESTS//,/, }"
flags=(--manifest-cache none --disable-build-manifest-caching --scratch-path .build/check)
swift build "${flags[@]}" --build-tests
swift test "${flags[@]}" --skip-build
