"""Writes the small DICOM files of these tests: one grey and one colour picture under several compressions.

    apt-get install dcmtk; pip install pydicom pylibjpeg pylibjpeg-openjpeg
    python make_fixtures.py FOLDER

All is made up by formulas; the grey samples are 17 x + 115 y + (x y mod 7).
"""

import subprocess
import sys

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, SecondaryCaptureImageStorage

FOLDER = sys.argv[1]


def save(name, samples, bits, photometric):
    """An uncompressed file of [rows, columns] or [rows, columns, 3] samples."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = SecondaryCaptureImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "2.25.1"
    data.Modality = "OT"
    data.Rows, data.Columns = samples.shape[:2]
    data.SamplesPerPixel = 1 if samples.ndim == 2 else 3
    data.PhotometricInterpretation = photometric
    if samples.ndim == 3:
        data.PlanarConfiguration = 0
    data.BitsAllocated = 8 if bits <= 8 else 16
    data.BitsStored, data.HighBit, data.PixelRepresentation = bits, bits - 1, 0
    data.PixelData = samples.tobytes()
    data.save_as(f"{FOLDER}/{name}.dcm", enforce_file_format=True)


def convert(source, target, *command):
    subprocess.run([*command, f"{FOLDER}/{source}.dcm", f"{FOLDER}/{target}.dcm"], check=True)


y, x = np.mgrid[:32, :32]
save("raw", (x * 17 + y * 115 + (x * y) % 7).astype("<u2"), 12, "MONOCHROME2")
save("rgb", np.stack([x * 8, y * 8, (x * y) % 256], -1).astype("u1"), 8, "RGB")
convert("raw", "lossless70", "dcmcjpeg", "+e1")
convert("raw", "lossless57", "dcmcjpeg", "+el")
convert("raw", "jpegls", "dcmcjpls", "+el")
convert("raw", "rle", "dcmcrle")
convert("rgb", "baseline", "dcmcjpeg", "+eb")
convert("raw", "deflated", "dcmconv", "+td")
for source, target in [("raw", "j2k"), ("rgb", "j2krgb")]:
    compressed = pydicom.dcmread(f"{FOLDER}/{source}.dcm")
    compressed.compress(JPEG2000Lossless, generate_instance_uid=False)
    compressed.save_as(f"{FOLDER}/{target}.dcm")
