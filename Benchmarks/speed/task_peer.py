"""The peers' side of whole tasks: what a user of Captum, gensim or PyTorch would write.

Prints one line of JSON: the seconds of every repeat of the work alone (no imports, no reading of
files), and the peak of resident memory in megabytes.

    python task_peer.py prepare FOLDER                 a DenseNet-121 as zoo reads it, and a picture
    python task_peer.py gradients FOLDER --batch N     Captum's integrated gradients of them, N nodes at once
    python task_peer.py word2vec TEXTS                 gensim, words a second
    python task_peer.py text CASES.csv --documents N   an epoch of a 1-D CNN over N texts
    python task_peer.py read FOLDER                    Pillow on two processes: PNG to 224 x 224 numbers
    python task_peer.py weights FOLDER                 random ResNet-18 and DenseNet-121 as files
    python task_peer.py study FOLDER --threads N       a study over a sample (cases.csv, weights, vectors.txt)
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


def gradients(folder, batch):
    import numpy
    from captum.attr import IntegratedGradients
    from PIL import Image

    torch, model = network()
    model = model.to(memory_format=torch.channels_last).requires_grad_(False)
    pixels = numpy.asarray(Image.open(pathlib.Path(folder) / "picture.png"), dtype="float32") / 255
    image = torch.from_numpy(((pixels - MEAN) / DEVIATION).astype("float32").transpose(2, 0, 1)[None])
    black = torch.tensor([-m / d for m, d in zip(MEAN, DEVIATION)]).view(1, 3, 1, 1).expand_as(image)
    method, seconds = IntegratedGradients(model), []
    for _ in range(2):
        start = time.perf_counter()
        method.attribute(image, black, n_steps=50, method="gausslegendre", internal_batch_size=batch)
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


def text(path, count, threads):
    import torch

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:count]
    documents = [re.findall(r"[a-z']+", row["text"].lower())[:140] for row in rows]
    index = {word: n + 1 for n, word in enumerate(sorted({w for words in documents for w in words}))}
    words = padded(documents, index)
    lengths = torch.tensor([len(document) for document in documents])
    labels = torch.tensor([float(row["label"] == "abnormal") for row in rows])

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(len(index) + 1, 300, padding_idx=0)
            self.convolutions = torch.nn.ModuleList(torch.nn.Conv1d(300, 100, k, padding=k - 1) for k in (3, 4, 5))
            self.output = torch.nn.Linear(300, 1)

        def forward(self, x):
            x = self.embedding(x).transpose(1, 2)
            x = torch.cat([torch.relu(c(x)).amax(2) for c in self.convolutions], 1)
            return self.output(x)[:, 0]

    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        for part in torch.randperm(len(rows)).split(50):
            optimizer.zero_grad()
            # Padding as long as the longest text of the batch.
            torch.nn.functional.binary_cross_entropy_with_logits(
                model(words[part, : max(1, int(lengths[part].max()))]), labels[part]).backward()
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


def padded(documents, index):
    """Rows of words as long as the longest of them: a user's collate function."""
    import torch

    longest = max(1, max(map(len, documents)))
    words = torch.zeros(len(documents), longest, dtype=torch.long)
    for n, document in enumerate(documents):
        words[n, : len(document)] = torch.tensor([index[w] for w in document], dtype=torch.long)
    return words


def study(folder, threads):
    """A whole study as its users write it: features of frozen encoders once, one text model a split and text encoder,
    heads over what both gave, padding as long as a batch's longest text, AdamW in one kernel, scores of validation
    after every epoch and of the best epoch's weights on test.
    """
    import copy

    import numpy
    from cpu_torchvision import torch
    from gensim.models import Word2Vec
    from PIL import Image

    torch.manual_seed(1)
    torch.set_num_threads(2)
    with open(f"{folder}/cases.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pixels = numpy.stack([numpy.asarray(Image.open(f"{folder}/{row['image']}").convert("RGB")) for row in rows])
    images = torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype("float32") / 255)
    images = ((images - 0.5) / 0.25).contiguous(memory_format=torch.channels_last)
    documents = [re.findall(r"[a-z']+", row["text"].lower())[:140] for row in rows]
    labels = torch.tensor([float(row["label"] == "abnormal") for row in rows])
    with open(f"{folder}/vectors.txt", encoding="utf-8") as file:
        vectors = {line.split(" ", 1)[0]: numpy.array(line.split()[1:], dtype="float32") for line in file}

    class Text(torch.nn.Module):
        def __init__(self, table, trains_words):
            super().__init__()
            self.embedding = torch.nn.Embedding.from_pretrained(table, freeze=not trains_words, padding_idx=0)
            self.convolutions = torch.nn.ModuleList(torch.nn.Conv1d(100, 64, k, padding=k - 1) for k in (3, 4, 5))
            self.output = torch.nn.Linear(192, 1)

        def features(self, words):
            x = self.embedding(words).transpose(1, 2)
            return torch.cat([torch.relu(c(x)).amax(2) for c in self.convolutions], 1)

        def forward(self, words):
            return self.output(self.features(words))[:, 0]

    class Head(torch.nn.Module):
        def __init__(self, width):
            super().__init__()
            self.output = torch.nn.Linear(width, 1)

        def forward(self, features):
            return self.output(features)[:, 0]

    def fit(model, given, training, validation, test):
        """Ten epochs, the best by the loss of validation kept, its answers to test."""
        optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3, fused=True)
        loss_of, best, kept = torch.nn.functional.binary_cross_entropy_with_logits, None, None
        for _ in range(10):
            for some in training[torch.randperm(len(training))].split(32):
                optimizer.zero_grad()
                loss_of(model(given(some)), labels[some]).backward()
                optimizer.step()
            with torch.inference_mode():
                found = sum(float(loss_of(model(given(some)), labels[some])) * len(some)
                            for some in validation.split(64))
            if best is None or found < best:
                best, kept = found, copy.deepcopy(model.state_dict())
        model.load_state_dict(kept)
        with torch.inference_mode():
            return [model(given(some)) for part in (validation, test) for some in part.split(64)]

    start = time.perf_counter()
    pictures = {}
    for name in ("resnet18", "densenet121"):
        encoder = image_encoder(name)[0].to(memory_format=torch.channels_last)
        with torch.inference_mode():
            pictures[name] = torch.cat([encoder(some) for some in images.split(16)]).clone()
    print(f"features {time.perf_counter() - start:.1f} s", file=sys.stderr)
    torch.set_num_threads(threads)
    for number in range(5):
        order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(number))
        test, validation = order[: len(rows) // 5], order[len(rows) // 5: len(rows) * 28 // 100]
        training = order[len(rows) * 28 // 100:]
        corpus = [documents[n] for n in training.tolist()]
        index = {word: n + 1 for n, word in enumerate(sorted({w for words in corpus for w in words}))}
        known = [[w for w in document if w in index] for document in documents]
        texts = {}
        for name in ("word2vec", "glove"):
            found = vectors
            if name == "word2vec":
                found = Word2Vec(corpus, vector_size=100, sg=1, epochs=5, min_count=1, workers=2, seed=1).wv
            table = torch.zeros(len(index) + 1, 100)
            for word, row in index.items():
                table[row] = torch.from_numpy(numpy.array(found[word]))
            model = Text(table, trains_words=name == "word2vec")
            fit(model, lambda some: padded([known[n] for n in some.tolist()], index), training, validation, test)
            with torch.inference_mode():
                texts[name] = torch.cat([
                    model.features(padded([known[n] for n in some.tolist()], index))
                    for some in torch.arange(len(rows)).split(64)]).clone()
        for features in pictures.values():
            fit(Head(features.shape[1]), features.__getitem__, training, validation, test)
        for features in pictures.values():
            for words in texts.values():
                both = torch.cat([features, words], 1)
                fit(Head(both.shape[1]), both.__getitem__, training, validation, test)
    report([time.perf_counter() - start])


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("work", choices=["prepare", "gradients", "word2vec", "text", "read", "weights", "study"])
parser.add_argument("path")
parser.add_argument("--documents", type=int, default=0)
parser.add_argument("--batch", type=int, default=5, help="of gradients")
parser.add_argument("--threads", type=int, default=2, help="of text and study; pictures are always on two")
options = parser.parse_args()
if options.work == "text":
    text(options.path, options.documents, options.threads)
elif options.work == "gradients":
    gradients(options.path, options.batch)
elif options.work == "study":
    study(options.path, options.threads)
else:
    {"prepare": prepare, "word2vec": word2vec, "read": read, "weights": weights}[options.work](options.path)
