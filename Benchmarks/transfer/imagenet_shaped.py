"""Writes a ResNet-18 with ImageNet's classifier and random weights, as torch.save writes a published one.

It stands in for torchvision's weights where there is no network:

    python imagenet_shaped.py runs/imagenet-shaped.pth
"""

import sys

import torch

operators = torch.library.Library("torchvision", "DEF")
operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
operators.define("qnms(Tensor a) -> Tensor")

import torchvision  # noqa: E402  (the operators come first)

torch.manual_seed(1)
torch.save(torchvision.models.resnet18(weights=None).state_dict(), sys.argv[1])
