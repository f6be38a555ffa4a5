"""torchvision's transforms for the comparison programs."""
import importlib
import os
import sys

import torch


def load(name):
    """A module of torchvision; operators that a build for another device cannot load are declared and never called."""
    # A program of this directory is called like a module of Python that torchvision imports.
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [place for place in sys.path if os.path.abspath(place or ".") != own]
    library = torch.library.Library("torchvision", "FRAGMENT")
    while True:
        try:
            return importlib.import_module(name)
        except RuntimeError as error:
            words = str(error).split("torchvision::")
            if len(words) < 2:
                raise
            library.define(words[1].split()[0] + "(Tensor x) -> Tensor")
            for known in [n for n in sys.modules if n.startswith("torchvision")]:
                del sys.modules[known]
