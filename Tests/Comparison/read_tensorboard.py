"""Prints the scalars of a file of events as TensorBoard itself reads it, as JSON: tag to [[step, value], ...].

python3 Tests/Comparison/read_tensorboard.py FILE
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
tags = events.Tags()["scalars"]
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags}))
