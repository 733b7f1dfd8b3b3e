"""Times reading DICOM files of 2048 x 2048 in 14 of 16 bits to 224 x 224 numbers, against pydicom and Pillow.

    apt-get install dcmtk; pip install -r Benchmarks/speed/requirements.txt pydicom "pylibjpeg[all]"
    swift build -c release --product zoo-bench
    python Benchmarks/speed/dicom_speed.py .build/release/zoo-bench [--files 16] [--repeats 5]

The pictures are smooth shapes with noise, made by a fixed seed: uncompressed, JPEG lossless and JPEG 2000 lossless.
Ours reads them as a study does, on all cores; the other side in as many processes, each with pixel_array,
the window of the file in single precision, and Pillow's bilinear resize. Both are warmed up; the two sides take turns,
and the fastest of the repeats counts.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import tempfile
import time

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, SecondaryCaptureImageStorage

SIDE = 2048


def picture(seed):
    """A made-up radiograph: a bright field, dark lungs, ribs and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE - 0.5
    field = 9000 - 6000 * np.exp(-((np.abs(x) - 0.22) / 0.12) ** 2 - (y / 0.3) ** 2)
    field += 700 * np.sin(40 * y + 12 * x * x + seed) + random.normal(0, 40, field.shape)
    return np.clip(field, 0, 16383).astype("<u2")


def write(folder, count):
    """The same pictures in each of the three syntaxes, each in a folder of its own."""
    for kind in ("uncompressed", "JPEG lossless", "JPEG 2000"):
        os.makedirs(f"{folder}/{kind}", exist_ok=True)
    for index in range(count):
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = SecondaryCaptureImageStorage
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = f"2.25.{index + 1}"
        data.Modality, data.PhotometricInterpretation, data.SamplesPerPixel = "DX", "MONOCHROME2", 1
        data.Rows = data.Columns = SIDE
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 14, 13, 0
        data.RescaleSlope, data.RescaleIntercept = "1", "0"
        data.WindowCenter, data.WindowWidth = "6000", "9000"
        data.PixelData = picture(index).tobytes()
        name = f"{index:02}.dcm"
        data.save_as(f"{folder}/uncompressed/{name}", enforce_file_format=True)
        subprocess.run(["dcmcjpeg", "+e1", f"{folder}/uncompressed/{name}",
                        f"{folder}/JPEG lossless/{name}"], check=True)
        data.compress(JPEG2000Lossless, generate_instance_uid=False)
        data.save_as(f"{folder}/JPEG 2000/{name}", enforce_file_format=True)


def read(path):
    """One file to 224 x 224 numbers from 0 to 1."""
    data = pydicom.dcmread(path)
    values = data.pixel_array.astype(np.float32)
    values = values * np.float32(data.RescaleSlope) + np.float32(data.RescaleIntercept)
    centre, width = np.float32(data.WindowCenter - 0.5), np.float32(data.WindowWidth - 1)
    values = np.clip((values - centre) / width + np.float32(0.5), 0, 1)
    return np.asarray(Image.fromarray(values).resize((224, 224), Image.Resampling.BILINEAR))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"{options.files} files of {SIDE} x {SIDE}, {cores} cores; ms a file, the fastest of {options.repeats}")
    print("| syntax | EncoderZoo | pydicom + Pillow | times as fast | sum of all numbers, both |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Pool(cores) as pool:
        write(folder, options.files)
        for kind in ("uncompressed", "JPEG lossless", "JPEG 2000"):
            paths = [f"{folder}/{kind}/{name}" for name in sorted(os.listdir(f"{folder}/{kind}"))]
            ours, theirs = [], []
            pool.map(read, paths, chunksize=1)
            for _ in range(options.repeats):
                found = json.loads(subprocess.run(
                    [options.bench, "read", f"{folder}/{kind}", "--repeats", "1"], check=True,
                    capture_output=True, text=True).stdout)
                ours += found["seconds"]
                start = time.perf_counter()
                pictures = pool.map(read, paths, chunksize=1)
                theirs.append(time.perf_counter() - start)
            values = np.array([min(ours), min(theirs)]) / len(paths) * 1000
            print(f"| {kind} | {values[0]:.1f} | {values[1]:.1f} | {values[1] / values[0]:.2f} | "
                  f"{found['check']}, {float(np.sum(pictures)):.1f} |", flush=True)


if __name__ == "__main__":
    main()
