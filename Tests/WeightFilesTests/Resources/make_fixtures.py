"""Makes the files of Fixtures.swift, printed as base64.

Run with Python 3 and `pip install safetensors==0.8.0 numpy`:
    python make_fixtures.py
"""

import base64

import numpy as np
from safetensors.numpy import save


def show(name, content):
    print(name, base64.b64encode(content).decode(), sep="\n")


# Names out of order, non-ASCII and escaped; a scalar; a tensor without elements. One text of
# metadata: the reference writes several in an order that changes from run to run.
show(
    "float32",
    save(
        {
            "weight": np.array([[1, -2.5, 3e-38], [np.inf, 0.1, -0.0]], np.float32),
            "bias": np.array([0.5, 0.25], np.float32),
            "Zürich/\"quoted\"\\\n": np.array([7], np.float32),
            "scalar": np.array(42, np.float32),
            "none": np.zeros((2, 0, 3), np.float32),
            "weight.1": np.array([9], np.float32),
        },
        metadata={"format": "p\tt/é"},
    ),
)

# No tensors, no metadata.
show("empty", save({}))

# Every element type that numpy has; the writer sorts by type first.
show(
    "mixed",
    save(
        {
            "boolean": np.array([True, False, True]),
            "f16": np.array([1, -0.5, 65504, 6e-8], np.float16),
            "f32": np.array([0.1], np.float32),
            "f64": np.array([0.1, 1e300, -2], np.float64),
            "i16": np.array([-3], np.int16),
            "i32": np.array([5], np.int32),
            "i64": np.array(1234, np.int64),
            "i8": np.array([-1], np.int8),
            "u8": np.array([255, 0], np.uint8),
        }
    ),
)
