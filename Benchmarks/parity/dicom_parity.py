"""Compares the values that the program reads from pydicom's own test files with pydicom's.

    pip install pydicom "pylibjpeg[all]" numpy
    swift build -c release --product dicom-parity
    python Benchmarks/parity/dicom_parity.py .build/release/dicom-parity [FILE …]

After the modality and the VOI table or window, every value of every frame must be pydicom's, to the last bit; of
lossy JPEG, which decoders round apart, within 3 grey levels before the window. Whatever one of the two
refuses is listed with the reason.
"""

import glob
import os
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import pydicom
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

warnings.simplefilter("ignore")
LOSSY = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"}
MOST_FRAMES = 8


class Program:
    """The parity program, started anew when it ends."""

    def __init__(self, path):
        self.path = path
        self.process = None

    def read(self, frame, path, output):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(f"{frame}\t{path}\t{output}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            return ["CRASH"]
        return line.rstrip("\n").split("\t")


def theirs(dataset, frames):
    """Each frame's values after the modality and after the VOI step."""
    array = pixel_array(dataset)
    if frames == 1:
        array = array[np.newaxis]
    result = []
    for frame in array[:MOST_FRAMES]:
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            colours = apply_color_lut(frame, dataset)
            white = np.iinfo(colours.dtype).max
            result.append((colours / white,) * 2)
        elif frame.ndim == 3:
            result.append((frame / (2.0 ** dataset.BitsStored - 1),) * 2)
        else:
            modality = apply_modality_lut(frame, dataset)
            result.append((modality, apply_voi_lut(modality, dataset)))
    return result


def compare(dataset, values, modality, windowed):
    """How the values of a frame differ; "same" where none does."""
    ours, theirs_modality, theirs_windowed = values, np.asarray(modality, float), np.asarray(windowed, float)
    if ours[0].shape != theirs_modality.shape:
        return f"shape {ours[0].shape} against {theirs_modality.shape}", False
    if theirs_modality.ndim == 3:
        # Colours are fractions of white, brought to 16 bits where they had more than 8.
        white = 255 if dataset.BitsStored <= 8 else 65535
        differences = np.abs(np.rint(ours[0] * white) - np.rint(theirs_modality * white)).max()
        if differences == 0:
            return "same", True
        return f"differs by {differences:g} of {white}", is_lossy(dataset) and differences <= 3
    same = [np.array_equal(a, b) for a, b in zip(ours, (theirs_modality, theirs_windowed))]
    if all(same):
        return "same", True
    most = [np.abs(a - b).max() for a, b in zip(ours, (theirs_modality, theirs_windowed))]
    return f"differs by {most[0]:g} after the modality, {most[1]:g} after the window", (
        is_lossy(dataset) and most[0] <= 3 * abs(float(dataset.get("RescaleSlope", 1) or 1)))


def is_lossy(dataset):
    return dataset.file_meta.TransferSyntaxUID in LOSSY


def main():
    program = Program(sys.argv[1])
    folder = os.path.join(os.path.dirname(pydicom.__file__), "data", "test_files")
    # Files that are downloaded on demand, where they were.
    cache = os.path.expanduser("~/.pydicom/data")
    files = sys.argv[2:] or sorted(glob.glob(f"{folder}/**/*.dcm", recursive=True)
                                   + glob.glob(f"{folder}/**/DICOMDIR*", recursive=True)
                                   + glob.glob(f"{cache}/*.dcm"))
    counts = {"same": 0, "lossy": 0, "refused by both": 0, "read here alone": 0, "refused here": 0,
              "different": 0, "crashed": 0}
    frames_same = 0
    with tempfile.TemporaryDirectory() as place:
        output = os.path.join(place, "values")
        for path in files:
            name = os.path.relpath(path, folder) if path.startswith(folder) else os.path.basename(path)
            started = time.time()
            try:
                dataset = pydicom.dcmread(path, force=True)
                frames = int(dataset.get("NumberOfFrames", 1) or 1)
                expected, reason = theirs(dataset, frames), None
            except Exception as error:  # noqa: BLE001, whatever pydicom gives up with
                expected, reason = None, f"{type(error).__name__} {error}".split("\n")[0][:80]
            lines, good = [], True
            kind = "same"
            for frame in range(1, (len(expected) if expected else 1) + 1):
                answer = program.read(frame, path, output)
                if answer[0] == "CRASH":
                    lines, kind = ["the program ended"], "crashed"
                    break
                if answer[0] == "refused":
                    kind = "refused here" if expected else "refused by both"
                    lines = [answer[1].replace(path, "…")]
                    break
                if not expected:
                    lines, kind = [f"read; pydicom: {reason}"], "read here alone"
                    break
                rows, columns, channels = map(int, answer[1:])
                shape = (rows, columns) if channels == 1 else (rows, columns, channels)
                values = np.fromfile(output).reshape((2,) + shape)
                line, good = compare(dataset, values, *expected[frame - 1])
                if line != "same":
                    lines.append(f"frame {frame} {line}" if len(expected) > 1 else line)
                    kind = "lossy" if good and kind != "different" else "different"
                else:
                    frames_same += 1
            counts[kind] += 1
            if "--brief" not in sys.argv:
                text = "; ".join(lines[:2]) or f"same ({len(expected)} frames)"
                print(f"{kind:16}{name:44}{text}")
    print("\n" + ", ".join(f"{value} {key}" for key, value in counts.items()) + f"; {frames_same} frames the same")
    if not frames_same:
        print("nothing was compared: is pydicom's folder of test files there?")
        return 1
    return 1 if counts["different"] or counts["crashed"] else 0


if __name__ == "__main__":
    sys.exit(main())
