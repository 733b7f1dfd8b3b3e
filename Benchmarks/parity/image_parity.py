"""Every image encoder here against torchvision's and timm's, and torchxrayvision's DenseNet of one channel.

The weights are random: torchvision's own initialisation, the statistics of normalisations those of
random images. torch.save (zip and legacy) and safetensors write them; zoo-parity reads each file and
gives logits, features, loss, statistics and all gradients, which must be the same bits for every file.
torchxrayvision's network is saved as a whole pickled module, in both of torch.save's formats, and
comes in through `zoo weights import`, too. VGG's dropout is off on both sides.
"""
import argparse
import importlib.metadata
import os
import statistics
import subprocess
import sys
import tempfile

import peer
import torch
import torchvision.models as models

XRAY = "torchxrayvision"
TIMM = ([f"vit_{n}" for n in ("tiny_patch16_224", "small_patch16_224", "base_patch16_224", "base_patch32_224",
                               "large_patch16_224")]
        + [f"vit_{n}_patch14_{r}dinov2" for n in ("small", "base", "large") for r in ("", "reg4_")])
CONVOLUTIONAL = (["mobilenetv2_100", "mobilenetv3_small_100", "mobilenetv3_large_100"]
                 + [f"{p}efficientnet_{n}" for p in ("", "tf_") for n in ("b0", "b1", "b2", "b3", "b4", "lite0")]
                 + [f"convnext{v}_{n}" for v in ("", "v2") for n in ("tiny", "small", "base", "large")])
# At 224 pixels: windows do not fill smaller images, and timm fills them up otherwise.
SWIN = [f"swin_{n}_patch4_window7_224" for n in ("tiny", "small", "base", "large")]
# Of the large ones few blocks: more would tell nothing else, and take 5 GB.
SHORTENED = {"depth": 2}
FEWER_BLOCKS = [2, 2, 2, 2]
FEW_BLOCKS = [1, 1, 2, 1]
NAMES = ([f"vgg{n}{b}" for n in (11, 13, 16, 19) for b in ("", "_bn")]
         + [f"resnet{n}" for n in (18, 34, 50, 101, 152)]
         + [f"densenet{n}" for n in (121, 161, 169, 201)] + TIMM + CONVOLUTIONAL + SWIN)
LARGE = ["vgg16", "resnet50", "densenet121", XRAY]  # at 224 pixels: the last knows no other size
HEAD = ("model", "images", "mode", "logits", "features", "gradients: median", "worst",
        "PyTorch's worst", "its ways", "pass", "by one run", "with the same choices",
        "choices that differ")


def make(name, size, batch, seed):
    """A network with random weights and statistics, images, labels."""
    torch.manual_seed(seed)
    if name == XRAY:
        import torchxrayvision
        model = torchxrayvision.models.DenseNet(weights=None, num_classes=18, in_channels=1)
    elif name in TIMM:
        model = transformer(name, size)
    elif name in CONVOLUTIONAL + SWIN:
        model = convolutional(name)
    else:
        model = getattr(models, name)(weights=None, num_classes=1)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if getattr(module, "drop_prob", 0):
            sys.exit(f"{name} draws in training (stochastic depth): nothing could be compared")
    channels, outputs = (1, 18) if name == XRAY else (3, 1)
    peer.settle(model, torch.randn(batch, channels, size, size))
    images = torch.randn(batch, channels, size, size)
    labels = (torch.arange(batch * outputs) % 2).float().reshape(batch, outputs)
    options = ({"dropout": 0} if name.startswith("vgg") else {"blocks": fewer(name)} if fewer(name)
               else SHORTENED if is_shortened(name) else {})
    return peer.Case("densenet121" if name == XRAY else name, model, images, labels, options,
                     tuple(narrowed(model)) if name in CONVOLUTIONAL else ())


def is_shortened(name):
    return name in TIMM and "large" in name


def fewer(name):
    """Blocks of each layer of a network that is shortened; None for others."""
    if name in SWIN[1:]:
        return FEWER_BLOCKS
    return FEW_BLOCKS if name.startswith("convnext") and name.endswith("large") else None


def narrowed(model):
    """The last normalisations of mobile blocks that 1×1 convolutions with normalisations alone read."""
    for layer in getattr(model, "blocks", []):
        for number, block in enumerate(layer):
            if hasattr(block, "bn3") or (hasattr(block, "bn2") and number + 1 == len(layer)):
                last = block.bn3 if hasattr(block, "bn3") else block.bn2
                yield next(n for n, m in model.named_modules() if m is last)


def convolutional(name):
    """timm's network, its factors of layer scale and of the response far from where they begin."""
    import timm
    model = timm.create_model(name, pretrained=False, num_classes=1, drop_path_rate=0.0,
                              **({"depths": fewer(name)} if fewer(name) else {}))
    for key, parameter in model.named_parameters():
        if key.endswith("gamma"):
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
        elif ".grn." in key:
            torch.nn.init.uniform_(parameter, -0.5, 0.5)
    return model


def transformer(name, size):
    """timm's transformer for images of that size, its factors of layer scale far from zero."""
    import timm
    model = timm.create_model(name, pretrained=False, num_classes=1, img_size=size,
                              **(SHORTENED if is_shortened(name) else {}))
    for key, parameter in model.named_parameters():
        if key.endswith("gamma"):
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    return model


def save_module(arguments, case, folder):
    """Saves the module itself, and what `zoo weights import` makes of it with the module's head."""
    state = {k: v for k, v in case.model.state_dict().items() if "num_batches" not in k}
    head = {k: v for k, v in state.items() if k.startswith("classifier.")}
    body = peer.digest({k: v for k, v in state.items() if k not in head})
    torch.save(case.model, f"{folder}/module.zip.pt")
    torch.save(case.model, f"{folder}/module.legacy.pt", _use_new_zipfile_serialization=False)
    for kind in ("zip", "legacy"):
        imported = f"{folder}/{kind}.safetensors"
        subprocess.run([arguments.zoo, "weights", "import", f"{folder}/module.{kind}.pt", "--for",
                        case.encoder, "--output", imported], check=True, stdout=subprocess.DEVNULL)
        tensors = peer.load_file(imported)
        if peer.digest(tensors) != body:
            sys.exit(f"zoo weights import gave other tensors than the {kind} file's module has")
        peer.save_file(tensors | head, imported)
    return ["module.zip.pt", "module.legacy.pt", "zip.safetensors", "legacy.safetensors"]


def compare(arguments, name, size, batch):
    """Compares one network in both modes; the rows, and whether it passes."""
    case = make(name, size, batch, arguments.seed)
    rows, passed = [], True
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        files = peer.save(case, folder)
        if name == XRAY:
            files += save_module(arguments, case, folder)
        for mode in ("evaluation", "training"):
            yardstick = peer.Yardstick(case, mode)
            for kernels in arguments.kernels:
                ours = peer.run_ours(arguments.program, case, folder, mode, kernels, files)
                found = peer.judge(yardstick, ours, peer.read_choices(folder, yardstick.shapes))
                passed &= found.passes
                gradients = found.gradients()
                theirs = max(v for k, v in yardstick.ways.items() if k.startswith("grad."))
                rows.append((
                    name if len(arguments.kernels) == 1 else f"{name}, {kernels}",
                    " × ".join(map(str, case.images.shape)), mode,
                    *map(peer.brief, (found.errors["logits"], found.errors["features"],
                                      statistics.median(gradients), max(gradients), theirs)),
                    str(len(yardstick.found)), found.passing(found.bad_ways),
                    found.passing(found.bad_one), found.passing(found.bad_choices),
                    str(found.differing)))
                print("| " + " | ".join(rows[-1]) + " |", flush=True)
                for key in found.bad_ways[:arguments.show]:
                    print(f"  {key}: {peer.brief(found.errors[key])}, PyTorch "
                          f"{peer.brief(yardstick.ways[key])}, same choices "
                          f"{peer.brief(found.same[key])}", file=sys.stderr)
    return rows, passed


def main():
    parser = argparse.ArgumentParser(description=__doc__ + "\n" + peer.__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the path of zoo-parity; zoo lies beside it")
    parser.add_argument("--models", nargs="+", choices=NAMES + [XRAY], default=NAMES + [XRAY])
    parser.add_argument("--size", type=int, default=64,
                        help="side of the images; some models run at 224 pixels, too")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--large-batch", type=int, default=4, help="at 224 pixels")
    parser.add_argument("--kernels", nargs="+", default=["auto"], choices=["auto", "native", "onednn", "reference"])
    parser.add_argument("--seed", type=int, default=1, help="of the weights and images")
    parser.add_argument("--show", type=int, default=0, help="tensors that fail to show of each run")
    parser.add_argument("--markdown", metavar="FILE", help="write the table there, too")
    parser.add_argument("--scratch", metavar="FOLDER", help="for the weight files; 3 GB")
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    arguments.zoo = os.path.join(os.path.dirname(arguments.program), "zoo")
    # Patches of 14 pixels fill other sizes.
    sizes = {n: arguments.size // 14 * 14 for n in TIMM if "patch14" in n}
    cases = [(n, sizes.get(n, arguments.size), arguments.batch) for n in arguments.models if n not in [XRAY] + SWIN]
    cases += [(n, 224, arguments.large_batch) for n in LARGE + SWIN if n in arguments.models]
    line = peer.setting(**{XRAY: importlib.metadata.version(XRAY)} if XRAY in arguments.models else {})
    print(line + "\n\n" + peer.table(HEAD, []), end="")
    rows, passed = [], True
    for name, size, batch in cases:
        more, passes = compare(arguments, name, size, batch)
        rows += more
        passed &= passes
    if arguments.markdown:
        with open(arguments.markdown, "w", encoding="utf-8") as file:
            file.write(line + "\n\n" + peer.table(HEAD, rows))
    print("pass" if passed else "FAIL")
    sys.exit(0 if passed else 1)


main()
