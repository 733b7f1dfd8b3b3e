"""Every image encoder here against torchvision's, with the same random weights and images.

Each model is saved by torch.save (zip and legacy) and by safetensors; zoo-parity reads those files and
gives logits, features, loss, statistics and all gradients. The error of a tensor is
|ours - reference| / |reference|, the reference being PyTorch in double precision. A tensor passes at
1e-3, or, where PyTorch's own single precision is farther than that from its double precision, at
twice PyTorch's error. VGG's dropout is off on both sides. Exit status 1 when a tensor fails.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile

import torch

_register = torch.library.register_fake  # the CPU wheel lacks torchvision's compiled operators
torch.library.register_fake = (
    lambda name, *a, **k: (lambda f: f) if name.startswith("torchvision::")
    else _register(name, *a, **k))

import torchvision.models as models  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

LIMIT = 1e-3
NAMES = ([f"resnet{n}" for n in (18, 34, 50, 101, 152)]
         + [f"vgg{n}{b}" for n in (11, 13, 16, 19) for b in ("", "_bn")]
         + [f"densenet{n}" for n in (121, 161, 169, 201)])
HEAD = ("model", "mode", "file", "tensors", "logits", "features", "gradients: median", "worst",
        "pass")


def make(name, seed):
    """torchvision's model with its own initialisation, one output, dropout off."""
    torch.manual_seed(seed)
    model = getattr(models, name)(weights=None, num_classes=1)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(module, torch.nn.BatchNorm2d):  # else evaluation would not see them
            torch.nn.init.uniform_(module.running_mean, -0.2, 0.2)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model


def run(model, images, labels, mode, dtype):
    model = model.to(dtype)
    model.train(mode == "training")
    last = [m for m in model.modules() if isinstance(m, torch.nn.Linear)][-1]
    kept = {}
    last.register_forward_hook(lambda _m, inputs, _o: kept.update(features=inputs[0]))
    logits = model(images.to(dtype))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.to(dtype))
    loss.backward()
    values = {"logits": logits, "loss": loss.reshape(1), "features": kept["features"]}
    values |= {f"grad.{k}": p.grad for k, p in model.named_parameters()}
    values |= {f"stat.{k}": b for k, b in model.named_buffers() if "num_batches" not in k}
    return {k: v.detach().double().clone() for k, v in values.items()}


def errors(values, reference):
    if set(values) != set(reference):
        sys.exit(f"other tensors: {sorted(set(values) ^ set(reference))[:5]}")
    found = {k: float((values[k] - v).norm() / v.norm().clamp_min(1e-30))
             for k, v in reference.items()}
    return {k: v if v == v else float("inf") for k, v in found.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity")
    parser.add_argument("--models", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--size", type=int, default=64, help="side of the images")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--kernels", default="onednn", choices=["onednn", "openblas"])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(" | ".join(HEAD))
    passed = True
    for name in arguments.models:
        torch.manual_seed(arguments.seed + 1)
        images = torch.randn(arguments.batch, 3, arguments.size, arguments.size)
        labels = (torch.arange(arguments.batch) % 2).float()
        for mode, kind in (("evaluation", "legacy"), ("training", "zip"),
                           ("evaluation", "safetensors")):
            exact = run(make(name, arguments.seed), images, labels, mode, torch.float64)
            own = errors(run(make(name, arguments.seed), images, labels, mode, torch.float32), exact)
            state = make(name, arguments.seed).state_dict()
            with tempfile.TemporaryDirectory() as folder:
                file = "weights.safetensors" if kind == "safetensors" else "weights.pth"
                if kind == "safetensors":
                    save_file({k: v.contiguous() for k, v in state.items()}, f"{folder}/{file}")
                else:
                    torch.save(state, f"{folder}/{file}",
                               _use_new_zipfile_serialization=kind == "zip")
                save_file({"images": images, "labels": labels}, f"{folder}/input.safetensors")
                options = {"dropout": 0} if name.startswith("vgg") else {}
                subprocess.run(
                    [arguments.program, name, folder, "--mode", mode, "--kernels",
                     arguments.kernels, "--options", json.dumps(options), "--weights", file],
                    check=True)
                ours = {k: v.double()
                        for k, v in load_file(f"{folder}/output.safetensors").items()}
            found = errors(ours, exact)
            bad = [k for k in found if not found[k] <= max(LIMIT, 2 * own[k])]
            passed &= not bad
            gradients = [v for k, v in found.items() if k.startswith("grad.")]
            print(name, mode, kind, len(found), f"{found['logits']:.1e}",
                  f"{found['features']:.1e}", f"{statistics.median(gradients):.1e}",
                  f"{max(gradients):.1e}", f"{len(found) - len(bad)} of {len(found)}", sep=" | ",
                  flush=True)
    print("pass" if passed else "FAIL")
    sys.exit(0 if passed else 1)


main()
