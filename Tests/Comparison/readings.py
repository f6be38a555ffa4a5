"""Reads inputs as Python programs do and compares with what the suite made of them.

    python3 readings.py annotation | list | detections | jpeg FILE

The tests of changed inputs start it where LSKD_PYTHON names a Python (with Pillow for jpeg). FILE has a JSON object per
line: `input` in base64, and `reading`, null where the suite refused the input. Every reading that Python's parsers do not
share is printed, and at last a line of counts.
"""
import base64
import collections
import hashlib
import io
import json
import struct
import sys
import xml.etree.ElementTree as tree
from xml.parsers import expat


def document(data):
    try:
        return tree.fromstring(data)
    except tree.ParseError as error:
        # libxml2 forgives a missing space in the declaration, on which no value depends.
        if error.code != expat.errors.codes[expat.errors.XML_ERROR_XML_DECL]:
            raise
        return tree.fromstring(data[data.index(b"?>") + 2:])


def annotation(data):
    root = document(data)
    assert root.tag == "annotation"
    size = root.find("size")
    objects = []
    for item in root.findall("object"):
        box, difficult = item.find("bndbox"), item.find("difficult")
        objects.append([
            item.find("name").text.strip(),
            "0" if difficult is None else difficult.text.strip(),
            [float(box.find(side).text) for side in ("xmin", "ymin", "xmax", "ymax")]])
    return [int(size.find("width").text), int(size.find("height").text), objects]


def rows(data):
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")
    return [line.split() for line in text if line.split()]


def images(data):
    return [row[0] for row in rows(data)]


def detections(data):
    found = []
    for row in rows(data):
        name, *numbers = row
        assert len(numbers) == 5
        found.append([name, [float(number) for number in numbers]])
    return found


def jpeg(data):
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        image = JpegImageFile(io.BytesIO(data))
    except SyntaxError as error:
        # Pillow stumbles over a JFIF segment that ends before its version; libjpeg steps over it.
        if not isinstance(error.__cause__, struct.error) or data[2:4] != b"\xff\xe0":
            raise
        image = JpegImageFile(io.BytesIO(data[:2] + data[4 + int.from_bytes(data[4:6], "big"):]))
    image.load()
    pixels = image.convert("RGB")
    return [*pixels.size, hashlib.sha256(pixels.tobytes()).hexdigest()]


def main():
    read = {"annotation": annotation, "list": images, "detections": detections, "jpeg": jpeg}
    counts = collections.Counter()
    with open(sys.argv[2]) as file:
        for line in file:
            case = json.loads(line)
            data = base64.b64decode(case["input"])
            try:
                reference = read[sys.argv[1]](data)
            except Exception as error:  # Whatever the parsers raise is a refusal.
                reference = None
                reason = repr(error)
            own = case["reading"]
            if own is None:
                counts["refused by both" if reference is None else "refused by the suite alone"] += 1
            elif own == reference:
                counts["read alike"] += 1
            else:
                counts["read otherwise"] += 1
                print(json.dumps({
                    "suite": own, "python": reference if reference is not None else reason,
                    "input": case["input"]}))
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


main()
