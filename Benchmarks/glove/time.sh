#!/bin/sh
# time.sh [FOLDER]: the time that zoo takes to read a 5.6 GB GloVe text, against that of wc -l.
#
# Reads the file by `zoo vectors inspect FILE --words LIST`, which keeps the vectors of the 15,000 words
# of a list, and compares 50 of them with what was written, bit by bit. The file is made in FOLDER
# (default: a fresh one below TMPDIR, removed afterwards; 5.7 GB). Cold runs need root, to empty the page
# cache; warm ones need memory for the whole file. ZOO names the program if it is not the one built here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
zoo=${ZOO:-$here/../../.build/release/zoo}
[ -x "$zoo" ] || { echo "build it first: swift build -c release --product zoo" >&2; exit 1; }
if [ $# -gt 0 ]; then folder=$1; else
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
[ -f "$folder/expected.txt" ] || python3 "$here/make_glove.py" "$folder"
file=$folder/glove.txt

empty_cache() { sync; [ -w /proc/sys/vm/drop_caches ] && echo 3 > /proc/sys/vm/drop_caches; }
timed() { name=$1; shift; /usr/bin/time -f "$name %e s (user %U, system %S), peak %M kB" "$@" > /dev/null; }
count() { timed "$1  wc -l" wc -l "$file"; }
read_all() { timed "$1  zoo  " "$zoo" vectors inspect "$file" --words "$folder/wanted.txt" --quiet; }

for run in 1 2; do
  if empty_cache; then count cold; fi
  if empty_cache; then read_all cold; fi
done
cat "$file" > /dev/null
for run in 1 2 3 4 5; do
  count warm
  read_all warm
done

rm -f "$folder/kept.bin"
"$zoo" vectors convert "$file" "$folder/kept.bin" --format word2vec-binary --words "$folder/wanted.txt" --quiet
python3 "$here/check_kept.py" "$folder"
rm -f "$folder/kept.bin"
