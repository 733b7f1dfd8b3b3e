"""DenseNet-121 here against torchvision's, with the same random weights.

For each tensor the relative error is |ours - reference| / |reference| (Euclidean norms), the
reference being PyTorch in double precision. A tensor passes at 1e-3, or, where PyTorch's own single
precision is farther than that from its double precision, at twice PyTorch's error.

    python densenet_parity.py PATH-TO-zoo-parity [--markdown FILE]
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile

import torch

_operators = torch.library.Library("torchvision", "DEF")  # the CPU wheel lacks compiled operators
for _name in ("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
              "qnms(Tensor a) -> Tensor"):
    try:
        _operators.define(_name)
    except RuntimeError:
        pass

from safetensors.torch import load_file, save_file  # noqa: E402
from torchvision.models.densenet import DenseNet  # noqa: E402

CASES = [
    ("DenseNet-121, 4 x 3 x 224 x 224", {}, dict(growth_rate=32, block_config=(6, 12, 24, 16),
                                                 num_init_features=64), 3, 224),
    ("growth 16, blocks 2 4 6 4, 4 x 1 x 96 x 96",
     {"growthRate": 16, "blocks": [2, 4, 6, 4], "initialFeatures": 32},
     dict(growth_rate=16, block_config=(2, 4, 6, 4), num_init_features=32), 1, 96),
]


def make(configuration, channels):
    torch.manual_seed(1)
    model = DenseNet(num_classes=1, **configuration)
    if channels != 3:
        model.features.conv0 = torch.nn.Conv2d(
            channels, configuration["num_init_features"], 7, 2, 3, bias=False)
        torch.nn.init.kaiming_normal_(model.features.conv0.weight)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.3, 0.3)
            torch.nn.init.uniform_(module.running_mean, -0.2, 0.2)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model


def reference(model, images, labels, mode, dtype):
    model = model.to(dtype)
    model.train(mode == "training")
    features = torch.relu(model.features(images.to(dtype))).mean((2, 3))
    logits = model.classifier(features)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], labels.to(dtype))
    loss.backward()
    values = {"logits": logits, "loss": loss.reshape(1), "features": features}
    values |= {f"grad.{k}": p.grad for k, p in model.named_parameters()}
    values |= {f"stat.{k}": b for k, b in model.named_buffers() if "num_batches" not in k}
    return {k: v.detach().double().clone() for k, v in values.items()}


def error(a, b):
    return float((a - b).norm() / b.norm().clamp_min(1e-30))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--markdown")
    parser.add_argument("--only", help="training or evaluation")
    arguments = parser.parse_args()
    rows, passed = [], True
    for title, options, configuration, channels, size in CASES:
        torch.manual_seed(2)
        images = torch.randn(4, channels, size, size)
        labels = torch.tensor([1.0, 0.0, 0.0, 1.0])
        for mode in [arguments.only] if arguments.only else ["training", "evaluation"]:
            exact = reference(make(configuration, channels), images, labels, mode, torch.float64)
            single = reference(make(configuration, channels), images, labels, mode, torch.float32)
            for kernels in ("onednn", "openblas"):
                with tempfile.TemporaryDirectory() as folder:
                    state = make(configuration, channels).state_dict()
                    save_file({k: v.contiguous() for k, v in state.items()
                               if "num_batches" not in k}, f"{folder}/weights.safetensors")
                    save_file({"images": images, "labels": labels}, f"{folder}/input.safetensors")
                    subprocess.run([arguments.program, "densenet121", folder, mode, kernels,
                                    json.dumps(options)], check=True)
                    ours = {k: v.double()
                            for k, v in load_file(f"{folder}/output.safetensors").items()}
                if set(ours) != set(exact):
                    sys.exit(f"other tensors: {sorted(set(ours) ^ set(exact))[:5]}")
                errors = {k: error(ours[k], exact[k]) for k in exact}
                own = {k: error(single[k], exact[k]) for k in exact}
                bad = [k for k in exact if errors[k] > max(1e-3, 2 * own[k])]
                passed &= not bad
                gradients = [k for k in exact if k.startswith("grad.")]
                worst = max(gradients, key=errors.get)
                rows.append((title, mode, kernels,
                             f"{errors['logits']:.1e} ({own['logits']:.1e})",
                             f"{errors['loss']:.1e}",
                             f"{statistics.median(errors[k] for k in gradients):.1e}",
                             f"{errors[worst]:.1e}", f"{own[worst]:.1e}",
                             f"{len(exact) - len(bad)} of {len(exact)}"))
                print(*rows[-1], sep=" | ", flush=True)
                for key in bad[:5]:
                    print(f"  {key}: {errors[key]:.2e}, PyTorch's own {own[key]:.2e}")
    if arguments.markdown:
        head = ("model", "mode", "kernels", "logits (PyTorch fp32)", "loss", "gradients, median",
                "gradients, worst", "PyTorch fp32 there", "tensors that pass")
        with open(arguments.markdown, "w") as file:
            for row in (head, ["---"] * len(head), *rows):
                file.write("| " + " | ".join(row) + " |\n")
    sys.exit(0 if passed else 1)


main()
