"""Makes the PyTorch files in `torch/` and `torch/expected.json`, which says what is in them.

Run with Python 3 and `pip install torch==2.13.0 safetensors numpy`:
    python make_torch_fixtures.py
"""

import argparse
import collections
import json
import os
import sys
import types
import warnings

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch")
os.makedirs(folder, exist_ok=True)
expected = {}


def numbers(tensor):
    """The values as Python numbers; what JSON lacks becomes a text."""
    values = tensor.detach().to(torch.float32).contiguous().flatten().tolist()
    return [v if np.isfinite(v) else str(v) for v in values]


def expect(file, tensors):
    expected[file] = [
        {
            "name": name,
            "shape": list(tensor.shape),
            "type": str(tensor.dtype).removeprefix("torch."),
            "values": numbers(tensor),
        }
        for name, tensor in tensors.items()
    ]


def save(name, content, tensors, **options):
    for suffix, new in [("zip", True), ("legacy", False)]:
        file = f"{name}.{suffix}.pth"
        torch.save(
            content, os.path.join(folder, file), _use_new_zipfile_serialization=new, **options)
        expect(file, tensors)


# The classes of the modules: their module exists only here, as a model's own file would.
models = types.ModuleType("chestmodels")
sys.modules["chestmodels"] = models


class Block(nn.Sequential):
    def __init__(self, width):
        super().__init__(
            nn.Conv2d(2, width, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, 0.25]))
        self.register_buffer("scratch", torch.zeros(4), persistent=False)
        self.register_buffer("absent", None)
        self.features = nn.Sequential(
            collections.OrderedDict(stem=Block(3), pool=nn.AdaptiveAvgPool2d(1), none=nn.Identity()))
        self.classifier = nn.Linear(3, 2)
        self.scale = nn.Parameter(torch.tensor(1.5))
        self.pathologies = ["Atelectasis", "", "Pleural_Thickening"]
        self.op_threshs = torch.tensor([0.25, float("nan"), 0.75])
        self.operating_points = np.array([0.5, 0.125])
        self.names = np.array(["a", "bc"])
        self.size = (224, 224)
        self.threshold = np.float64(0.75)
        self.weights = "densenet121-res224-nih"
        self.pretrained = True
        self.extra = None
        self.device = torch.device("cpu")
        self.activation = nn.functional.relu
        self.norm = nn.BatchNorm2d
        self.index = {0: "no", "one": 1}


for cls in (Block, Net):
    cls.__module__ = "chestmodels"
    setattr(models, cls.__name__, cls)

torch.manual_seed(3)
net = Net()
with torch.no_grad():
    net.features.stem(torch.randn(2, 2, 5, 5))  # Moves the statistics off their start.
state = net.state_dict()

save("state", state, state)
save("module", net, state)
save("parallel", nn.DataParallel(net), nn.DataParallel(net).state_dict())
save_file(state, os.path.join(folder, "state.safetensors"))

optimizer = torch.optim.Adam(net.parameters())
for parameter in net.parameters():
    parameter.grad = torch.ones_like(parameter)
optimizer.step()
state = {f"module.{name}": tensor.clone() for name, tensor in net.state_dict().items()}
save(
    "checkpoint",
    {
        "epoch": 7,
        "arch": "DENSE-NET-121",
        "state_dict": collections.OrderedDict(state),
        "best_auc": np.float64(0.8414),
        "best_loss": np.float32(0.25),
        "count": np.int64(-5),
        "aucs": np.arange(3) / 4,
        "best": torch.tensor(0.5),
        "classes": ("a", "b"),
        "history": [1, 2.5, None, True, {"lr": [0.1]}],
        "big": 2**70,
        "negative": -(2**40),
        "seen": {3},
        "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(lr=0.1),
        "counts": collections.defaultdict(int, a=1),
    },
    state,
)

kinds = {
    "half": torch.tensor([1, -0.5, 65504, 2**-24], dtype=torch.float16),
    "bfloat16": torch.tensor([1, -2, float("inf"), 0.1], dtype=torch.bfloat16),
    "double": torch.tensor([0.1, 1e300, -2], dtype=torch.float64),
    "float": torch.tensor([[1, -2.5, 3e-38], [float("nan"), 0.1, -0.0]]),
    "int64": torch.tensor([2**40, -3]),
    "int32": torch.tensor([-(2**31), 5], dtype=torch.int32),
    "int16": torch.tensor([-3, 300], dtype=torch.int16),
    "int8": torch.tensor([-128, 127], dtype=torch.int8),
    "uint8": torch.tensor([255, 0], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(42.0),
    "empty": torch.zeros(2, 0, 3),
    "count": torch.tensor(12),
}
save("types", kinds, kinds)

whole = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
views = {
    "whole": whole,
    "transposed": whole.transpose(0, 2),
    "middle": whole[:, 1],
    "every second": whole[:, :, 1::2],
    "offset": whole.flatten()[5:9],
    "expanded": whole[0, 0, :2].reshape(2, 1).expand(2, 3),
    "constant": whole[1, 2, 3].expand(2, 2),
    "permuted": whole.permute(1, 2, 0)[1:, 2:],
    "diagonal": torch.diagonal(whole[0]),
    "channels last": torch.arange(16.0).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last),
}
save("views", views, views)

parameter = nn.Parameter(torch.ones(2))
parameter.note = "kept"
tensor = torch.full((2,), 3.0)
tensor.note = "kept too"
rare = {"parameter": parameter, "tensor": tensor}
save("rare", rare, rare)
for protocol in (1, 3, 4, 5):
    file = f"protocol{protocol}.zip.pth"
    torch.save(
        {"net": net, "auc": np.float64(0.5), "thresholds": np.arange(2.0)},
        os.path.join(folder, file), pickle_protocol=protocol)
    expect(file, net.state_dict())


with open(os.path.join(folder, "expected.json"), "w") as file:
    json.dump(expected, file, separators=(",", ":"))
