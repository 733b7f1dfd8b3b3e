#!/usr/bin/env python3
"""Checks zoo's word vector files against gensim, both ways: same words, same numbers, same neighbours.

  roundtrip.py [--zoo PROGRAM] [--words 3000] [--dimension 100]

Needs gensim 4 and numpy. Prints a table in Markdown; ends with status 1 when anything differs.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy
from gensim.models import KeyedVectors, Word2Vec

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--zoo", default=os.path.join(root, ".build", "release", "zoo"))
parser.add_argument("--words", type=int, default=3000)
parser.add_argument("--dimension", type=int, default=100)
arguments = parser.parse_args()
failures = 0
NAMES = {"text": "word2vec-text", "binary": "word2vec-binary", "glove": "glove"}


def zoo(*words):
    result = subprocess.run([arguments.zoo, "--quiet", *words], capture_output=True, check=False)
    if result.returncode:
        sys.exit(f"zoo {' '.join(words[:3])} failed: {result.stderr.decode()}")
    return result.stdout.decode()


def check(name, passed, detail):
    global failures
    failures += not passed
    print(f"| {name} | {detail} | {'same' if passed else '**differs**'} |")


def load(path):
    with open(path, "rb") as file:
        head = file.readline().split()
    kind = path.rsplit(".", 1)[1]
    assert (len(head) == 2) == (kind != "glove")
    return KeyedVectors.load_word2vec_format(path, binary=kind == "binary", no_header=kind == "glove")


def same(ours, theirs):
    return ours.index_to_key == theirs.index_to_key and ours.vectors.tobytes() == theirs.vectors.tobytes()


def compare_neighbours(name, path, theirs, queries, count=10):
    """Neighbours by zoo from a file, and by gensim from vectors it holds."""
    lists = json.loads(zoo("vectors", "nearest", path, "--count", str(count), "--json", "--", *queries))
    different, worst = 0, 0.0
    for word, found in zip(queries, lists):
        near = [(item["word"], item["similarity"]) for item in found["neighbours"]]
        expected = theirs.most_similar(word, topn=count)
        worst = max([worst, *(abs(a[1] - b[1]) for a, b in zip(near, expected))])
        # Two that are equal to the last digits of a float may stand in either order.
        different += any(
            a[0] != b[0] and abs(a[1] - b[1]) > 1e-6 for a, b in zip(near, expected)) or found["word"] != word
    check(name, different == 0 and worst < 1e-5,
          f"{len(queries)} words × {count} neighbours, cosines within {worst:.0e}")


def corpus(lines=1200):
    """Documents with topics, so that neighbours mean something."""
    generator = numpy.random.default_rng(5)
    topics = [[f"t{topic}w{index}" for index in range(40)] for topic in range(8)]
    shared = [f"common{index}" for index in range(60)]
    for _ in range(lines):
        words = topics[generator.integers(8)]
        yield [str(generator.choice(words if generator.random() < 0.6 else shared)) for _ in range(30)]


generator = numpy.random.default_rng(17)
words = ["</s>", "caf\u00e9", "cafe\u0301", "1\u00a01/2", "a\u0085b", "\u4e2d\u6587", ".", "3", "-0.5"]
words += [f"word{index}" for index in range(arguments.words - len(words))]
vectors = generator.normal(size=(len(words), arguments.dimension)).astype(numpy.float32)
vectors[5] *= numpy.float32(1e-12)
reference = KeyedVectors(arguments.dimension)
reference.add_vectors(words, vectors)
queries = words[:9] + words[100:: arguments.words // 40]
print("| what | how much | result |\n|---|---|---|")

with tempfile.TemporaryDirectory() as folder:
    path = lambda name: os.path.join(folder, name)
    reference.save_word2vec_format(path("theirs.text"))
    reference.save_word2vec_format(path("theirs.binary"), binary=True)
    with open(path("theirs.text"), "rb") as source, open(path("theirs.glove"), "wb") as target:
        source.readline()
        target.write(source.read())
    for kind in NAMES:
        compare_neighbours(f"gensim's {kind} → zoo: neighbours", path(f"theirs.{kind}"), reference, queries)
        for other in NAMES:
            ours = path(f"{kind}.{other}")
            zoo("vectors", "convert", path(f"theirs.{kind}"), ours, "--format", NAMES[other])
            check(f"gensim's {kind} → zoo → {other} → gensim: words and bits", same(load(ours), reference),
                  f"{len(words)} × {arguments.dimension}")
            zoo("vectors", "convert", ours, path("again"), "--format", NAMES[other])
            check(f"zoo's {other} (from {kind}) read and written again: bytes",
                  open(ours, "rb").read() == open(path("again"), "rb").read(),
                  f"{os.path.getsize(ours)} bytes")
            os.remove(path("again"))

    documents = list(corpus())
    with open(path("texts"), "w", encoding="utf-8", newline="\n") as file:
        file.writelines(" ".join(document) + "\n" for document in documents)
    for model in ["skip-gram", "cbow"]:
        zoo("vectors", "train", path("texts"), "--output", path(f"{model}.text"), "--dimension", "60",
            "--epochs", "5", "--minimum-count", "1", "--model", model)
        zoo("vectors", "convert", path(f"{model}.text"), path(f"{model}.binary"), "--format", "word2vec-binary")
        for kind in ["text", "binary"]:
            trained = load(path(f"{model}.{kind}"))
            some = trained.index_to_key[::25]
            compare_neighbours(f"trained by zoo ({model}), {kind} → gensim: neighbours",
                               path(f"{model}.{kind}"), trained, some)
        purity = numpy.mean([word[:2] == query[:2] for query in trained.index_to_key if query[0] == "t"
                             for word, _ in trained.most_similar(query, topn=5)])
        check(f"trained by zoo ({model}): neighbours share the topic they were written for", purity > 0.9,
              f"{purity:.3f} of them")

    theirs = Word2Vec(documents, vector_size=60, sg=1, min_count=1, epochs=5, seed=1, workers=1).wv
    for kind in ["text", "binary"]:
        file = path(f"gensim.{kind}")
        theirs.save_word2vec_format(file, binary=kind == "binary")
        compare_neighbours(f"trained by gensim, {kind} → zoo: neighbours", file, load(file), theirs.index_to_key[::25])
        zoo("vectors", "train", path("texts"), "--from", file, "--output", path(f"kept.{kind}"),
            "--minimum-count", "1", "--options", '{"continueTraining": false}', "--format", NAMES[kind])
        kept = load(path(f"kept.{kind}"))
        check(f"trained by gensim, {kind} → zoo's --from, not trained on → gensim: bits",
              all(kept[word].tobytes() == theirs[word].tobytes() for word in theirs.index_to_key)
              and len(kept) == len(theirs), f"{len(kept)} × {kept.vector_size}")

    with open(path("cases.csv"), "w", encoding="utf-8", newline="\n") as file:
        file.write("text,label\n")
        file.writelines(f"{' '.join(document)},{'odd' if index % 2 else 'even'}\n"
                        for index, document in enumerate(documents[:200]))
    with open(path("study.json"), "w", encoding="utf-8") as file:
        json.dump({"schema": 1, "name": "round trip", "data": {
            "format": "csv", "path": "cases.csv", "columns": {"text": "text", "label": "label"},
            "labels": ["even", "odd"]}, "text": {"encoder": "word2vec", "options": {
                "dimension": 24, "filters": 4}, "training": {"epochs": 1}}}, file)
    zoo("train", path("study.json"), "--output", path("model"))
    zoo("vectors", "export", path("model"), "--output", path("model.text"))
    exported = load(path("model.text"))
    with open(path("model/model.safetensors"), "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))["text.embedding.weight"]
        file.seek(8 + length + header["data_offsets"][0])
        size = header["data_offsets"][1] - header["data_offsets"][0]
        weights = numpy.frombuffer(file.read(size), numpy.float32).reshape(header["shape"])
    with open(path("model/vocabulary.txt"), encoding="utf-8") as file:
        vocabulary = file.read().split("\n")[:-1]
    check("a trained model's embedding, exported → gensim: words and bits",
          exported.index_to_key == vocabulary[2:] and exported.vectors.tobytes() == weights[2:].tobytes(),
          f"{len(exported)} × {exported.vector_size}")
sys.exit(1 if failures else 0)
