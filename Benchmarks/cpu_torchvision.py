"""torchvision beside a CPU build of PyTorch, for the scripts of this folder.

Its compiled operators may not load there, and then its import fails on their missing names; the models
need nothing else of them.
"""
import torch  # noqa: F401

try:
    operators = torch.library.Library("torchvision", "DEF")
    operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    operators.define("qnms(Tensor a) -> Tensor")
except RuntimeError:  # they are declared already
    pass
import torchvision  # noqa: E402, F401  (the operators come first)
