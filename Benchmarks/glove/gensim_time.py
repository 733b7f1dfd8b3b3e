#!/usr/bin/env python3
"""gensim_time.py FILE: seconds that gensim's loader takes for a GloVe text, and the peak memory."""
import resource
import sys
import time

from gensim.models import KeyedVectors

start = time.perf_counter()
vectors = KeyedVectors.load_word2vec_format(sys.argv[1], no_header=True)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"gensim: {len(vectors)} x {vectors.vector_size} in {seconds:.2f} s, peak {peak} MB")
