#!/usr/bin/env python3
"""check_kept.py FOLDER: compares FOLDER/kept.bin, a word2vec binary, with FOLDER/expected.txt bit by bit."""
import os
import struct
import sys

folder = sys.argv[1]
with open(os.path.join(folder, "kept.bin"), "rb") as file:
    words, dimension = map(int, file.readline().split())
    kept = {}
    for _ in range(words):
        name = bytearray()
        while (byte := file.read(1)) != b" ":
            name += byte
        kept[name.decode()] = struct.unpack(f"<{dimension}I", file.read(4 * dimension))
    if file.read():
        sys.exit("bytes follow the last word")
checked = 0
with open(os.path.join(folder, "expected.txt"), encoding="utf-8") as file:
    for line in file:
        word, bits = line.rstrip("\n").split("\t")
        if kept.get(word) != tuple(int(value, 16) for value in bits.split()):
            sys.exit(f"other numbers than were written: {word!r}")
        checked += 1
print(f"{words} words of {dimension} numbers kept; {checked} compared bit by bit: equal")
