"""Writes clusters.json: what SciPy's Ward linkage and scikit-learn's DBSCAN say of some points."""

import json
import os

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import DBSCAN

random = np.random.default_rng(7)


def numbered(labels):
    names = {}
    return [names.setdefault(label, len(names)) for label in labels]


def silhouette(points, labels):
    k = max(labels) + 1
    labels = np.array(labels)
    centres = np.array([points[labels == c].mean(axis=0) for c in range(k)])
    distances = np.linalg.norm(points[:, None] - centres[None], axis=2)
    own = distances[np.arange(len(points)), labels]
    distances[np.arange(len(points)), labels] = np.inf
    other = distances.min(axis=1)
    score = (other - own) / np.maximum(own, other)
    score[np.bincount(labels)[labels] == 1] = 0
    return float(score.mean())


def ward_case(points):
    points = np.round(points, 4)
    tree = linkage(points, "ward")
    cuts = {k: numbered(fcluster(tree, k, "maxclust")) for k in range(2, 9)}
    return {
        "points": points.tolist(),
        # SciPy's height of a merge is the root of twice its rise of the sum of squares.
        "losses": (tree[:, 2] ** 2 / 2).tolist(),
        "total": float(((points - points.mean(axis=0)) ** 2).sum()),
        "labels": [cuts[k] for k in range(2, 9)],
        "silhouettes": [silhouette(points, cuts[k]) for k in range(2, 9)],
    }


blobs = np.concatenate(
    [random.normal(centre, 6, (40, 2)) for centre in [(50, 60), (150, 70), (100, 170)]]
)
ward = [ward_case(random.uniform(0, 224, (150, 2))), ward_case(blobs)]

grid = set()
for centre in [(40, 40), (150, 60), (90, 170)]:
    for x, y in np.rint(random.normal(centre, 7, (120, 2))).astype(int):
        grid.add((int(x), int(y)))
for x, y in random.integers(0, 224, (60, 2)):
    grid.add((int(x), int(y)))
grid = np.array(sorted(grid, key=lambda p: (p[1], p[0])))
found = DBSCAN(eps=6, min_samples=6).fit(grid)
cores = np.zeros(len(grid), dtype=int)
cores[found.core_sample_indices_] = 1
density = {"points": grid.tolist(), "cores": cores.tolist(), "labels": found.labels_.tolist()}

folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "clusters.json"), "w") as file:
    json.dump({"ward": ward, "density": density}, file, separators=(",", ":"))
    file.write("\n")
