"""The same studies by what a Python user would write, over the folds of a run of `zoo compare`.

    python twin.py image TABLE.csv RUN --task multi-label|multi-class [--separator "|"]
    python twin.py tfidf TABLE.csv RUN --task …

`image`: a ResNet-18 of half width (32 channels) over 128 x 128 grey pictures, 15 or 20 epochs of AdamW (rate
1e-3, decay 0.05, warm-up, cosine, gradients clipped at 5, batches of 16, an exponential mean of the weights of
0.995 that warms up), rotated, shifted, zoomed, brightened and flipped at random, the mean over each test picture and its
mirror image: the settings of Examples/findings.json and Examples/classes.json in torchvision's words. Told are
the epoch with the lowest validation loss, of the mean weights or the plain ones, and, as `last`, the mean weights
of the last epoch, which those examples take. `tfidf`:
scikit-learn's TF-IDF and logistic regression, one against rest of labels, multinomial of classes. Prints the
metrics of every split, macro over labels.
"""
import argparse
import csv
import pathlib
import sys

import numpy
from sklearn.metrics import accuracy_score, average_precision_score, roc_auc_score

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))


def table(options):
    with open(options.table, newline="", encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    splits = {}
    with open(f"{options.run}/folds.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            splits.setdefault(row["split"], {}).setdefault(row["subset"], []).append(row["id"])
    ids = sorted({name for parts in splits.values() for part in parts.values() for name in part})
    column = options.label
    if options.task == "multi-class":
        labels = options.labels or sorted({rows[name][column] for name in ids})
        targets = numpy.array([[rows[n][column] == label for label in labels] for n in ids], "float32")
    else:
        labels = options.labels
        given = [set(rows[n][column].split(options.separator)) for n in ids]
        targets = numpy.array([[label in own for label in labels] for own in given], "float32")
    place = {name: index for index, name in enumerate(ids)}
    parts = {
        split: {subset: [place[n] for n in names] for subset, names in subsets.items()}
        for split, subsets in splits.items()
    }
    return [rows[name] for name in ids], labels, targets, parts


def tell(split, targets, scores, task):
    areas = [roc_auc_score(t, s) for t, s in zip(targets.T, scores.T) if 0 < t.sum() < len(t)]
    found = {"macro-auroc": numpy.mean(areas)}
    if task == "multi-class":
        found["accuracy"] = accuracy_score(targets.argmax(1), scores.argmax(1))
    else:
        found["macro-average-precision"] = numpy.mean(
            [average_precision_score(t, s) for t, s in zip(targets.T, scores.T) if t.any()])
    print(split, " ".join(f"{name} {value:.4f}" for name, value in found.items()), flush=True)
    return found


def image(options):
    import torch
    import torchvision
    from PIL import Image
    from torchvision.transforms import v2

    torch.set_num_threads(2)
    rows, labels, targets, splits = table(options)
    size = 128
    pixels = numpy.stack([
        numpy.asarray(Image.open(row["image"]).convert("L").resize((size, size), Image.Resampling.BILINEAR))
        for row in rows])
    images = torch.from_numpy(pixels[:, None].astype("float32") / 255)
    answers = torch.from_numpy(targets)
    # The edge is repeated outside, where RandomAffine alone would fill with black.
    augment = v2.Compose([
        v2.Pad(size // 4, padding_mode="edge"), v2.RandomAffine(10, (0.04, 0.04), (0.9, 1.1)),
        v2.CenterCrop(size), v2.ColorJitter(0.1, 0.2), v2.RandomHorizontalFlip()])
    isMultiClass = options.task == "multi-class"

    def criterion(output, target):
        if isMultiClass:
            return torch.nn.functional.cross_entropy(output, target)
        return torch.nn.functional.binary_cross_entropy_with_logits(output, target)

    def network():
        # Half of torchvision's width.
        model = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, [2, 2, 2, 2])
        model.inplanes = 32
        model.conv1 = torch.nn.Conv2d(1, 32, 7, 2, 3, bias=False)
        model.bn1 = torch.nn.BatchNorm2d(32)
        model.layer1 = model._make_layer(torchvision.models.resnet.BasicBlock, 32, 2)
        model.layer2 = model._make_layer(torchvision.models.resnet.BasicBlock, 64, 2, stride=2)
        model.layer3 = model._make_layer(torchvision.models.resnet.BasicBlock, 128, 2, stride=2)
        model.layer4 = model._make_layer(torchvision.models.resnet.BasicBlock, 256, 2, stride=2)
        model.fc = torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Linear(256, len(labels)))
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        return model.to(memory_format=torch.channels_last)

    def logits(model, indices, mean, deviation):
        model.eval()
        with torch.no_grad():
            found = []
            for part in torch.tensor(indices).split(64):
                x = (images[part] - mean) / deviation
                found.append((model(x) + model(x.flip(3))) / 2)
        return torch.cat(found)

    everything = []
    for number, (split, parts) in enumerate(splits.items()):
        torch.manual_seed(number)
        training = torch.tensor(parts["training"])
        mean, deviation = images[training].mean(), images[training].std()
        model = network()
        # The decay warms up, as timm's does: the mean would lag behind for several epochs else.
        @torch.no_grad()
        def mean_of(averaged, current, count):
            decay = min(0.995, (1 + int(count)) / (10 + int(count)))
            for one, other in zip(averaged, current):
                one.lerp_(other.to(one.dtype), 1 - decay) if one.is_floating_point() else one.copy_(other)

        average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=mean_of, use_buffers=True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05, fused=True)
        steps = options.epochs * ((len(training) + 15) // 16)
        warmup = steps // 10
        schedule = torch.optim.lr_scheduler.SequentialLR(
            optimizer,
            [torch.optim.lr_scheduler.LinearLR(optimizer, 1 / max(1, warmup), total_iters=warmup),
             torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps - warmup)],
            milestones=[warmup])
        best = (float("inf"), None)
        for _ in range(options.epochs):
            model.train()
            for part in training[torch.randperm(len(training))].split(16):
                if len(part) < 2:
                    continue
                x = torch.stack([augment(picture) for picture in images[part]])
                x = ((x - mean) / deviation).contiguous(memory_format=torch.channels_last)
                optimizer.zero_grad()
                criterion(model(x), answers[part]).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
                optimizer.step()
                schedule.step()
                average.update_parameters(model)
            for candidate in (average, model):
                watched = float(criterion(
                    logits(candidate, parts["validation"], mean, deviation), answers[parts["validation"]]))
                if watched < best[0]:
                    best = (watched, logits(candidate, parts["test"], mean, deviation).numpy())
        found = tell(split, targets[parts["test"]], best[1], options.task)
        last = logits(average, parts["test"], mean, deviation).numpy()
        own = tell(f"{split} last", targets[parts["test"]], last, options.task)
        everything.append(found | {f"last {name}": value for name, value in own.items()})
    return everything


def tfidf(options):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    rows, labels, targets, splits = table(options)
    texts = [row[options.text] for row in rows]
    everything = []
    for split, parts in splits.items():
        words = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b")
        x = words.fit_transform([texts[i] for i in parts["training"]])
        y = targets[parts["training"]]
        model = LogisticRegression(max_iter=2000)
        if options.task == "multi-class":
            model.fit(x, y.argmax(1))
        else:
            model = OneVsRestClassifier(model).fit(x, y)
        scores = model.predict_proba(words.transform([texts[i] for i in parts["test"]]))
        everything.append(tell(split, targets[parts["test"]], scores, options.task))
    return everything


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=["image", "tfidf"])
    parser.add_argument("table")
    parser.add_argument("run")
    parser.add_argument("--task", choices=["multi-label", "multi-class"], required=True)
    parser.add_argument("--label", default="Finding Labels")
    parser.add_argument("--labels", nargs="*")
    parser.add_argument("--separator", default="|")
    parser.add_argument("--text", default="findings")
    parser.add_argument("--epochs", type=int, default=15)
    options = parser.parse_args()
    found = {"image": image, "tfidf": tfidf}[options.work](options)
    for name in found[0]:
        values = [one[name] for one in found]
        print(f"{name} {numpy.mean(values):.4f} ± {numpy.std(values, ddof=1):.4f}")
