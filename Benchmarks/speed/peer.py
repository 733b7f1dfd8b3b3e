"""The peers' side of the speed benchmarks: the same work in PyTorch, ONNX Runtime or OpenVINO.

Prints one line of JSON as zoo-bench does: the seconds of every repeat after one warm-up, and the peak
of resident memory in megabytes.
"""
import argparse
import json
import os
import resource
import tempfile
import time

import torch

# torchvision's compiled operators may not load beside a CPU build; its models need only their names.
try:
    operators = torch.library.Library("torchvision", "DEF")
    operators.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    operators.define("qnms(Tensor a) -> Tensor")
except RuntimeError:  # they are declared already
    pass
import torchvision

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("work", choices=["evaluate", "train"])
parser.add_argument("model")
parser.add_argument("--engine", default="pytorch", choices=["pytorch", "onnxruntime", "openvino"])
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(1)
model = getattr(torchvision.models, options.model)(weights=None)
images = torch.randn(options.batch, 3, options.size, options.size)


def exported():
    path = os.path.join(tempfile.mkdtemp(), "model.onnx")
    torch.onnx.export(model.eval(), images, path, dynamo=False)
    return path


if options.work == "train":
    assert options.engine == "pytorch", "PyTorch alone trains"
    model = model.to(memory_format=torch.channels_last).train()
    images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
    labels = torch.randint(0, 1000, (options.batch,))

    def step():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
elif options.engine == "pytorch":
    model = model.to(memory_format=torch.channels_last).eval()
    images = images.to(memory_format=torch.channels_last)

    def step():
        with torch.inference_mode():
            model(images)
elif options.engine == "onnxruntime":
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(exported(), settings, ["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images.numpy()}

    def step():
        session.run(None, feed)
else:
    import openvino

    compiled = openvino.Core().compile_model(
        exported(), "CPU",
        {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
         "INFERENCE_NUM_THREADS": options.threads})
    request = compiled.create_infer_request()

    def step():
        request.infer([images.numpy()])

seconds = []
for index in range(options.repeats + 1):
    start = time.perf_counter()
    step()
    if index:
        seconds.append(round(time.perf_counter() - start, 5))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": seconds, "megabytes": peak}))
