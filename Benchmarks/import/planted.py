"""A tree of DICOM examinations with identifiers planted everywhere, imported, and searched for every one of them.

    pip install pydicom numpy
    python3 Benchmarks/import/planted.py ZOO FOLDER [--count 500]

Each examination has one to four pictures; names, numbers, dates and places stand in elements, private elements, nested
sequences, file names, folders and reports. After `zoo data import` every byte below the output is searched for every
planted string. Prints what was joined, the time, and every string that is found.
"""
import argparse
import csv
import pathlib
import random
import shutil
import subprocess
import time

import numpy
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("zoo")
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--count", type=int, default=500)
options = parser.parse_args()
random.seed(1)
numpy.random.seed(1)
tree, output = options.folder / "tree", options.folder / "cases"
for folder in (tree, output):
    shutil.rmtree(folder, ignore_errors=True)
(options.folder / "cases.key").unlink(missing_ok=True)
tree.mkdir(parents=True)

FIRST = ["Ilse", "Gregor", "Mariana", "Oluwaseun", "Agnieszka", "Björn", "Chloé", "Tatsuya"]
LAST = ["Quistorp", "Zwackelmann", "Fernández-Rey", "Okonkwo", "Wiśniewska", "Sørensen", "Lefèbvre", "Hashimoto"]
PHRASES = ["The lungs are clear.", "No pleural effusion.", "Heart size is normal.", "Opacity of 2.4 cm at T12-L1.",
           "Mild degenerative changes of the spine."]
planted, rows, pictures, localisers = set(), [], 0, 0
for number in range(options.count):
    last = f"{random.choice(LAST)}{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}q"
    first = f"{random.choice(FIRST)}{chr(97 + number % 26)}x"
    patient, accession = f"PID{90_000_000 + number // 2}", f"A{7_300_000 + number}"
    study = f"1.2.826.0.1.3680043.8.498.{10**20 + number}"
    birth, taken = f"19{random.randint(25, 99)}0{random.randint(1, 9)}1{random.randint(0, 9)}", "20170523"
    doctor, ward = f"Doktor{number}sen", f"Station-{number}-Nord"
    planted |= {last, first, patient, accession, study, birth, taken, doctor, ward, f"SECRET{number}"}
    place = tree / f"{last}_{first}" / accession
    place.mkdir(parents=True)
    for index in range(random.randint(1, 4)):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
        meta.MediaStorageSOPInstanceUID = f"{study}.{index + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        file = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        file.SpecificCharacterSet = "ISO_IR 192"
        file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
        file.PatientName, file.PatientID = f"{last}^{first}", patient
        file.PatientBirthDate, file.PatientSex = birth, random.choice("MF")
        file.StudyInstanceUID, file.SeriesInstanceUID = study, f"{study}.0"
        file.AccessionNumber, file.StudyDate, file.StudyTime = accession, taken, "101112"
        file.ReferringPhysicianName, file.InstitutionName = f"{doctor}^Dr", ward
        file.StudyDescription = f"Thorax {last}"
        file.Modality, file.ViewPosition = "DX", ["PA", "LL", "AP", f"SECRET{number}"][index]
        file.Manufacturer = "Maker"
        file.ImageType = ["ORIGINAL", "PRIMARY"] + (["LOCALIZER"] if number % 100 == 7 and index == 0 else [])
        localisers += "LOCALIZER" in file.ImageType
        block = file.private_block(0x0011, "PLANT 1.0", create=True)
        block.add_new(0x01, "LO", f"{first} {last}")
        step = Dataset()
        step.ScheduledPerformingPhysicianName = doctor
        file.RequestAttributesSequence = [step]
        file.Rows, file.Columns = 160, 128
        file.SamplesPerPixel, file.PhotometricInterpretation = 1, random.choice(["MONOCHROME1", "MONOCHROME2"])
        file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 12, 11, 0
        ramp = numpy.add.outer(numpy.arange(160) * 12, numpy.arange(128) * 10)
        noise = numpy.random.randint(0, 60, (160, 128))
        file.PixelData = (ramp + noise + number % 50).astype("uint16").tobytes()
        file.save_as(place / f"{last} {index}.dcm", enforce_file_format=True)
        pictures += 1
    if number % 10:
        rows.append([accession, f"{first} {last}, geb. {birth[6:]}.{birth[4:6]}.{birth[:4]}, {patient}. "
                     f"Compared with 23.05.2017. {' '.join(random.sample(PHRASES, 3))} Dr. {doctor} informed, "
                     f"Tel. 0511 / 532{number:04d}.", random.choice(["normal", "abnormal"])])
        planted |= {f"{birth[6:]}.{birth[4:6]}.{birth[:4]}", f"/ 532{number:04d}", "23.05.2017"}
with open(options.folder / "reports.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["accession", "report", "label"])
    writer.writerows(rows + [["A0000001", "No such examination.", "normal"]])

start = time.perf_counter()
run = subprocess.run(
    [options.zoo, "data", "import", str(tree), "--reports", str(options.folder / "reports.csv"),
     "--column", "label", "--output", str(output), "--quiet"], capture_output=True, text=True)
print(run.stdout, run.stderr, sep="")
run.check_returncode()
print(f"{options.count} examinations, {pictures} pictures ({localisers} localisers): "
      f"{time.perf_counter() - start:.1f} s")


found = 0
files = [path for path in output.rglob("*") if path.is_file()]
for path in files:
    data = path.read_bytes()
    name = str(path.relative_to(output)).encode()
    for string in planted:
        for form in {string, string.lower(), string.upper()}:
            if form.encode() in data or form.encode() in name:
                found += 1
                print(f"found {form!r} in {path}")
print(f"{len(planted)} planted strings searched for in {len(files)} files: {found} found")
if len(files) < pictures - localisers or not planted:
    print(f"{len(files)} files were written of {pictures} pictures: nothing was shown")
    raise SystemExit(1)
raise SystemExit(found > 0)
