"""Writes layers.json: small examples of layers, with their gradients, by PyTorch in double precision.

Images are channels-last in the file; weights are in PyTorch's order. Needs torch 2.13.0.
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)


def entry(x):
    # Rounded to single precision where ours start from it, so that both see the same numbers.
    return {"shape": list(x.shape), "values": [float(v) for v in x.detach().flatten()]}


def single(x):
    return x.float().double()


def case(module, x, forward, images=False):
    for parameter in module.parameters():
        parameter.data = single(torch.randn_like(parameter) * 0.5)
    x = single(x).requires_grad_()
    y = forward(module, x)
    dy = single(torch.randn_like(y))
    y.backward(dy)
    last = (lambda t: t.permute(0, 2, 3, 1)) if images else (lambda t: t)
    return {
        "input": entry(last(x)), "output": entry(last(y)), "gradient": entry(last(dy)),
        "inputGradient": entry(last(x.grad)),
        "parameters": {key: entry(p) for key, p in module.named_parameters()},
        "parameterGradients": {key: entry(p.grad) for key, p in module.named_parameters()},
    }


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        scale = self.fc1(x.mean((2, 3), keepdim=True))
        return x * torch.nn.functional.hardsigmoid(self.fc2(torch.nn.functional.silu(scale)))


def attention(lengths):
    def forward(module, x):
        mask = torch.arange(x.shape[1])[None] >= torch.tensor(lengths)[:, None]
        y = module(x, x, x, key_padding_mask=mask, need_weights=False)[0]
        # Rows behind a text's end mean nothing: they are left out of the comparison.
        return y * ~mask[:, :, None]
    return forward


LENGTHS = [3, 5, 1, 3]


def recurrent(reverse):
    """Reads packed documents, LENGTHS long with a zero row behind each, as [rows, width]."""
    def forward(module, x):
        rows, start = [], 0
        for length in LENGTHS:
            rows.append(x[start:start + length])
            start += length + 1
        if reverse:
            rows = [r.flip(0) for r in rows]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
        packed = pack_padded_sequence(padded, LENGTHS, batch_first=True, enforce_sorted=False)
        states = pad_packed_sequence(module(packed)[0], batch_first=True)[0]
        parts = []
        for document, length in enumerate(LENGTHS):
            own = states[document, :length]
            parts += [own.flip(0) if reverse else own, torch.zeros(1, own.shape[1])]
        return torch.cat(parts)
    return forward


cases = {}
for name, function in [
        ("relu6", nn.functional.relu6), ("gelu", nn.functional.gelu),
        ("silu", nn.functional.silu), ("hardSwish", nn.functional.hardswish),
        ("hardSigmoid", nn.functional.hardsigmoid), ("sigmoid", torch.sigmoid),
        ("tanh", torch.tanh)]:
    x = torch.tensor([-20, -6.5, -3.25, -1.5, -0.5, -0.125, 0.01, 0.25, 0.7, 2, 2.75, 4, 6.5, 20])
    cases[name] = case(nn.Identity(), x, lambda m, t, f=function: f(t))
cases["layerNormalization"] = case(nn.LayerNorm(21), torch.randn(2, 3, 21) * 2 + 1, nn.Module.__call__)
cases["depthwise"] = case(
    nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=4), torch.randn(2, 4, 5, 6), nn.Module.__call__, True)
cases["grouped"] = case(
    nn.Conv2d(4, 6, 3, padding=1, groups=2), torch.randn(2, 4, 5, 6), nn.Module.__call__, True)
cases["squeezeExcitation"] = case(
    SqueezeExcitation(6, 3), torch.randn(2, 6, 4, 3), nn.Module.__call__, True)
cases["attention"] = case(
    nn.MultiheadAttention(8, 2, batch_first=True), torch.randn(3, 5, 8), attention([5, 2, 4]))
rows = sum(LENGTHS) + len(LENGTHS)
for name, module in [("lstm", nn.LSTM), ("gru", nn.GRU)]:
    for reverse in [False, True]:
        made = case(module(4, 3, batch_first=True), torch.randn(rows, 4), recurrent(reverse))
        if reverse:
            for group in ["parameters", "parameterGradients"]:
                made[group] = {f"{key}_reverse": value for key, value in made[group].items()}
        cases[name + ("Reversed" if reverse else "")] = made
path = pathlib.Path(__file__).parent / "layers.json"
path.write_text(json.dumps(cases))
print(path, len(cases))
