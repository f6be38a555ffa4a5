"""Writes the fixed data and scipy's answers that StatisticsTests hold the suite's statistics against.

Run by hand: python3 Tests/Comparison/scipy_statistics.py Tests/StatisticsTests/scipy.json
"""

import json
import sys

import numpy
import scipy
from scipy import stats

rng = numpy.random.default_rng(20260101)


def paired(count, shift, spread):
    blocks = rng.normal(30, 1, count)
    first = blocks + rng.normal(shift, spread, count)
    second = blocks + rng.normal(0, spread, count)
    difference = first - second
    test = stats.ttest_rel(first, second)
    interval = test.confidence_interval(0.95)
    margin = 0.3
    above = stats.ttest_1samp(difference, -margin, alternative="greater").pvalue
    below = stats.ttest_1samp(difference, margin, alternative="less").pvalue
    flips = stats.permutation_test(
        (difference,), numpy.mean, permutation_type="samples", n_resamples=numpy.inf)
    bootstrap = stats.bootstrap(
        (difference,), numpy.mean, method="BCa", n_resamples=199, rng=rng)
    unequal = stats.mannwhitneyu(first, second)
    return {
        "first": first.tolist(), "second": second.tolist(),
        "p": test.pvalue, "interval": [interval.low, interval.high],
        "margin": margin, "equivalence_p": max(above, below),
        "sign_flip_p": flips.pvalue,
        "correlation": stats.pearsonr(first, second).statistic,
        "resampled": bootstrap.bootstrap_distribution.tolist(),
        "bca": [bootstrap.confidence_interval.low, bootstrap.confidence_interval.high],
        # U counts pairs in which the first one is larger.
        "improvement": 1 - unequal.statistic / count ** 2,
    }


def holm():
    values = rng.uniform(0, 0.2, 7).tolist()
    order = numpy.argsort(values)
    adjusted = numpy.empty(7)
    adjusted[order] = numpy.minimum(
        numpy.maximum.accumulate((7 - numpy.arange(7)) * numpy.sort(values)), 1)
    return {"p": values, "adjusted": adjusted.tolist()}


def quantiles():
    rows = []
    for freedom in [1, 2, 5, 30, 400]:
        for probability in [0.005, 0.025, 0.5, 0.9, 0.975, 0.9995]:
            rows.append([freedom, probability, stats.t.ppf(probability, freedom)])
    return rows


def normals():
    return [[p, stats.norm.ppf(p)] for p in [1e-6, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999]]


def layout():
    """Residual variance of results = method + block + noise, by least squares."""
    rows = rng.normal(30, 1, (4, 6)) + rng.normal(0, 2, (1, 6)) + rng.normal(0, 2, (4, 1))
    design = numpy.zeros((24, 10))
    for method in range(4):
        for block in range(6):
            design[6 * method + block, [method, 4 + block]] = 1
    fit, _, rank, _ = numpy.linalg.lstsq(design, rows.ravel(), rcond=None)
    residual = rows.ravel() - design @ fit
    return {
        "rows": rows.tolist(), "freedom": int(24 - rank),
        "variance": float(residual @ residual) / int(24 - rank),
    }


json.dump(
    {
        "made_with": f"scipy {scipy.__version__}, numpy {numpy.__version__}",
        "paired": [paired(3, 0.1, 0.3), paired(6, -0.4, 0.3), paired(12, 0.02, 0.1)],
        "holm": holm(), "t_quantiles": quantiles(), "normal_quantiles": normals(),
        "layout": layout(),
    },
    open(sys.argv[1], "w"), indent=1)
