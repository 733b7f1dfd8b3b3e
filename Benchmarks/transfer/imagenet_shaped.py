"""Writes a ResNet-18 with ImageNet's classifier and random weights, as torch.save writes a published one.

It stands in for torchvision's weights where there is no network:

    python imagenet_shaped.py runs/imagenet-shaped.pth
"""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from cpu_torchvision import torchvision  # noqa: E402

torch.manual_seed(1)
torch.save(torchvision.models.resnet18(weights=None).state_dict(), sys.argv[1])
