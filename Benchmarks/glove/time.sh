#!/bin/sh
# time.sh [FOLDER]: the time that zoo takes to read a 5.6 GB GloVe text, against that of wc -l.
#
# Reads the file by `zoo vectors inspect FILE --words LIST`, which keeps the vectors of the 15,000 words
# of a list, and compares 50 of them with what was written, bit by bit. The file is made in FOLDER
# (default: a fresh one below TMPDIR, removed afterwards; 5.7 GB). Before a cold run the file, and it alone, is
# put out of the page cache; warm runs need memory for the whole file. ZOO names the program if it is not the one built here.
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

put_out() { python3 -c 'import os, sys
file = os.open(sys.argv[1], os.O_RDONLY)
os.fsync(file)
os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)' "$file"; }
timed() { name=$1; shift; /usr/bin/time -f "$name %e s (user %U, system %S), peak %M kB" "$@" > /dev/null; }
count() { timed "$1  wc -l" wc -l "$file"; }
read_all() { timed "$1  zoo  " "$zoo" vectors inspect "$file" --words "$folder/wanted.txt" --quiet; }

for run in 1 2; do
  put_out
  count cold
  put_out
  read_all cold
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
