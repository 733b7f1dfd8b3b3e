"""A torchvision network of one logit as a model that `zoo` reads, for the scripts of this folder."""
import json
import os

from safetensors.numpy import save_file


def write_model(model, name, classifier, folder, size, mean, deviation):
    """Writes the network's weights and description to a new folder; `classifier` is its last layer's key."""
    os.makedirs(folder)
    tensors = {}
    for key, value in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        head = key.startswith(classifier + ".")
        own = "head.output." + key.split(".")[-1] if head else "image." + key
        tensors[own] = value.detach().numpy().astype("float32")
    save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
    description = {
        "schema": 1, "task": "binary", "labels": ["normal", "abnormal"], "threshold": 0.5,
        "image": {"name": name, "encoder": name, "size": size, "channels": 3, "fit": "stretch",
                  "options": {}, "augmentation": {}, "training": {},
                  "normalization": {"mean": mean, "deviation": deviation}},
        "text": None, "tokenizer": {}, "decoder": {"hidden": 0},
    }
    with open(f"{folder}/model.json", "w", encoding="utf-8") as file:
        json.dump(description, file)
