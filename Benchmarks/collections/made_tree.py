"""Archives in the layout of Open-i and ChestX-ray14, as many files as they have, each picture 8 x 8 pixels.

    made_tree.py FOLDER

Writes `open-i` (3,955 reports, 7,470 pictures, Kaggle's table of projections) and `chestx-ray14` (112,120 pictures of
30,805 patients in twelve archives, the table of findings, lists and boxes), for

    zoo data fetch open-i --from FOLDER/open-i --output OUT

and the like. Everything is made up; only numbers and names are those of the collections.
"""
import argparse
import io
import pathlib
import random
import struct
import tarfile
import zlib

FINDINGS = ["Atelectasis", "Cardiomegaly", "Effusion", "Infiltration", "Mass", "Nodule", "Pneumonia", "Pneumothorax",
            "Consolidation", "Edema", "Emphysema", "Fibrosis", "Pleural_Thickening", "Hernia"]
HEAD = ("Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
        "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n")


def png(number):
    """An 8 x 8 grey picture that no other number has."""
    rows = b"".join(b"\0" + struct.pack(">II", number * 2654435761 % 2**32, (number + row) * 40503 % 2**32) for row in range(8))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def add(archive, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def open_i(folder, reports=3955, pictures=7470):
    folder.mkdir(parents=True)
    draw = random.Random(1)
    words = ["heart", "lungs", "clear", "normal", "effusion", "size", "left", "right", "opacity", "spine", "no", "acute"]
    number = 0
    with tarfile.open(folder / "NLMCXR_reports.tgz", "w:gz", compresslevel=1) as texts, \
            tarfile.open(folder / "NLMCXR_png.tgz", "w:gz", compresslevel=1) as images, \
            open(folder / "indiana_projections.csv", "w") as table:
        table.write("uid,filename,projection\n")
        for report in range(1, reports + 1):
            left = reports - report
            count = 0 if report % 38 == 0 else min(2, pictures - number - left // 2)
            ids = [f"CXR{report}_IM-{report % 1000:04d}-{kind}" for kind in ("1001", "2001")][:max(count, 0)]
            if report == reports:
                ids = [f"CXR{report}_IM-{report % 1000:04d}-{1001 + k}" for k in range(max(0, pictures - number))]
            for place, name in enumerate(ids):
                number += 1
                add(images, f"{name}.png", png(number))
                table.write(f"{report},{name[3:]}.dcm.png,{'Frontal' if place == 0 else 'Lateral'}\n")
            mesh = "normal" if report % 5 < 2 else "No Indexing" if report % 41 == 0 else "Cardiomegaly/mild"
            text = " ".join(draw.choice(words) for _ in range(27)) + f" {report}."
            shown = "".join(f'<parentImage id="{name}"/>' for name in ids)
            add(texts, f"ecgen-radiology/{report}.xml", (
                f'<eCitation><uId id="CXR{report}"/><MedlineCitation><Article><Abstract><AbstractText Label="FINDINGS">{text}'
                f'</AbstractText><AbstractText Label="IMPRESSION">No change.</AbstractText></Abstract></Article>'
                f'</MedlineCitation><MeSH><major>{mesh}</major></MeSH>{shown}</eCitation>').encode())
    return reports, number


def chestx_ray14(folder, pictures=112_120, patients=30_805):
    folder.mkdir(parents=True)
    draw = random.Random(2)
    archives = [tarfile.open(folder / f"images_{part:03d}.tar.gz", "w:gz", compresslevel=1) for part in range(1, 13)]
    names = []
    with open(folder / "Data_Entry_2017_v2020.csv", "w") as table:
        table.write(HEAD)
        for number in range(pictures):
            patient, follow = number % patients + 1, number // patients
            name = f"{patient:08d}_{follow:03d}.png"
            names.append((patient, name))
            found = [one for one in FINDINGS if draw.random() < 0.05] or ["No Finding"]
            table.write(f"{name},{'|'.join(found)},{follow},{patient},{20 + patient % 60},{'FM'[patient % 2]},"
                        f"{['PA', 'AP'][number % 2]},2500,2048,0.171,0.171\n")
            add(archives[min(11, number * 12 // pictures)], f"images/{name}", png(number))
    for archive in archives:
        archive.close()
    with open(folder / "train_val_list.txt", "w") as train, open(folder / "test_list.txt", "w") as test:
        for patient, name in names:
            (test if patient % 5 == 0 else train).write(name + "\n")
    (folder / "BBox_List_2017.csv").write_text("Image Index,Finding Label,Bbox [x,y,w,h],,,\n")
    return pictures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    print("open-i: %d reports, %d pictures" % open_i(options.folder / "open-i"))
    print("chestx-ray14: %d pictures" % chestx_ray14(options.folder / "chestx-ray14"))


if __name__ == "__main__":
    main()
