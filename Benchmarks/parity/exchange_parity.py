"""`zoo export`: do ONNX Runtime, OpenVINO and the generated PyTorch script give what `zoo predict` gives?

    python exchange_parity.py ZOO [NAME ...]

Trains each model for an epoch on a small synthetic sample, exports it twice, makes a bundle whose
script must give the golden logits, and compares the logits of six cases one by one and, in ONNX Runtime, of all six as one batch. The pictures are larger than the
models' input and not square, so that resizing is compared too: the script's, which also feeds the
ONNX files, against the program's. Models of several classes or findings are compared in every logit; their
probabilities, by what the file's metadata say, and the script's answers must be the program's, too. Ends
with status 1 where a logit or probability differs by more than 1e-4.
"""

import csv
import hashlib
import importlib.util
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import cpu_torchvision  # noqa: E402, F401  (before the scripts import torchvision)

try:
    import openvino
except ImportError:
    openvino = None
    print("OpenVINO is not installed: it is left out, nan in its column", file=sys.stderr)

CASES = 6
LIMIT = 1e-4


def image(encoder, size=224, channels=3, **more):
    training = {"epochs": 1, "batchSize": 6, "learningRate": 1e-4}
    return {"encoder": encoder, "size": size, "channels": channels, "training": training, **more}


def text(encoder="word2vec", **more):
    return {"encoder": encoder, "training": {"epochs": 1}, **more}


# The columns of each task, and its labels.
DATA = {
    "binary": {"columns": {"label": "label"}, "labels": ["normal", "abnormal"], "table": "cases.csv"},
    "multi-class": {"columns": {"label": "kind"}, "task": "multi-class", "table": "kinds.csv"},
    "multi-label": {
        "columns": {"label": "kinds", "labelSeparator": "|", "noLabel": ["normal"]}, "task": "multi-label",
        "table": "kinds.csv"},
}

def transformer(encoder="bert", **more):
    """A branch of a text encoder whose tokenizer lies in the folder "pieces", of the family that the encoder is of."""
    return text(encoder, tokenizer=f"pieces-{encoder.split('-')[0]}", training={"epochs": 1, "batchSize": 16}, **more)


# Steps enough for running statistics that have forgotten where they began: else a deep network of mobile blocks gives
# every picture the same.
LONGER = {"epochs": 6, "batchSize": 4, "learningRate": 1e-3}
SMALL_BERT = {"width": 64, "depth": 2, "heads": 4, "hidden": 128}
# Name: the branches of the study, then whether a script can build the model; the task, where it is not binary.
MODELS = {
    "DenseNet-121": ({"image": image("densenet121")}, True),
    "ResNet-50": ({"image": image("resnet50")}, True),
    "VGG-16": ({"image": image("vgg16", fit="pad")}, True),
    "text, word2vec": ({"text": text(options={"dimension": 50, "epochs": 2})}, True),
    "text, GloVe": ({"text": text("glove", vectors="glove.txt", options={"freezeEmbedding": True})}, True),
    "multimodal": ({"image": image("densenet121"), "text": text(options={"dimension": 50, "epochs": 2})}, True),
    "DenseNet-121, grey, frozen": ({"image": image("densenet121", 96, 1, freeze="block2")}, True),
    "ResNet-18, grey, mirror average, stretched": (
        {"image": image("resnet18", 96, 1, flipAveraging=True, fit="stretch"), "fusion": {"hidden": 0}}, True),
    "VGG-11, small maps": ({"image": image("vgg11_bn", 96, 3, resize=112)}, True),
    "multimodal, two and three members": (
        {
            "image": image("resnet18", 64, 1, members=2),
            "text": text(members=3, options={"dimension": 20, "epochs": 2}),
        }, True),
    "DenseNet of other width": (
        {"image": image("densenet121", 64, 1, options={"growthRate": 8, "blocks": [2, 3]})}, False),
    "multimodal, several classes": (
        {"image": image("resnet18", 64, 1), "text": text(options={"dimension": 20, "epochs": 2})}, True, "multi-class"),
    "multimodal, several findings": (
        {"image": image("resnet18", 64, 1), "text": text(options={"dimension": 20, "epochs": 2})}, True, "multi-label"),
    "ViT-Ti/16": ({"image": image("vit_tiny_patch16_224")}, True),
    "ViT-S/14 of DINOv2, registers": ({"image": image("vit_small_patch14_reg4_dinov2", 112, 1)}, True),
    "ViT, mean of patches, gated": (
        {"image": image("vit_tiny_patch16_224", 96, 1, options={"pooling": "mean", "gated": True})}, False),
    "ViT-Ti/16, adapters": ({"image": image("vit_tiny_patch16_224", 96, 1, lora={"rank": 4})}, False),
    "Swin-T": ({"image": image("swin_tiny_patch4_window7_224", 224)}, True),
    "Swin-T, windows that are filled up": ({"image": image("swin_tiny_patch4_window7_224", 100, 1)}, False),
    "ConvNeXt-T": ({"image": image("convnext_tiny", 96)}, True),
    "ConvNeXt V2-T": ({"image": image("convnextv2_tiny", 96, 1)}, True),
    "EfficientNet-B0": ({"image": image("efficientnet_b0", 96, training=LONGER)}, True),
    "EfficientNet-B0 of TensorFlow, odd": ({"image": image("tf_efficientnet_b0", 95, 1, training=LONGER)}, True),
    "EfficientNet-Lite0 of TensorFlow": ({"image": image("tf_efficientnet_lite0", 96, training=LONGER)}, True),
    "MobileNetV2": ({"image": image("mobilenetv2_100", 96, 1, flipAveraging=True, training=LONGER)}, True),
    "MobileNetV3, large": ({"image": image("mobilenetv3_large_100", 96, training=LONGER)}, True),
    "MiniLM-L6": ({"text": transformer("minilm-l6")}, False),
    "BERT, pooler, several classes": (
        {"text": transformer(options={"pooling": "pooler", **SMALL_BERT})}, False, "multi-class"),
    "RoBERTa, first piece, two members": (
        {"text": transformer("roberta", members=2, options={"pooling": "first", **SMALL_BERT})}, False),
    "ViT and BERT, attention": (
        {"image": image("vit_tiny_patch16_224", 96, 1), "text": transformer(options=SMALL_BERT),
         "fusion": {"head": "attention", "training": {"epochs": 1}}}, False),
    "MobileNetV3 and MiniLM-L6, several findings": (
        {"image": image("mobilenetv3_small_100", 96, 1, training=LONGER), "text": transformer("minilm-l6")}, False, "multi-label"),
}


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout


def prepare(zoo, folder):
    """A sample of wide pictures, and vectors of its words as a GloVe file."""
    run(zoo, "data", "sample", "--output", folder / "sample", "--count", "160", "--size", "300")
    with open(folder / "sample" / "cases.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        number %= 24
        path = folder / "sample" / row["image"]
        picture = Image.open(path)
        picture.crop((0, 10 + number, 300, 290 - 2 * number)).save(path)
    words = sorted({word for row in rows for word in row["text"].lower().replace(".", " ").split()})
    draw = random.Random(3)
    lines = [f"{word} {' '.join(f'{draw.gauss(0, 0.3):.5f}' for _ in range(50))}\n" for word in words]
    (folder / "glove.txt").write_text("".join(lines), encoding="utf-8")
    # What no text holds stands where each family has it.
    for family, special in {
        "bert": ["[PAD]", "[UNK]", "[CLS]", "[SEP]"], "minilm": ["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
        "roberta": ["<s>", "<pad>", "</s>", "<unk>"],
    }.items():
        place = folder / f"pieces-{family}"
        place.mkdir()
        # Half of the words are known in whole, the others letter by letter.
        letters = sorted(set("".join(words)))
        pieces = special + letters + [f"##{letter}" for letter in letters] + ["."] + words[::2]
        (place / "vocab.txt").write_text("\n".join(dict.fromkeys(pieces)) + "\n", encoding="utf-8")
    return rows[:CASES]


def load_script(path):
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def onnx_inputs(model, script, folder, sample, row):
    """The inputs of one case, as the file's metadata ask for them."""
    inputs = {}
    notes = {entry.key: entry.value for entry in model.metadata_props}
    if "encoderzoo.image" in notes:
        inputs["image"] = script.picture(sample / row["image"]).numpy()
    if "encoderzoo.vocabulary" not in notes and "encoderzoo.text" in notes:
        found = pieces(json.loads(notes["encoderzoo.text"]), folder, row["text"])
        inputs["words"] = numpy.array([found], dtype=numpy.int64)
    elif "encoderzoo.text" in notes:
        index = {word: number for number, word in enumerate(json.loads(notes["encoderzoo.vocabulary"]))}
        rules = json.loads(notes["encoderzoo.text"])
        found = [index.get(word, rules["unknown"]) for word in script.words(row["text"])]
        inputs["words"] = numpy.array([found or rules["emptyText"]], dtype=numpy.int64)
    return inputs


def pieces(rules, folder, report):
    """A report as the tokenizer beside the file cuts it; its files must be those that the metadata name."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    for name, digest in rules["tokenizer"]["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1]
    index = {piece: number for number, piece in enumerate(vocabulary)}
    cutter = Tokenizer(models.WordPiece(index, unk_token=vocabulary[rules["unknown"]]))
    cutter.normalizer = normalizers.BertNormalizer(lowercase=True)
    cutter.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    around = [*rules["beginning"]], [*rules["end"]]
    most = rules["maximumWords"] - len(around[0]) - len(around[1])
    return around[0] + cutter.encode(report, add_special_tokens=False).ids[:most] + around[1]


def padding_of(notes):
    return json.loads(notes.get("encoderzoo.text", "{}")).get("padding", 0)


def batch_of(cases, padding):
    batch = {}
    for key in cases[0]:
        length = max(case[key].shape[1] for case in cases)
        batch[key] = numpy.concatenate(
            [numpy.pad(case[key], [(0, 0), (0, length - case[key].shape[1])], constant_values=padding)
             if key == "words" else case[key] for case in cases])
    return batch


def answers(predicted, labels):
    """The logits and the probabilities in the order of the labels, and what is said."""
    if "logit" in predicted:
        return [predicted["logit"]], [predicted["probability"]], predicted["label"]
    found = {one["label"]: one for one in predicted.get("classes", predicted.get("findings"))}
    said = predicted["label"] if "classes" in predicted else sorted(predicted["present"])
    return [found[name]["logit"] for name in labels], [found[name]["probability"] for name in labels], said


def activated(logits, how):
    if how == "softmax":
        powers = numpy.exp(logits - logits.max())
        return powers / powers.sum()
    return 1 / (1 + numpy.exp(-logits))


def compare(zoo, folder, name, branches, has_script, task, rows):
    place = folder / name.translate(str.maketrans(" ", "-", ",/"))
    place.mkdir()
    sample = folder / "sample"
    study = {
        "schema": 1, "name": name, "seed": 1,
        "data": {
            "format": "csv", "path": str(sample / DATA[task]["table"]),
            **{key: value for key, value in DATA[task].items() if key not in ("table", "columns")},
            "columns": {"id": "id", "image": "image", "text": "text", "patient": "patient", **DATA[task]["columns"]},
        },
        "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
        "fusion": {"training": {"epochs": 1}, "fineTuning": {"epochs": 0}}, **json.loads(
            json.dumps(branches).replace("glove.txt", str(folder / "glove.txt"))
            .replace('"pieces-', f'"{folder}/pieces-')),
    }
    (place / "study.json").write_text(json.dumps(study))
    model = place / "model"
    run(zoo, "train", place / "study.json", "--output", model, "--quiet")
    run(zoo, "export", model, "--onnx", place / "model.onnx")
    kind = "both" if {"image", "text"} <= branches.keys() else next(iter({"image", "text"} & branches.keys()))
    bundle = place / "bundle"
    run(zoo, "bundle", "create", model, "--name", "parity@1.0.0", "--licence", "MIT", "--output", bundle,
        "--data-terms", "synthetic", "--origin-terms", "drawn at random",
        *(["--threshold", "youden"] if task == "multi-label" else []))
    run(zoo, "bundle", "verify", bundle)
    labels = json.loads((model / "model.json").read_text())["labels"]
    if has_script:
        run(zoo, "export", model, "--python", place / "script.py")
        script = load_script(place / "script.py")
        # The bundle's own script, and the logits that the bundle asks for.
        loader = load_script(bundle / "load_in_python.py")
        loader.golden(bundle)
    else:
        assert not (bundle / "load_in_python.py").exists()
        refused = subprocess.run([zoo, "export", model, "--python", place / "no.py"], capture_output=True, text=True)
        assert refused.returncode != 0 and "can't express" in refused.stderr, refused.stderr
        script = picture_script(json.loads((model / "model.json").read_text()).get("image"))
    onnx.checker.check_model(str(place / "model.onnx"), full_check=True)
    loaded = onnx.load(place / "model.onnx", load_external_data=False)
    session = onnxruntime.InferenceSession(place / "model.onnx", providers=["CPUExecutionProvider"])
    vino = openvino and openvino.Core().compile_model(
        str(place / "model.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    notes = {entry.key: entry.value for entry in loaded.metadata_props}
    assert notes["encoderzoo.task"] == task and json.loads(notes["encoderzoo.labels"]) == labels, notes
    ours, cases, worst = [], [], {"onnx": 0.0, "vino": 0.0, "script": 0.0}
    for row in rows:
        image_options = [] if kind == "text" else ["--image", sample / row["image"]]
        text_options = [] if kind == "image" else ["--text", row["text"]]
        said = json.loads(run(zoo, "predict", model, *image_options, *text_options, "--json"))
        logit, probability, label = answers(said, labels)
        ours.append(logit)
        inputs = onnx_inputs(loaded, script, place / "model.tokenizer", sample, row)
        cases.append(inputs)
        worst["onnx"] = max(worst["onnx"], apart(session.run(None, inputs)[0][0], logit))
        worst["vino"] = max(worst["vino"], apart(vino(inputs)[0][0], logit)) if vino else float("nan")
        made = activated(session.run(None, inputs)[0][0].astype(numpy.float64), notes["encoderzoo.activation"])
        worst["onnx"] = max(worst["onnx"], apart(made, probability))
        if has_script:
            arguments = {"image": sample / row["image"]} if kind != "text" else {}
            if kind != "image":
                arguments["text"] = row["text"]
            worst["script"] = max(worst["script"], apart(script.logits(model, **arguments), logit))
            if task != "binary":
                found = script.logits(model, **arguments)
                worst["script"] = max(worst["script"], apart(script.probabilities(found), probability))
                answer = script.answer(found)
                assert label == (answer if task == "multi-class" else sorted(answer)), (label, answer)
                # The bundle's script has the bundle's thresholds.
                bundled = json.loads(run(zoo, "predict", bundle, *image_options, *text_options, "--json"))
                assert answers(bundled, labels)[2] == (
                    loader.answer(found) if task == "multi-class" else sorted(loader.answer(found))), bundled
    together = session.run(None, batch_of(cases, padding_of(notes)))[0]
    worst["batch"] = float(numpy.abs(together - numpy.array(ours)).max())
    said = f"{worst['script']:.1e}" if has_script else "refused"
    print(
        f"| {name} | {numpy.min(ours):.3f} … {numpy.max(ours):.3f} | {worst['onnx']:.1e} | {worst['batch']:.1e} | "
        f"{worst['vino']:.1e} | {said} |", flush=True)
    return float(numpy.nanmax(list(worst.values())))


def apart(found, expected):
    return float(numpy.abs(numpy.asarray(found, dtype=numpy.float64) - numpy.asarray(expected)).max())


class picture_script:
    """The pictures of a model without resizing rules of its own, for models without a script."""

    def __init__(self, branch):
        self.branch = branch

    def picture(self, path):
        import torch

        size = self.branch["size"]
        picture = Image.open(path).convert("L" if self.branch["channels"] == 1 else "RGB")
        shorter = min(picture.size)
        picture = picture.resize([size * side // shorter for side in picture.size], Image.Resampling.BILINEAR)
        left, top = (round((side - size) / 2) for side in picture.size)
        pixels = numpy.asarray(picture.crop((left, top, left + size, top + size)), dtype=numpy.float32) / 255
        fitted = self.branch["normalization"]
        pixels = (pixels.reshape(size, size, -1) - fitted["mean"]) / fitted["deviation"]
        return torch.from_numpy(pixels.transpose(2, 0, 1))[None].float()


def main():
    zoo = sys.argv[1]
    names = sys.argv[2:] or list(MODELS)
    print("| model | logits | ONNX Runtime | as one batch | OpenVINO | PyTorch script |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rows = prepare(zoo, folder)
        worst = max(
            compare(zoo, folder, name, *(*MODELS[name], "binary")[:3], rows) for name in names)
    if worst > LIMIT:
        sys.exit(f"a logit differs by {worst:.1e}; expected at most {LIMIT:.0e}")


main()
