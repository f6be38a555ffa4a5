"""Writes the MATLAB files of SBDTests with SciPy: a struct GTcls as in the Semantic Boundaries Dataset.

    python3 matlab_masks.py compressed | plain    # prints the file in base64

The mask has 7 columns and 5 rows; the class in row y and column x is (3 x + 5 y) mod 21.
"""
import base64
import io
import sys

import numpy
import scipy.io
import scipy.sparse

rows, columns = numpy.mgrid[0:5, 0:7]
mask = ((3 * columns + 5 * rows) % 21).astype(numpy.uint8)
boundaries = numpy.empty((20, 1), dtype=object)
for label in range(20):
    boundaries[label, 0] = scipy.sparse.csc_matrix((mask == label + 1).astype(numpy.float64))
present = numpy.unique(mask[mask > 0]).astype(numpy.uint8).reshape(-1, 1)
content = {"GTcls": {"Boundaries": boundaries, "Segmentation": mask, "CategoriesPresent": present}}
file = io.BytesIO()
scipy.io.savemat(file, content, do_compression=sys.argv[1] == "compressed")
print(base64.b64encode(file.getvalue()).decode())
