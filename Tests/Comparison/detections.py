"""VOC and COCO average precision of result files, as Python programs compute them.

`lskd-bench detections --python PYTHON` starts this program with the devkit's year directory, the image set and the
directory of result files, and times it beside the suite. It reads one word per line from standard input and
prints one number: `voc` and `coco` evaluate and give seconds, `match` does so with what was read before, `voc-map` and `coco-map` the means found last.
For `voc` and `coco` annotations and result files are read anew each time, as the suite does. Difficult objects are COCO's crowds.
"""
import contextlib
import io
import os
import sys
import time
import xml.etree.ElementTree as tree

import numpy as np

CLASSES = (
    "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person "
    "pottedplant sheep sofa train tvmonitor").split()


def read(year, image_set, results):
    with open(os.path.join(year, "ImageSets", "Main", image_set + ".txt")) as file:
        images = file.read().split()
    truth = {}
    for image in images:
        objects = []
        for item in tree.parse(os.path.join(year, "Annotations", image + ".xml")).findall("object"):
            box = item.find("bndbox")
            objects.append((
                item.find("name").text, item.find("difficult").text == "1",
                [float(box.find(side).text) for side in ("xmin", "ymin", "xmax", "ymax")]))
        truth[image] = objects
    found = {}
    for name in CLASSES:
        with open(os.path.join(results, f"comp4_det_{image_set}_{name}.txt")) as file:
            rows = [line.split() for line in file]
        found[name] = [(row[0], float(row[1]), [float(x) for x in row[2:]]) for row in rows]
    return images, truth, found


def voc(images, truth, found):
    """The devkit's rule with eleven recalls, one detection after the other over numpy arrays."""
    averages = []
    for name in CLASSES:
        objects, positives = {}, 0
        for image in images:
            own = [o for o in truth[image] if o[0] == name]
            hard = np.array([o[1] for o in own], dtype=bool)
            boxes = np.array([o[2] for o in own], dtype=float).reshape(-1, 4)
            objects[image] = [boxes, hard, np.zeros(len(own), dtype=bool)]
            positives += int((~hard).sum())
        order = np.argsort([-d[1] for d in found[name]], kind="stable")
        right, wrong = np.zeros(len(order)), np.zeros(len(order))
        for place, index in enumerate(order):
            image, _, box = found[name][index]
            boxes, hard, taken = objects[image]
            best = 0.0
            if len(boxes):
                width = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0]) + 1
                height = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1]) + 1
                common = np.maximum(width, 0) * np.maximum(height, 0)
                areas = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
                own = (box[2] - box[0] + 1) * (box[3] - box[1] + 1)
                overlaps = common / (areas + own - common)
                which = int(np.argmax(overlaps))
                best = overlaps[which]
            if best < 0.5:
                wrong[place] = 1
            elif not hard[which]:
                if taken[which]:
                    wrong[place] = 1
                else:
                    right[place], taken[which] = 1, True
        right, wrong = np.cumsum(right), np.cumsum(wrong)
        recall = right / positives
        precision = right / np.maximum(right + wrong, 1e-12)
        levels = [precision[recall >= k / 10] for k in range(11)]
        averages.append(sum(p.max() if len(p) else 0 for p in levels) / 11)
    return float(np.mean(averages))


def coco(images, truth, found):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    numbers = {image: index + 1 for index, image in enumerate(images)}
    kinds = {name: index + 1 for index, name in enumerate(CLASSES)}

    def size(box):
        return [box[0] - 1, box[1] - 1, box[2] - box[0] + 1, box[3] - box[1] + 1]

    annotations = []
    for image in images:
        for name, hard, box in truth[image]:
            x = size(box)
            annotations.append({
                "id": len(annotations) + 1, "image_id": numbers[image], "category_id": kinds[name],
                "bbox": x, "area": x[2] * x[3], "iscrowd": int(hard)})
    detections = [
        {"image_id": numbers[image], "category_id": kinds[name], "score": score, "bbox": size(box)}
        for name in CLASSES for image, score, box in found[name]]
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        data.dataset = {
            "images": [{"id": n} for n in numbers.values()], "annotations": annotations,
            "categories": [{"id": n, "name": k} for k, n in kinds.items()]}
        data.createIndex()
        run = COCOeval(data, data.loadRes(detections), "bbox")
        run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
        run.params.maxDets = [100]
        run.evaluate()
        run.accumulate()
    precision = run.eval["precision"]
    return float(np.mean(precision[precision > -1]))


def main():
    year, image_set, results = sys.argv[1:4]
    means, kept = {}, None
    for line in sys.stdin:
        word = line.strip()
        if word.endswith("-map"):
            print(repr(means[word[:-4]]), flush=True)
            continue
        if word == "match":
            kept = kept or read(year, image_set, results)
            start = time.perf_counter()
            means["voc"] = voc(*kept)
            print(time.perf_counter() - start, flush=True)
            continue
        start = time.perf_counter()
        data = read(year, image_set, results)
        means[word] = {"voc": voc, "coco": coco}[word](*data)
        print(time.perf_counter() - start, flush=True)


main()
