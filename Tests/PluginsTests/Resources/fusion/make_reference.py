"""Reference numbers of the fusion heads, by PyTorch in double precision.

    python make_reference.py > reference.json          (torch 2.13.0)

Inputs and parameters are the same sines as in FusionHeadTests.swift: element i of a tensor called n is
0.5 sin(s + 1.3 i), s the sum of n's bytes. Of every head: its output, and the gradient of
sum(output * projection) with respect to inputs and parameters.
"""

import json
import math

import torch
import torch.nn.functional as F

BATCH, IMAGE, TEXT, WIDTH, RANK = 2, 3, 5, 4, 3
REGIONS, REGION_WIDTH, WORDS, WORD_WIDTH, HEADS = 3, 5, 4, 3, 2
COUNTS = [4, 2]


def fill(name, *shape):
    start = sum(name.encode())
    values = [0.5 * math.sin(start + 1.3 * i) for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def linear(parameters, name, x, inside, outside):
    weight = parameters.setdefault(f"{name}.weight", fill(f"{name}.weight", outside, inside))
    bias = parameters.setdefault(f"{name}.bias", fill(f"{name}.bias", outside))
    return F.linear(x, weight, bias)


def concat(p, x, y, **_):
    return torch.cat([x, y], 1)


def add(p, x, y, **_):
    return linear(p, "image", x, IMAGE, WIDTH) + linear(p, "text", y, TEXT, WIDTH)


def gated(p, x, y, **_):
    h = torch.tanh(linear(p, "image", x, IMAGE, WIDTH))
    k = torch.tanh(linear(p, "text", y, TEXT, WIDTH))
    z = torch.sigmoid(linear(p, "gate", torch.cat([x, y], 1), IMAGE + TEXT, WIDTH))
    return z * h + (1 - z) * k


def bilinear(p, x, y, **_):
    # As published: each factor is [rank, features + 1, width], the 1 is appended to the features.
    one = torch.ones(BATCH, 1, dtype=torch.float64)

    def factor(name, features):
        weight = p.setdefault(f"{name}.weight", fill(f"{name}.weight", RANK * WIDTH, features))
        bias = p.setdefault(f"{name}.bias", fill(f"{name}.bias", RANK * WIDTH))
        whole = torch.cat([weight, bias[:, None]], 1).reshape(RANK, WIDTH, features + 1)
        return whole.transpose(1, 2)

    fused = torch.matmul(torch.cat([x, one], 1), factor("image", IMAGE)) * torch.matmul(
        torch.cat([y, one], 1), factor("text", TEXT))
    return fused.sum(0) + p.setdefault("bias", fill("bias", WIDTH))


def film(p, x, y, **_):
    gamma = 1 + linear(p, "scale", y, TEXT, WIDTH)
    beta = linear(p, "shift", y, TEXT, WIDTH)
    return F.relu(gamma * linear(p, "features", x, IMAGE, WIDTH) + beta)


def attention(p, x, y, regions, words):
    r = linear(p, "regions", regions, REGION_WIDTH, WIDTH)
    t = linear(p, "words", words, WORD_WIDTH, WIDTH)
    mask = torch.arange(WORDS)[None, :] < torch.tensor(COUNTS)[:, None]

    def attend(name, queries, others, allowed):
        def heads(part, values):
            made = linear(p, f"{name}.{part}", values, WIDTH, WIDTH)
            return made.reshape(BATCH, -1, HEADS, WIDTH // HEADS).transpose(1, 2)

        out = F.scaled_dot_product_attention(
            heads("query", queries), heads("key", others), heads("value", others), attn_mask=allowed)
        return out.transpose(1, 2).reshape(BATCH, -1, WIDTH)

    seen = attend("image", r, t, mask[:, None, None, :])
    said = attend("text", t, r, None)
    weights = mask[:, :, None].double()
    return torch.cat([seen.mean(1), (said * weights).sum(1) / weights.sum(1)], 1)


def late(p, x, y, **_):
    weight = p.setdefault("weight", fill("weight", 1, 2))
    bias = p.setdefault("bias", fill("bias", 1))
    # The logits of both sides stand in the first column of each.
    return F.linear(torch.cat([x[:, :1], y[:, :1]], 1), weight, bias)


def main():
    found = {}
    for name, head in [("concat", concat), ("sum", add), ("gated", gated), ("bilinear", bilinear),
                       ("film", film), ("attention", attention), ("late", late)]:
        inputs = {"x": fill("x", BATCH, IMAGE), "y": fill("y", BATCH, TEXT)}
        if name == "attention":
            inputs["regions"] = fill("regions", BATCH, REGIONS, REGION_WIDTH)
            inputs["words"] = fill("words", BATCH, WORDS, WORD_WIDTH)
        parameters = {}
        output = head(parameters, **inputs)
        (output * fill("projection", *output.shape)).sum().backward()
        gradients = {**inputs, **parameters}
        found[name] = {
            "output": output.detach().flatten().tolist(),
            "gradients": {
                key: value.grad.flatten().tolist()
                for key, value in gradients.items() if value.grad is not None},
        }
    print(json.dumps(found, indent=1))


main()
