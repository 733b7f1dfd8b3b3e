#!/usr/bin/env python3
"""Makes a text file of word vectors as large as GloVe 840B, and a list of wanted words.

  make_glove.py FOLDER [--lines 2200000] [--dimension 300] [--wanted 15000]

Writes FOLDER/glove.txt (deterministic; 5.6 GB by default), FOLDER/wanted.txt and
FOLDER/expected.txt: the numbers of 50 wanted words as bit patterns of float32. Lines are as long as
those of glove.840B.300d.txt: about 8.5 bytes a number. A few words contain spaces or no-break
spaces, as there; some wanted words are not in the file.
"""
import argparse
import os
import random
import struct

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("folder")
parser.add_argument("--lines", type=int, default=2_200_000)
parser.add_argument("--dimension", type=int, default=300)
parser.add_argument("--wanted", type=int, default=15_000)
arguments = parser.parse_args()

generator = random.Random(840)
# GloVe prints with %f or five significant digits: "-0.082752", "0.67204".
blocks = [[f"{generator.gauss(0, 0.4):.{generator.choice((4, 5, 5, 5, 5, 5, 5, 6))}f}"
           for _ in range(arguments.dimension)] for _ in range(512)]
halves = [(" " + " ".join(block[: arguments.dimension // 2]),
           " " + " ".join(block[arguments.dimension // 2:]) + "\n") for block in blocks]
first = [half[0].encode() for half in halves]
second = [half[1].encode() for half in halves]
consonants, vowels = "bcdfghjklmnprstvwz", "aeiou"
special = [". . .", "at name@domain.com", "1\u00a01/2", "caf\u00e9", "to 3d", "\u4e2d\u6587"]


def word(number):
    """A pronounceable word of its own for every number."""
    if number % 100_000 < len(special) and number >= 100_000:
        return special[number % 100_000] + ("" if number < 200_000 else str(number))
    letters = []
    number += 7
    while number:
        number, consonant = divmod(number, len(consonants))
        number, vowel = divmod(number, len(vowels))
        letters.append(consonants[consonant] + vowels[vowel])
    return "".join(letters) + "x"


def parts(number):
    return number * 7919 % 512, number // 3 % 512


os.makedirs(arguments.folder, exist_ok=True)
with open(os.path.join(arguments.folder, "glove.txt"), "wb", buffering=1 << 22) as file:
    for number in range(arguments.lines):
        a, b = parts(number)
        file.write(word(number).encode() + first[a] + second[b])
    print(f"{file.tell() / 1e9:.2f} GB, {arguments.lines} lines")

present = arguments.wanted * 9 // 10
numbers = sorted(generator.sample(range(arguments.lines), min(present, arguments.lines)))
wanted = [word(number) for number in numbers if " " not in word(number)]
with open(os.path.join(arguments.folder, "wanted.txt"), "w", encoding="utf-8", newline="\n") as file:
    absent = [f"absent{index}" for index in range(arguments.wanted - len(wanted))]
    file.write("\n".join([*absent, *wanted]) + "\n")
with open(os.path.join(arguments.folder, "expected.txt"), "w", encoding="utf-8") as file:
    listed = [number for number in numbers if " " not in word(number)]
    for number in listed[:: max(1, len(listed) // 50)]:
        a, b = parts(number)
        half = arguments.dimension // 2
        values = [float(value) for value in blocks[a][:half] + blocks[b][half:]]
        bits = " ".join(f"{struct.unpack('<I', struct.pack('<f', value))[0]:x}" for value in values)
        file.write(f"{word(number)}\t{bits}\n")
