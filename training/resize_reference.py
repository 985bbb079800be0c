"""What Pillow's filters make of pictures of many sizes, for the test of src/models/image/resize.ts.

    python -m training.resize_reference

writes src/models/image/testing/resize-reference.json, by filter: [width, height, new width, new height, SHA-256 of the bytes]. The
picture is a formula, byte i being (i * 7919 + (i >> 4) * 31) % 251.
"""

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

OUTPUT = Path(__file__).parent.parent / "src" / "models" / "image" / "testing" / "resize-reference.json"


def main():
    chance = random.Random(3)
    sizes = [tuple(chance.randint(1, 90) for _ in range(4)) for _ in range(70)]
    # Where the order of the passes turns: H < h and h - H > 2 (w - W).
    sizes += [(30, 60, 20, 40 + more) for more in (-1, 0, 1)]
    sizes += [(108, 192, 144, 256), (144, 256, 64, 64), (20, 60, 20, 30), (20, 60, 40, 59), (60, 20, 30, 20)]
    results = {name: [] for name in ("LANCZOS", "BICUBIC", "BILINEAR")}
    for width, height, wide, high in sizes:
        index = np.arange(width * height * 3)
        data = ((index * 7919 + (index >> 4) * 31) % 251).astype(np.uint8).reshape(height, width, 3)
        for name, rows in results.items():
            resized = Image.fromarray(data).resize((wide, high), Image.Resampling[name])
            rows.append([width, height, wide, high, hashlib.sha256(resized.tobytes()).hexdigest()])
    OUTPUT.write_text(json.dumps({"pillow": PIL.__version__, "resized": results}) + "\n")


if __name__ == "__main__":
    main()
