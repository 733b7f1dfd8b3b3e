"""The examples' image encoders against torchvision's MobileNetV2 and timm's ViT-S/16.

    example_parity.py PATH/TO/zoo-parity [--size 224] [--batch 4]

The plugins are built and installed first (zoo plugin build, zoo plugin install). The weights are
random, the statistics of normalisations those of random images. Errors are |found - reference| /
|reference| (Euclidean norms) against PyTorch in double precision; each must be at most 1e-3, or twice
what PyTorch's own single precision errs by. Gradients that are zero in theory are left out.
"""
import argparse
import copy
import os
import statistics
import subprocess
import sys
import tempfile

import peer
import torch
import torchvision


def mobilenet():
    return "mobilenet_v2", torchvision.models.mobilenet_v2(weights=None, num_classes=2, dropout=0.0)


def transformer():
    import timm
    name = "vit_small_patch16_224"
    return name, timm.create_model(name, pretrained=False, num_classes=2)


def run(model, images, labels, mode, dtype):
    """Logits, loss, gradients and statistics of PyTorch's network."""
    model = copy.deepcopy(model).to(dtype)
    model.train(mode == "training")
    logits = model(images.to(dtype))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels.to(dtype))
    loss.backward()
    values = {"logits": logits, "loss": loss.reshape(1)}
    values |= {f"grad.{k}": p.grad for k, p in model.named_parameters()}
    return {k: v.detach().double() for k, v in values.items()}


def compare(arguments, name, model):
    torch.manual_seed(arguments.seed)
    peer.settle(model, torch.randn(arguments.batch, 3, arguments.size, arguments.size))
    images = torch.randn(arguments.batch, 3, arguments.size, arguments.size)
    labels = (torch.arange(arguments.batch * 2) % 3 == 0).float().reshape(arguments.batch, 2)
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        peer.save_file({"images": images, "labels": labels}, f"{folder}/input.safetensors")
        state = {k: v.contiguous() for k, v in model.state_dict().items()}
        peer.save_file(state, f"{folder}/weights.safetensors")
        for mode in ("evaluation", "training"):
            exact = run(model, images, labels, mode, torch.float64)
            own = run(model, images, labels, mode, torch.float32)
            subprocess.run([arguments.program, name, folder, "--mode", mode], check=True)
            ours = peer.load_file(f"{folder}/output.safetensors")
            largest = max(float(v.norm()) for k, v in exact.items() if k.startswith("grad."))
            errors, theirs = {}, {}
            for key, wanted in exact.items():
                if float(wanted.norm()) < 1e-9 * largest:
                    continue
                if key not in ours or ours[key].shape != wanted.shape:
                    sys.exit(f"{name}: {key} is missing or of another shape")
                scale = float(wanted.norm())
                errors[key] = float((ours[key].double() - wanted).norm()) / scale
                theirs[key] = float((own[key] - wanted).norm()) / scale
            gradients = [v for k, v in errors.items() if k.startswith("grad.")]
            bad = [k for k, v in errors.items() if not v <= max(1e-3, 2 * theirs[k])]
            beyond = sum(v > 1e-3 for v in gradients)
            passed &= not bad
            print(f"| {name} | {' × '.join(map(str, images.shape))} | {mode} | "
                  f"{peer.brief(errors['logits'])} | {peer.brief(statistics.median(gradients))} | "
                  f"{peer.brief(max(gradients))} | "
                  f"{peer.brief(max(v for k, v in theirs.items() if k.startswith('grad.')))} | "
                  f"{len(gradients) - beyond} of {len(gradients)} | "
                  f"{len(errors) - len(bad)} of {len(errors)} |", flush=True)
            for key in bad[:5]:
                print(f"  {key}: {errors[key]:.2e}, PyTorch {theirs[key]:.2e}", file=sys.stderr)
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity; zoo lies beside it")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    import timm
    print(peer.setting(timm=timm.__version__) + "\n")
    print("| model | images | mode | logits | gradients: median | worst | PyTorch's worst | within 1e-3 "
          "| pass |\n|---|---|---|---|---|---|---|---|---|", flush=True)
    results = [compare(arguments, *make()) for make in (mobilenet, transformer)]
    print("pass" if all(results) else "FAIL")
    sys.exit(0 if all(results) else 1)


main()
