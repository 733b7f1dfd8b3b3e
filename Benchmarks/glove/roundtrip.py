#!/usr/bin/env python3
"""Checks word vector files against gensim, both ways: same words, same numbers, same neighbours.

  roundtrip.py --tool "COMMAND" [--words 3000] [--dimension 100]

COMMAND is a program that understands, with FILE in any format that is detected by content,
  COMMAND convert FILE text|binary OUT        writes word2vec text or binary
  COMMAND vectors FILE WORDS                  a line per word: word, tab, bit patterns of float32
  COMMAND nearest FILE COUNT WORD...          a line per word: word, tab, other=cosine ...
Needs gensim 4 and numpy. Ends with status 1 when anything differs.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile

import numpy
from gensim.models import KeyedVectors

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", required=True)
parser.add_argument("--words", type=int, default=3000)
parser.add_argument("--dimension", type=int, default=100)
arguments = parser.parse_args()
tool = shlex.split(arguments.tool)
failures = 0


def run(*words):
    result = subprocess.run([*tool, *words], capture_output=True, check=False)
    if result.returncode:
        sys.exit(f"{words[0]} failed: {result.stderr.decode()}")
    return result.stdout.decode().split("\n")[:-1]


def check(name, passed, detail=""):
    global failures
    failures += not passed
    print(f"{'ok    ' if passed else 'FAILED'} {name} {detail}")


def same(ours, theirs):
    return (ours.index_to_key == theirs.index_to_key
            and ours.vectors.tobytes() == theirs.vectors.tobytes())


generator = numpy.random.default_rng(17)
words = ["</s>", "caf\u00e9", "cafe\u0301", "1\u00a01/2", "a\u0085b", "\u4e2d\u6587", ".", "3", "-0.5"]
words += [f"word{index}" for index in range(arguments.words - len(words))]
vectors = generator.normal(size=(len(words), arguments.dimension)).astype(numpy.float32)
vectors[5] *= numpy.float32(1e-12)
reference = KeyedVectors(arguments.dimension)
reference.add_vectors(words, vectors)
queries = words[:9] + words[100::arguments.words // 40]

with tempfile.TemporaryDirectory() as folder:
    path = lambda name: os.path.join(folder, name)
    reference.save_word2vec_format(path("theirs.text"))
    reference.save_word2vec_format(path("theirs.binary"), binary=True)
    with open(path("theirs.text"), "rb") as source, open(path("theirs.glove"), "wb") as target:
        source.readline()
        target.write(source.read())
    with open(path("words"), "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(words) + "\n")
    for source in ["text", "binary", "glove"]:
        rows = dict(line.split("\t") for line in run("vectors", path(f"theirs.{source}"), path("words")))
        expected = {word: " ".join(f"{bits:x}" for bits in reference[word].view(numpy.uint32))
                    for word in words}
        check(f"gensim's {source} read by us, bit by bit", rows == expected, f"{len(rows)} words")

        worst, different = 0.0, 0
        for line in run("nearest", path(f"theirs.{source}"), "10", *queries):
            word, listed = line.split("\t")
            near = [item.rsplit("=", 1) for item in listed.split(" ")]
            theirs = reference.most_similar(word, topn=10)
            different += [item[0] for item in near] != [item[0] for item in theirs]
            worst = max([worst, *(abs(float(a[1]) - b[1]) for a, b in zip(near, theirs))])
        check(f"neighbours in gensim's {source} by us are gensim's", different == 0 and worst < 1e-5,
              f"{len(queries)} queries, cosines differ by {worst:.1e} at most")

        for kind in ["text", "binary"]:
            run("convert", path(f"theirs.{source}"), kind, path(f"ours.{kind}"))
            ours = KeyedVectors.load_word2vec_format(path(f"ours.{kind}"), binary=kind == "binary")
            check(f"our {kind} (from gensim's {source}) in gensim, bit by bit", same(ours, reference))
            neighbours = all(ours.most_similar(word, topn=10) == reference.most_similar(word, topn=10)
                             for word in queries)
            check(f"our {kind} (from gensim's {source}) has the same neighbours in gensim", neighbours)
            first = open(path(f"ours.{kind}"), "rb").read()
            run("convert", path(f"ours.{kind}"), kind, path("again"))
            check(f"our {kind} written twice is the same bytes", first == open(path("again"), "rb").read())
sys.exit(1 if failures else 0)
