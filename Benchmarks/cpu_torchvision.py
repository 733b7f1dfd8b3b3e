"""torchvision beside a CPU build of PyTorch, for the scripts of this folder.

Its compiled operators may not load there, and then its import fails on their missing names; the models
need nothing else of them.
"""
import sys

import torch

try:
    import torchvision  # noqa: F401
except (ImportError, OSError, RuntimeError):
    # Declared only here: an extension that loads declares them itself, and twice ends the process.
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    operators = torch.library.Library("torchvision", "DEF")
    operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    operators.define("qnms(Tensor a) -> Tensor")
    import torchvision  # noqa: E402, F401
