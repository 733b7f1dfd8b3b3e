"""The peers' side of whole tasks: what a user of Captum, gensim or PyTorch would write.

Prints one line of JSON: the seconds of every repeat of the work alone (no imports, no reading of
files), and the peak of resident memory in megabytes.

    python task_peer.py prepare FOLDER                 a DenseNet-121 as zoo reads it, and a picture
    python task_peer.py gradients FOLDER               Captum's integrated gradients of them
    python task_peer.py word2vec TEXTS                 gensim, words a second
    python task_peer.py text CASES.csv --documents N   an epoch of a 1-D CNN over N texts
"""
import argparse
import csv
import json
import pathlib
import re
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def report(seconds):
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}))


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


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("work", choices=["prepare", "gradients", "word2vec", "text"])
parser.add_argument("path")
parser.add_argument("--documents", type=int, default=0)
options = parser.parse_args()
if options.work == "text":
    text(options.path, options.documents)
else:
    {"prepare": prepare, "gradients": gradients, "word2vec": word2vec}[options.work](options.path)
