"""The peers' side of the speed benchmarks: the same work in PyTorch, ONNX Runtime or OpenVINO.

Prints one line of JSON as zoo-bench does: the seconds of every repeat after one warm-up, and the peak
of resident memory in megabytes.
"""
import argparse
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
parser.add_argument("--engine", default="pytorch", choices=["pytorch", "onnxruntime", "openvino"])
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"],
                    help="bf16 is autocast in PyTorch and a hint to OpenVINO")
parser.add_argument("--output", metavar="FILE", help="where export writes the ONNX file")
options = parser.parse_args()
SHAPE = (options.batch, 3, options.size, options.size)


# timm's names of networks that torchvision calls otherwise.
TORCHVISION = {"mobilenetv2_100": "mobilenet_v2"}


def torch_model():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    from cpu_torchvision import torch, torchvision

    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    return torch, getattr(
        torchvision.models, TORCHVISION.get(options.model, options.model))(weights=None)


def autocast(torch):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16")


def export():
    torch, model = torch_model()
    torch.onnx.export(model.eval(), torch.randn(SHAPE), options.output, dynamo=False)


def training():
    torch, model = torch_model()
    model = model.to(memory_format=torch.channels_last).train()
    images = torch.randn(SHAPE).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
    labels = torch.randint(0, 1000, (options.batch,))

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
    images = torch.randn(SHAPE).to(memory_format=torch.channels_last)

    def step():
        with torch.inference_mode(), autocast(torch):
            model(images)
    return step


def onnxruntime(path, images):
    assert options.precision == "fp32", "ONNX Runtime has no bf16 here"
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(path, settings, ["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images}
    return lambda: session.run(None, feed)


def openvino(path, images):
    import openvino

    compiled = openvino.Core().compile_model(
        path, "CPU",
        {"INFERENCE_PRECISION_HINT": "f32" if options.precision == "fp32" else "bf16",
         "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": options.threads})
    request = compiled.create_infer_request()
    return lambda: request.infer([images])


def exported(engine):
    # In a process of its own, so that neither PyTorch nor the export counts as the engine's memory.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        subprocess.run(
            [sys.executable, __file__, "export", options.model, "--batch", str(options.batch),
             "--size", str(options.size), "--output", path], check=True, stdout=sys.stderr)
        images = numpy.random.default_rng(1).standard_normal(SHAPE, dtype=numpy.float32)
        return engine(path, images)


if options.work == "export":
    export()
    sys.exit()
if options.work == "train":
    assert options.engine == "pytorch", "PyTorch alone trains"
    step = training()
elif options.engine == "pytorch":
    step = pytorch()
else:
    step = exported({"onnxruntime": onnxruntime, "openvino": openvino}[options.engine])

seconds = []
for index in range(options.repeats + 1):
    start = time.perf_counter()
    step()
    if index:
        seconds.append(round(time.perf_counter() - start, 5))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": seconds, "megabytes": peak}))
