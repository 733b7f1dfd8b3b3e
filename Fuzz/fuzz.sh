#!/usr/bin/env bash
# Runs the readers under libFuzzer and the address sanitizer, one after the other; see README.md here.
set -euo pipefail
cd "$(dirname "$0")/.."
# A crash would hang in Swift's own backtracer.
export SWIFT_BACKTRACE=enable=no
# Deeper stacks of allocations and a long quarantine are most of the time otherwise.
export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=10:quarantine_size_mb=16}
all=(json csv xml xlsx safetensors pickle torch glove word2vec png jpeg dicom bundle)
limits=(-max_total_time=60)
input=
readers=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) limits=("-max_total_time=$2"); shift ;;
    --runs) limits=("-runs=$2"); shift ;;
    --input) input=$(realpath "$2"); shift ;;
    --list) printf '%s\n' "${all[@]}"; exit ;;
    -*) echo "unknown option $1; see Fuzz/README.md" >&2; exit 2 ;;
    *)
      case " ${all[*]} " in *" $1 "*) ;; *) echo "no reader $1; expected: ${all[*]}" >&2; exit 2 ;; esac
      readers+=("$1") ;;
  esac
  shift
done
[ ${#readers[@]} -gt 0 ] || readers=("${all[@]}")

out=.build/fuzz
mkdir -p "$out/modules" "$out/found" "$out/corpus" "$out/maps"
sources=Sources
# The package manager makes this map for itself.
words=$PWD/$sources/CWordVectors/include
[ -e "$words/module.modulemap" ] || {
  echo "module CWordVectors { header \"$words/CWordVectors.h\" export * }" > "$out/maps/module.modulemap"
  words=$out/maps
}
swift_flags=(
  -O -wmo -sanitize=fuzzer,address -swift-version 6 -parse-as-library -enable-testing
  -package-name encoderzoo -I "$out/modules" -I "$sources/CArchive" -I "$sources/CExpat" -I "$sources/CSodium"
  -I "$sources/CTransfer/include" -I "$words" -I "$out/maps/worker"
)

mkdir -p "$out/maps/worker"
echo "module CWorker { header \"$PWD/$sources/CWorker/include/CWorker.h\" export * }" \
  > "$out/maps/worker/module.modulemap"

# $1: module; the rest: its files. Compiled again when one of them is newer.
module() {
  local name=$1 file stale=
  shift
  [ -e "$out/modules/$name.o" ] || stale=yes
  for file in "$@"; do [ "$file" -nt "$out/modules/$name.o" ] && stale=yes; done
  [ -n "$stale" ] || return 0
  echo "compiling $name" >&2
  swiftc "${swift_flags[@]}" -module-name "$name" -emit-module \
    -emit-module-path "$out/modules/$name.swiftmodule" -c -o "$out/modules/$name.o" "$@"
}

# $1: reader; the rest: modules it needs, and after -- what the linker is told. Leaves the program at
# $out/$1.
program() {
  local name=$1 objects=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do objects+=("$out/modules/$1.o"); shift; done
  [ $# -eq 0 ] || shift
  local files=("Fuzz/Readers/$name.swift")
  case $name in glove | word2vec) files+=(Fuzz/Readers/MemoryFile.swift) ;; esac
  swiftc "${swift_flags[@]}" -use-ld=lld -module-name "fuzz_$name" "${files[@]}" "${objects[@]}" \
    "$@" -o "$out/$name"
}

codec() {
  clang -O2 -g -fsanitize=fuzzer,address -I "$sources/CImageCodecs/include" \
    "Fuzz/Readers/$1.c" "$sources"/CImageCodecs/*.c -lpng -ljpeg -ldeflate -lz -lm -o "$out/$1"
}

basics() { module Basics "$sources"/Basics/*.swift; }

build() {
  case $1 in
    json) basics; program json Basics ;;
    csv | xml | xlsx)
      basics
      module Datasets "$sources"/Datasets/*.swift "$sources"/Datasets/*/*.swift
      program "$1" Basics Datasets ;;
    safetensors | pickle | torch)
      basics
      module WeightFiles "$sources"/WeightFiles/*.swift "$sources"/WeightFiles/Torch/*.swift
      program "$1" Basics WeightFiles ;;
    glove | word2vec)
      basics
      clang -O2 -fsanitize=fuzzer-no-link,address -I "$sources/CWordVectors/include" \
        -c "$sources/CWordVectors/scan.c" -o "$out/modules/CWordVectors.o"
      module WordVectors "$sources"/WordVectors/*.swift
      program "$1" Basics WordVectors CWordVectors ;;
    png | jpeg) codec "$1" ;;
    dicom)
      basics
      clang -O2 -fsanitize=fuzzer-no-link,address -I "$sources/CWorker/include" \
        -c "$sources/CWorker/worker.c" -o "$out/modules/CWorker.o"
      module DICOM "$sources"/DICOM/*.swift "$sources"/DICOM/*/*.swift
      program dicom Basics DICOM CWorker ;;
    bundle)
      basics
      local c objects=()
      for c in address digest transfer; do
        clang -O2 -fsanitize=fuzzer-no-link,address -I "$sources/CTransfer/include" \
          -c "$sources/CTransfer/$c.c" -o "$out/modules/CTransfer-$c.o"
        objects+=("CTransfer-$c")
      done
      module Downloads "$sources"/Downloads/*.swift
      module Bundles "$sources"/Bundles/*.swift "$sources"/Bundles/*/*.swift
      program bundle Basics Bundles Downloads "${objects[@]}" -- -lcurl -lcrypto -lsodium -larchive ;;
  esac
}

for reader in "${readers[@]}"; do
  build "$reader"
  if [ -n "$input" ]; then
    "$out/$reader" "$input"
    continue
  fi
  mkdir -p "$out/corpus/$reader"
  dictionary=()
  [ ! -e "Fuzz/dictionaries/$reader.txt" ] || dictionary=("-dict=Fuzz/dictionaries/$reader.txt")
  echo "== $reader" >&2
  # The longest inputs: what is behind holds more of the same, and short ones run faster.
  case $reader in torch | bundle) length=2600 ;; safetensors) length=1200 ;; *) length=700 ;; esac
  # No reader may ask for 64 MB at once; a PNG that short could at its best hold 20.
  "$out/$reader" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=64 "-max_len=$length" \
    -print_final_stats=1 -artifact_prefix="$out/found/$reader-" "${dictionary[@]}" "${limits[@]}" \
    "$out/corpus/$reader" "Fuzz/corpus/$reader" 2> "$out/$reader.log" \
    || { tail -40 "$out/$reader.log" >&2; echo "$reader: FAILED, the input is in $out/found" >&2; exit 1; }
  grep -E "stat::(number_of_executed_units|average_exec_per_sec|peak_rss_mb)" "$out/$reader.log" \
    | sed "s/^stat::/  /" >&2
done
