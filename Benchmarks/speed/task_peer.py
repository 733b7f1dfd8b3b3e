"""The peers' side of whole tasks: what a user of Captum, gensim or PyTorch would write.

Prints one line of JSON: the seconds of every repeat of the work alone (no imports, no reading of
files), and the peak of resident memory in megabytes.

    python task_peer.py prepare FOLDER                 a DenseNet-121 as zoo reads it, and a picture
    python task_peer.py gradients FOLDER               Captum's integrated gradients of them
    python task_peer.py word2vec TEXTS                 gensim, words a second
    python task_peer.py text CASES.csv --documents N   an epoch of a 1-D CNN over N texts
    python task_peer.py read FOLDER                    Pillow on two processes: PNG to 224 x 224 numbers
    python task_peer.py weights FOLDER                 random ResNet-18 and DenseNet-121 as files
    python task_peer.py study FOLDER                   a study over a sample (cases.csv, weights, vectors.txt)
"""
import argparse
import csv
import json
import os
import pathlib
import re
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def report(seconds, workers=0):
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes + workers}))


def network():
    from cpu_torchvision import torch, torchvision

    torch.manual_seed(1)
    torch.set_num_threads(2)
    model = torchvision.models.densenet121(weights=None)
    model.classifier = torch.nn.Linear(model.classifier.in_features, 1)
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    return torch, model.eval()


def prepare(folder):
    import numpy
    from PIL import Image
    from saved_model import write_model

    folder = pathlib.Path(folder)
    _, model = network()
    write_model(model, "densenet121", "classifier", folder / "model", 224, MEAN, DEVIATION)
    pixels = numpy.random.default_rng(1).integers(0, 256, (28, 28, 3), dtype="uint8")
    Image.fromarray(pixels).resize((224, 224)).save(folder / "picture.png")


def gradients(folder):
    import numpy
    from captum.attr import IntegratedGradients
    from PIL import Image

    torch, model = network()
    model = model.to(memory_format=torch.channels_last)
    pixels = numpy.asarray(Image.open(pathlib.Path(folder) / "picture.png"), dtype="float32") / 255
    image = torch.from_numpy(((pixels - MEAN) / DEVIATION).astype("float32").transpose(2, 0, 1)[None])
    black = torch.tensor([-m / d for m, d in zip(MEAN, DEVIATION)]).view(1, 3, 1, 1).expand_as(image)
    method, seconds = IntegratedGradients(model), []
    for _ in range(2):
        start = time.perf_counter()
        method.attribute(image, black, n_steps=50, method="gausslegendre", internal_batch_size=10)
        seconds.append(time.perf_counter() - start)
    report(seconds[1:])


def word2vec(path):
    from gensim.models import Word2Vec

    with open(path, encoding="utf-8") as file:
        texts = [re.findall(r"[a-z']+", line.lower()) for line in file]
    words = sum(map(len, texts))
    model = Word2Vec(vector_size=300, window=5, negative=5, sg=1, min_count=2, sample=1e-3, workers=2, seed=1)
    model.build_vocab(texts)
    start = time.perf_counter()
    model.train(texts, total_examples=len(texts), epochs=20)
    seconds = time.perf_counter() - start
    print(f"{20 * words / seconds:.0f} words/s", file=sys.stderr)
    report([seconds])


def text(path, count):
    import torch

    torch.manual_seed(1)
    torch.set_num_threads(2)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:count]
    documents = [re.findall(r"[a-z']+", row["text"].lower())[:140] for row in rows]
    index = {word: n + 2 for n, word in enumerate(sorted({w for words in documents for w in words}))}
    words = torch.zeros(len(rows), 140, dtype=torch.long)
    for n, document in enumerate(documents):
        words[n, : len(document)] = torch.tensor([index[w] for w in document], dtype=torch.long)
    labels = torch.tensor([float(row["label"] == "abnormal") for row in rows])

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(len(index) + 2, 300, padding_idx=0)
            self.convolutions = torch.nn.ModuleList(torch.nn.Conv1d(300, 100, k, padding=k - 1) for k in (3, 4, 5))
            self.output = torch.nn.Linear(300, 1)

        def forward(self, x):
            x = self.embedding(x).transpose(1, 2)
            x = torch.cat([torch.relu(c(x)).amax(2) for c in self.convolutions], 1)
            return self.output(x)[:, 0]

    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        for part in torch.randperm(len(rows)).split(50):
            optimizer.zero_grad()
            torch.nn.functional.binary_cross_entropy_with_logits(model(words[part]), labels[part]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    report(seconds[1:])


def read_one(path):
    import numpy
    from PIL import Image

    image = Image.open(path).convert("L").resize((224, 224), Image.Resampling.BILINEAR)
    total = float(((numpy.asarray(image, dtype="float32") / 255 - 0.5) / 0.25).sum())
    return total, os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read(folder):
    import multiprocessing

    paths = sorted(map(str, pathlib.Path(folder).glob("*.png")))
    seconds, peaks = [], {}
    with multiprocessing.Pool(2) as pool:
        for _ in range(6):
            start = time.perf_counter()
            found = pool.map(read_one, paths, chunksize=4)
            seconds.append(time.perf_counter() - start)
            peaks |= {process: peak for _, process, peak in found}
    report(seconds[1:], sum(peaks.values()))


def image_encoder(name):
    from cpu_torchvision import torch, torchvision

    torch.manual_seed(1)
    model = getattr(torchvision.models, name)(weights=None)
    head = "classifier" if name.startswith("densenet") else "fc"
    width = getattr(model, head).in_features
    setattr(model, head, torch.nn.Identity())
    return model.eval(), width


def weights(folder):
    from cpu_torchvision import torch

    for name in ("resnet18", "densenet121"):
        torch.save(image_encoder(name)[0].state_dict(), f"{folder}/{name}.pth")


def study(folder):
    """Every epoch runs the frozen image encoder anew, as without a cache.

    One epoch of training and one validation and test of the first split are timed for each of the four
    combinations; five splits of ten epochs each are computed from that.
    """
    import numpy
    from cpu_torchvision import torch
    from PIL import Image

    torch.manual_seed(1)
    torch.set_num_threads(2)
    with open(f"{folder}/cases.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pixels = numpy.stack([numpy.asarray(Image.open(f"{folder}/{row['image']}").convert("RGB")) for row in rows])
    images = torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype("float32") / 255)
    images = ((images - 0.5) / 0.25).contiguous(memory_format=torch.channels_last)
    documents = [re.findall(r"[a-z']+", row["text"].lower())[:140] for row in rows]
    index = {word: n + 1 for n, word in enumerate(sorted({w for words in documents for w in words}))}
    words = torch.zeros(len(rows), 140, dtype=torch.long)
    for n, document in enumerate(documents):
        words[n, : len(document)] = torch.tensor([index[w] for w in document], dtype=torch.long)
    labels = torch.tensor([float(row["label"] == "abnormal") for row in rows])
    order = torch.randperm(len(rows))
    test, validation = order[: len(rows) // 5], order[len(rows) // 5: len(rows) * 28 // 100]
    training = order[len(rows) * 28 // 100:]

    class Network(torch.nn.Module):
        def __init__(self, encoder, trains_words):
            super().__init__()
            self.image, width = image_encoder(encoder)
            self.image = self.image.to(memory_format=torch.channels_last).requires_grad_(False)
            self.embedding = torch.nn.Embedding(len(index) + 1, 100, padding_idx=0)
            self.embedding.weight.requires_grad_(trains_words)
            self.convolutions = torch.nn.ModuleList(torch.nn.Conv1d(100, 64, k, padding=k - 1) for k in (3, 4, 5))
            self.output = torch.nn.Linear(width + 192, 1)

        def forward(self, image, words):
            with torch.no_grad():
                features = self.image(image)
            x = self.embedding(words).transpose(1, 2)
            x = torch.cat([torch.relu(c(x)).amax(2) for c in self.convolutions], 1)
            return self.output(torch.cat([features, x], 1))[:, 0]

    def scored(model, part):
        start = time.perf_counter()
        with torch.no_grad():
            for some in part.split(32):
                model(images[some], words[some])
        return time.perf_counter() - start

    whole = 0
    for encoder in ("resnet18", "densenet121"):
        for trains_words in (True, False):
            model = Network(encoder, trains_words)
            optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
            scored(model, test[:32])
            start = time.perf_counter()
            for some in training[torch.randperm(len(training))].split(32):
                optimizer.zero_grad()
                torch.nn.functional.binary_cross_entropy_with_logits(
                    model(images[some], words[some]), labels[some]).backward()
                optimizer.step()
            epoch = time.perf_counter() - start
            whole += 5 * (10 * (epoch + scored(model, validation)) + scored(model, test))
    report([whole])


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("work", choices=["prepare", "gradients", "word2vec", "text", "read", "weights", "study"])
parser.add_argument("path")
parser.add_argument("--documents", type=int, default=0)
options = parser.parse_args()
if options.work == "text":
    text(options.path, options.documents)
else:
    {"prepare": prepare, "gradients": gradients, "word2vec": word2vec, "read": read, "weights": weights,
     "study": study}[options.work](options.path)
