#!/usr/bin/env python3
"""Writes the fixtures of WordVectorsTests with gensim 4.4 beside this script.

gensim.txt, gensim.bin: KeyedVectors.save_word2vec_format in text and binary.
gensim.tsv: word, the bit patterns of its float32 numbers, and gensim's three nearest words with cosine.
"""
import os

import numpy
from gensim.models import KeyedVectors

folder = os.path.dirname(os.path.abspath(__file__))
words = ["</s>", "the", "cardiomegaly", "caf\u00e9", "cafe\u0301", "1\u00a01/2", "a\u0085b", "\u4e2d\u6587",
         "\U0001fac1", ".", "3", "-0.5", "\ufeffmark", "a\u2028b"]
words += [f"word{index}" for index in range(26)]
generator = numpy.random.default_rng(3)
vectors = generator.normal(size=(len(words), 7)).astype(numpy.float32)
vectors[1] = [0, -0.0, 1e-45, -3.4028235e38, 1.1754944e-38, 16777217, 0.1]
vectors[2] *= numpy.float32(1e-20)
keyed = KeyedVectors(7)
keyed.add_vectors(words, vectors)
keyed.save_word2vec_format(os.path.join(folder, "gensim.txt"))
keyed.save_word2vec_format(os.path.join(folder, "gensim.bin"), binary=True)
with open(os.path.join(folder, "gensim.tsv"), "w", encoding="utf-8", newline="\n") as file:
    for word in words:
        bits = " ".join(f"{bits:x}" for bits in keyed[word].view(numpy.uint32))
        # The squares of "the" overflow a float32, so gensim has no cosines there.
        near = [] if word == "the" else [
            (other, cosine) for other, cosine in keyed.most_similar(word, topn=6) if other != "the"][:3]
        file.write("\t".join([word, bits] + [f"{other}={cosine:.6f}" for other, cosine in near]) + "\n")
