"""The examples' image encoders against torchvision's MobileNetV2 and timm's ViT-S/16.

    example_parity.py PATH/TO/zoo-parity [--size 224] [--batch 4]

The plugins are built and installed first (zoo plugin build, zoo plugin install). The weights are
random, the statistics of normalisations those of random images. Errors are |found - reference| /
|reference| (Euclidean norms) against PyTorch in double precision; each must be at most 1e-3. Gradients
that are zero in theory are left out.

A value that rounding moves across zero changes what its ReLU6 lets through, and a gradient then jumps,
PyTorch's own too (the last two columns). So the reference makes the very choices of the run it is
compared with, and only values within 1e-3 of the typical one may have been chosen otherwise.
"""
import argparse
import contextlib
import copy
import os
import statistics
import subprocess
import sys
import tempfile

import numpy
import peer
import torch
import torchvision


def mobilenet():
    return "mobilenet_v2", torchvision.models.mobilenet_v2(weights=None, num_classes=2, dropout=0.0)


def transformer():
    import timm
    return "vit_s16", timm.create_model("vit_small_patch16_224", pretrained=False, num_classes=2)


@contextlib.contextmanager
def choosing(imposed=None):
    """Inside, ReLU6 notes what it lets through, or lets through what is imposed.

    Gives (the choices, how far from zero those are that it would have made otherwise, in typical values).
    """
    functions = torch.nn.functional
    original, made, distances = functions.hardtanh, [], []

    def chosen(x, low=-1.0, high=1.0, inplace=False):
        choice = x.detach() > 0
        if imposed is None:
            made.append(choice)
            return original(x, low, high)
        wanted = imposed[len(made)]
        made.append(wanted)
        if (choice != wanted).any():
            typical = x.detach().square().mean().sqrt()
            distances.append(float(x.detach()[choice != wanted].abs().max() / typical))
        return torch.where(wanted, x.clamp(max=high), torch.zeros_like(x))

    functions.hardtanh = chosen
    try:
        yield made, distances
    finally:
        functions.hardtanh = original


def run(model, images, labels, mode, dtype, imposed=None):
    """Logits, loss and gradients of PyTorch's network, its choices, and how far imposed ones were."""
    model = copy.deepcopy(model).to(dtype)
    model.train(mode == "training")
    with choosing(imposed) as (choices, distances):
        logits = model(images.to(dtype))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels.to(dtype))
    loss.backward()
    values = {"logits": logits, "loss": loss.reshape(1)}
    values |= {f"grad.{k}": p.grad for k, p in model.named_parameters()}
    return {k: v.detach().double() for k, v in values.items()}, choices, distances


def read_choices(folder, shapes):
    """What zoo-parity's ReLU6 let through, by shapes of PyTorch's."""
    bits = numpy.fromfile(f"{folder}/relus.bits", dtype=numpy.uint8)
    choices, offset = [], 0
    for shape in shapes:
        count = (shape.numel() + 7) // 8
        values = numpy.unpackbits(bits[offset:offset + count], count=shape.numel(), bitorder="little")
        choices.append(peer.channels_first(torch.from_numpy(values.astype(bool)), shape))
        offset += count
    if offset != bits.size:
        sys.exit(f"relus.bits has {bits.size} bytes; expected {offset}")
    return choices


def errors(values, reference):
    largest = max(float(v.norm()) for k, v in reference.items() if k.startswith("grad."))
    found = {}
    for key, wanted in reference.items():
        if float(wanted.norm()) < 1e-9 * largest:
            continue
        if key not in values or values[key].shape != wanted.shape:
            sys.exit(f"{key} is missing or of another shape")
        found[key] = float((values[key].double() - wanted).norm() / wanted.norm())
    return found


def gradients(found):
    return [v for k, v in found.items() if k.startswith("grad.")]


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
            exact, choices, _ = run(model, images, labels, mode, torch.float64)
            own = errors(run(model, images, labels, mode, torch.float32)[0], exact)
            subprocess.run([arguments.program, name, folder, "--mode", mode], check=True)
            ours = peer.load_file(f"{folder}/output.safetensors")
            plain = errors(ours, exact)
            imposed = read_choices(folder, [c.shape for c in choices])
            same, _, distances = run(model, images, labels, mode, torch.float64, imposed)
            found = errors(ours, same)
            bad = [k for k, v in found.items() if not v <= 1e-3]
            farthest = max(distances, default=0.0)
            passed &= not bad and farthest <= 1e-3
            print(f"| {name} | {' × '.join(map(str, images.shape))} | {mode} | "
                  f"{peer.brief(found['logits'])} | {peer.brief(statistics.median(gradients(found)))} | "
                  f"{peer.brief(max(gradients(found)))} | {len(found) - len(bad)} of {len(found)} | "
                  f"{peer.brief(farthest)} | {peer.brief(max(gradients(plain)))} | "
                  f"{peer.brief(max(gradients(own)))} |", flush=True)
            for key in bad[:5]:
                print(f"  {key}: {found[key]:.2e}", file=sys.stderr)
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
    print("| model | images | mode | logits | gradients: median | worst | within 1e-3 | farthest choice "
          "| worst with choices of its own | PyTorch's worst |\n|" + "---|" * 10, flush=True)
    results = [compare(arguments, *make()) for make in (mobilenet, transformer)]
    print("pass" if all(results) else "FAIL")
    sys.exit(0 if all(results) else 1)


main()
