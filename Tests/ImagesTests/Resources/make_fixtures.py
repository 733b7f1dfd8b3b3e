#!/usr/bin/env python3
"""Makes fixtures.json: tiny PNG and JPEG files of each kind with Pillow's reading of them, and
hashes of Pillow's resizing of a pattern that the tests draw again.

    python3 -m venv venv && venv/bin/pip install pillow==11.3.0
    venv/bin/python make_fixtures.py [FOLDER OF ChestX-ray14 ORIGINALS]

Pillow 13 resizes some shapes (width kept, height much reduced) by the vertical pass first, which
changes some values by one grey level; up to 11.3 at least the horizontal pass is the first.

With the folder, hashes of its files as Pillow reads them in grey are written too.
"""

import base64
import io
import json
import os
import struct
import sys
import zlib

import PIL
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG colour type: samples a pixel
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def rows(width, height, kind, depth, sample):
    """The unfiltered rows of an image whose samples are sample(x, y, channel), 0...2^depth - 1."""
    out = b""
    for y in range(height):
        values = [sample(x, y, c) for x in range(width) for c in range(KINDS[kind])]
        if depth == 16:
            line = b"".join(struct.pack(">H", v) for v in values)
        elif depth == 8:
            line = bytes(values)
        else:
            bits = "".join(format(v, f"0{depth}b") for v in values)
            bits += "0" * (-len(bits) % 8)
            line = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + line
    return out


def png(width, height, kind, depth, sample, palette=None, alpha=None, interlaced=False):
    data = b""
    if interlaced:
        for x0, y0, dx, dy in ADAM7:
            w, h = -(-(width - x0) // dx), -(-(height - y0) // dy)
            if w > 0 and h > 0:
                data += rows(w, h, kind, depth, lambda x, y, c: sample(x0 + x * dx, y0 + y * dy, c))
    else:
        data = rows(width, height, kind, depth, sample)
    body = b"\x89PNG\r\n\x1a\n"
    body += chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced))
    body += chunk(b"gAMA", struct.pack(">I", 45455))  # must change nothing
    if palette:
        body += chunk(b"PLTE", bytes(palette))
    if alpha:
        body += chunk(b"tRNS", bytes(alpha))
    return body + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def pattern(top):
    step = 769 if top > 255 else 1  # 16-bit values fill their range
    return lambda x, y, c: (x * 37 + y * 91 + c * 53 + x * y * 5) * step % (top + 1)


def png_files():
    palette = [(i * k + 11 * k) % 256 for i in range(16) for k in (7, 31, 101)]
    files = {}
    for depth in (1, 2, 4, 8):
        files[f"grey{depth}"] = png(9, 5, 0, depth, pattern(2**depth - 1))
    for depth in (1, 2, 4):
        files[f"palette{depth}"] = png(9, 5, 3, depth, pattern(2**depth - 1), palette[: 3 * 2**depth])
    files["palette8"] = png(9, 5, 3, 8, pattern(15), palette)
    files["palette8-transparent"] = png(9, 5, 3, 8, pattern(15), palette, alpha=[0, 128, 255, 7])
    files["grey8-transparent"] = png(9, 5, 0, 8, pattern(255), alpha=[0, 91])
    files["rgb8"] = png(9, 5, 2, 8, pattern(255))
    files["rgb16"] = png(9, 5, 2, 16, pattern(65535))
    files["rgba8"] = png(9, 5, 6, 8, pattern(255))
    files["rgba16"] = png(9, 5, 6, 16, pattern(65535))
    files["greyalpha8"] = png(9, 5, 4, 8, pattern(255))
    files["greyalpha16"] = png(9, 5, 4, 16, pattern(65535))
    files["grey8-interlaced"] = png(9, 5, 0, 8, pattern(255), interlaced=True)
    files["grey1-interlaced"] = png(9, 5, 0, 1, pattern(1), interlaced=True)
    files["palette4-interlaced"] = png(9, 5, 3, 4, pattern(15), palette, interlaced=True)
    files["rgba8-interlaced"] = png(9, 5, 6, 8, pattern(255), interlaced=True)
    files["rgb16-interlaced"] = png(3, 11, 2, 16, pattern(65535), interlaced=True)
    files["one-pixel"] = png(1, 1, 2, 8, pattern(255))
    return files


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, optimize=True, **options)
    return buffer.getvalue()


def jpeg_files():
    grey = Image.frombytes("L", (21, 13), bytes((x * 9 + y * 5) % 256 for y in range(13) for x in range(21)))
    rgb = Image.merge("RGB", [grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT), grey.rotate(180)])
    cmyk = Image.merge("CMYK", [*rgb.split(), grey.point(lambda v: v // 3)])
    four = jpeg(cmyk)
    files = {
        "jpeg-grey": jpeg(grey),
        "jpeg-444": jpeg(rgb, subsampling=0),
        "jpeg-420": jpeg(rgb, subsampling=2),
        "jpeg-422": jpeg(rgb, subsampling=1),
        "jpeg-rgb": jpeg(rgb, keep_rgb=True),
        "jpeg-progressive": jpeg(rgb, progressive=True),
        "jpeg-cmyk": four,
    }
    # The same data called YCCK: the transform byte of the Adobe marker says so.
    at = four.index(b"Adobe") + 11
    assert four[at] in (0, 2)
    files["jpeg-ycck"] = four[:at] + b"\x02" + four[at + 1 :]
    return files


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return format(value, "016x")


def drawn(width, height, channels):
    """Sharp edges, slopes and noise-like detail, by whole numbers: see `drawnPattern` in the tests."""
    values = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                square = 255 if (x // 17 + y // 13 + c) % 3 == 0 else 0
                detail = (x * x * 31 + y * y * 17 + x * y * 7 + c * 97) // 5 % 256
                values.append((square + detail + (x + 2 * y) % 256) // 3)
    mode = "L" if channels == 1 else "RGB"
    return Image.frombytes(mode, (width, height), bytes(values))


def resized():
    cases = []
    for source, channels, target in [
        ((256, 256), 1, (128, 128)), ((1000, 700), 1, (224, 224)), ((1000, 700), 3, (224, 224)),
        ((700, 1000), 1, (256, 365)), ((5, 5), 1, (9, 9)), ((5, 7), 3, (9, 12)),
        ((3000, 3), 1, (1, 1)), ((1, 1), 1, (4, 3)), ((64, 40), 1, (64, 20)), ((64, 40), 3, (30, 40)),
        ((33, 500), 1, (100, 100)),
    ]:
        data = drawn(*source, channels).resize(target, Image.Resampling.BILINEAR).tobytes()
        cases.append(
            {"source": source, "channels": channels, "target": target, "hash": fnv(data), "start": list(data[:12])}
        )
    return cases


def main():
    files = []
    for name, data in {**png_files(), **jpeg_files()}.items():
        image = Image.open(io.BytesIO(data))
        image.load()
        encoded = {"name": name, "width": image.width, "height": image.height}
        encoded["file"] = base64.b64encode(data).decode()
        encoded["grey"] = base64.b64encode(image.convert("L").tobytes()).decode()
        encoded["rgb"] = base64.b64encode(image.convert("RGB").tobytes()).decode()
        files.append(encoded)
    # Pillow reads 16-bit grey as whole numbers and clips them at 255: no reference for 8 bits.
    grey16 = png(9, 5, 0, 16, pattern(65535))
    quarters = Image.new("L", (32, 16), 20)
    for box, value in (((16, 0, 32, 8), 90), ((0, 8, 16, 16), 160), ((16, 8, 32, 16), 230)):
        quarters.paste(value, box)
    result = {
        "quarters": base64.b64encode(jpeg(quarters)).decode(),
        "pillow": PIL.__version__,
        "files": files,
        "grey16": base64.b64encode(grey16).decode(),
        "paletteMissing": base64.b64encode(png(9, 5, 3, 8, pattern(15))).decode(),
        "resized": resized(),
    }
    if len(sys.argv) > 1:
        names = sorted(n for n in os.listdir(sys.argv[1]) if n.endswith(".png"))
        result["originals"] = {
            n: fnv(Image.open(os.path.join(sys.argv[1], n)).convert("L").tobytes()) for n in names
        }
        result["originalsRGBA"] = [
            n for n in names if Image.open(os.path.join(sys.argv[1], n)).mode == "RGBA"
        ]
    with open(os.path.join(HERE, "fixtures.json"), "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


main()
