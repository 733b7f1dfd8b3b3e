"""Writes torchvision-keys.txt: the keys and shapes of torchvision 0.28's image models."""
import pathlib

import torch

_register = torch.library.register_fake  # the CPU wheel lacks compiled operators
torch.library.register_fake = (
    lambda name, *a, **k: (lambda f: f) if name.startswith("torchvision::") else _register(name, *a, **k))

import torchvision.models as models  # noqa: E402

NAMES = (["densenet121", "densenet161", "densenet169", "densenet201"]
         + [f"resnet{n}" for n in (18, 34, 50, 101, 152)]
         + [f"vgg{n}{b}" for n in (11, 13, 16, 19) for b in ("", "_bn")])
with open(pathlib.Path(__file__).parent / "torchvision-keys.txt", "w", encoding="utf-8") as file:
    for name in NAMES:
        with torch.device("meta"):
            state = getattr(models, name)(weights=None).state_dict()
        file.write(f"# {name}\n")
        for key, value in state.items():
            if not key.endswith("num_batches_tracked"):
                file.write(f"{key} {'x'.join(map(str, value.shape))}\n")
