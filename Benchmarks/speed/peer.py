"""The peers' side of the speed benchmarks: the same work in PyTorch, ONNX Runtime or OpenVINO.

Each as its best users set it: PyTorch in channels-last with fused attention, or compiled; ONNX Runtime over a graph
that its own optimiser of transformers has fused, in one session of all threads or in a session a thread; OpenVINO for
latency, or with a stream a thread. With sessions and streams the seconds are those of all batches at once, divided by
their number.

Prints one line of JSON as zoo-bench does: the seconds of every repeat after one warm-up, and the peak
of resident memory in megabytes.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("work", choices=["evaluate", "train", "export"])
parser.add_argument("model")
parser.add_argument("--engine", default="pytorch",
                    choices=["pytorch", "compiled", "onnxruntime", "sessions", "openvino", "streams"])
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--tokens", type=int, help="of each text, for text encoders")
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"],
                    help="bf16 is autocast in PyTorch and a hint to OpenVINO")
parser.add_argument("--output", metavar="FILE", help="where export writes the ONNX file")
parser.add_argument("--exports", metavar="DIR", help="where ONNX files are kept for other engines and rounds")
options = parser.parse_args()
IS_TEXT = options.tokens is not None
SHAPE = (options.batch, options.tokens) if IS_TEXT else (options.batch, 3, options.size, options.size)
# Width, blocks, heads, hidden width of text encoders.
TEXTS = {"minilm-l6": (384, 6, 12, 1536), "bert-base": (768, 12, 12, 3072)}


# timm's names of networks that torchvision calls otherwise.
TORCHVISION = {"mobilenetv2_100": "mobilenet_v2"}


def torch_model():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    from cpu_torchvision import torch, torchvision

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    if IS_TEXT:
        from transformers import BertConfig, BertModel
        width, blocks, heads, hidden = TEXTS[options.model]
        model = BertModel(BertConfig(
            hidden_size=width, num_hidden_layers=blocks, num_attention_heads=heads, intermediate_size=hidden),
            add_pooling_layer=False)
        return torch, model
    if options.model.startswith(("vit_", "swin_")):
        import timm
        return torch, timm.create_model(options.model, img_size=options.size)
    return torch, getattr(
        torchvision.models, TORCHVISION.get(options.model, options.model))(weights=None)


def inputs(torch):
    """A batch: pictures in channels-last, or ids of pieces."""
    if IS_TEXT:
        return torch.randint(0, 30522, SHAPE)
    return torch.randn(SHAPE).to(memory_format=torch.channels_last)


def autocast(torch):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16")


def export():
    torch, model = torch_model()
    if IS_TEXT:
        class Rows(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, ids):
                return self.model(ids).last_hidden_state
        model, given = Rows().eval(), inputs(torch)
    else:
        given = torch.randn(SHAPE)
    torch.onnx.export(model.eval(), given, options.output, dynamo=False)
    if IS_TEXT or options.model.startswith("vit_"):
        from onnxruntime.transformers import optimizer
        heads = {"vit_tiny": 3, "vit_small": 6, "vit_base": 12}
        kind = next((h for n, h in heads.items() if options.model.startswith(n)), 12)
        width = TEXTS[options.model][0] if IS_TEXT else kind * 64
        optimizer.optimize_model(
            options.output, model_type="bert" if IS_TEXT else "vit", num_heads=kind, hidden_size=width,
            opt_level=0).save_model_to_file(options.output + ".fused")


def training():
    torch, model = torch_model()
    model = model.to(memory_format=torch.channels_last).train()
    images = inputs(torch)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9, fused=True)
    labels = torch.randint(0, 1000, (options.batch,))
    if options.engine == "compiled":
        model = torch.compile(model)

    def step():
        optimizer.zero_grad()
        with autocast(torch):
            loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
    return step


def pytorch():
    torch, model = torch_model()
    model = model.to(memory_format=torch.channels_last).eval()
    given = inputs(torch)
    if options.engine == "compiled":
        import torch._inductor.config as inductor
        inductor.freezing = True
        model = torch.compile(model)

    def step():
        with torch.inference_mode() if options.engine == "pytorch" else torch.no_grad(), autocast(torch):
            model(given)
    return step


def onnxruntime(path, given):
    """One session of all threads, or a session of one thread each."""
    assert options.precision == "fp32", "ONNX Runtime has no bf16 here"
    import onnxruntime

    fused = path + ".fused"
    path = fused if os.path.exists(fused) else path
    alone = options.engine == "onnxruntime"
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads if alone else 1
    count = 1 if alone else options.threads
    sessions = [onnxruntime.InferenceSession(path, settings, ["CPUExecutionProvider"]) for _ in range(count)]
    feed = {sessions[0].get_inputs()[0].name: given}
    if alone:
        return lambda: sessions[0].run(None, feed)
    pool = concurrent.futures.ThreadPoolExecutor(count)
    return lambda: list(pool.map(lambda session: session.run(None, feed), sessions))


def openvino(path, given):
    """One request of all threads, or a stream a thread."""
    import openvino

    alone = options.engine == "openvino"
    count = 1 if alone else options.threads
    compiled = openvino.Core().compile_model(
        path, "CPU",
        {"INFERENCE_PRECISION_HINT": "f32" if options.precision == "fp32" else "bf16",
         "PERFORMANCE_HINT": "LATENCY" if alone else "THROUGHPUT", "NUM_STREAMS": count,
         "INFERENCE_NUM_THREADS": options.threads})
    requests = [compiled.create_infer_request() for _ in range(count)]

    def step():
        for request in requests:
            request.start_async([given])
        for request in requests:
            request.wait()
    return step


def exported(engine):
    # In a process of its own, so that neither PyTorch nor the export counts as the engine's memory.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(options.exports or folder, f"{options.model}-{'x'.join(map(str, SHAPE))}.onnx")
        if not os.path.exists(path):
            subprocess.run(
                [sys.executable, __file__, "export", options.model, "--batch", str(options.batch),
                 "--size", str(options.size), "--output", path]
                + (["--tokens", str(options.tokens)] if IS_TEXT else []), check=True, stdout=sys.stderr)
        random = numpy.random.default_rng(1)
        return engine(path, random.integers(0, 30522, SHAPE) if IS_TEXT
                      else random.standard_normal(SHAPE, dtype=numpy.float32))


if options.work == "export":
    export()
    sys.exit()
at_once = 1
if options.work == "train":
    assert options.engine in ("pytorch", "compiled"), "PyTorch alone trains"
    step = training()
elif options.engine in ("pytorch", "compiled"):
    step = pytorch()
else:
    step = exported(onnxruntime if options.engine in ("onnxruntime", "sessions") else openvino)
if options.engine in ("sessions", "streams"):
    at_once = options.threads

seconds = []
for index in range(options.repeats + 1):
    start = time.perf_counter()
    step()
    if index:
        seconds.append(round((time.perf_counter() - start) / at_once, 6))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": seconds, "megabytes": peak}))
