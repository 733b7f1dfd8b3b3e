#!/bin/sh
# time.sh "COMMAND" [FOLDER]: the time of reading a 5.6 GB GloVe text against that of wc -l.
#
# COMMAND FILE WORDS must read FILE and keep the words of WORDS. The file is made in FOLDER (default: a
# fresh one below TMPDIR, removed afterwards). Cold runs need root, to empty the page cache.
set -eu
command=$1
here=$(dirname "$0")
if [ $# -gt 1 ]; then folder=$2; else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
[ -f "$folder/glove.txt" ] || python3 "$here/make_glove.py" "$folder"
file=$folder/glove.txt

empty_cache() { sync; [ -w /proc/sys/vm/drop_caches ] && echo 3 > /proc/sys/vm/drop_caches; }
timed() { name=$1; shift; /usr/bin/time -f "$name %e s (user %U, system %S), peak %M kB" "$@" > /dev/null; }

for run in 1 2; do
  if empty_cache; then timed "cold  wc -l " wc -l "$file"; fi
  # shellcheck disable=SC2086
  if empty_cache; then timed "cold  reader" $command "$file" "$folder/wanted.txt"; fi
done
cat "$file" > /dev/null
for run in 1 2 3 4 5; do
  timed "warm  wc -l " wc -l "$file"
  # shellcheck disable=SC2086
  timed "warm  reader" $command "$file" "$folder/wanted.txt"
done
