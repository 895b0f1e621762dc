"""Compares gray values with Pillow's Image.open(file).convert('L').

    python3 bench/conversions/against-pillow.py FOLDER [convert's options, such as --compat pillow]

Prints a table by input format: how many files are exact, within 1, within 2, beyond, of another
size, and not opened by one or the other. Without options, the default recipe is compared, which
differs from Pillow on purpose for 16 bits, profiles, CMYK and orientation.
"""

import collections
import pathlib
import subprocess
import sys
import tempfile

try:
    from PIL import Image, ImageChops
except ImportError:
    sys.exit("Skipped: this Python has no Pillow (Debian: apt-get install python3-pil).")

checkout = pathlib.Path(__file__).resolve().parents[2]
grayscale = [checkout / "node_modules" / ".bin" / "node", checkout / "bin" / "grayscale.js"]
verdicts = ["exact", "within 1", "within 2", "beyond", "other size", "ours only", "Pillow only", "neither"]


def pillow_gray(path):
    try:
        with Image.open(path) as image:
            return image.convert("L")
    except Exception:  # any exception means that the file cannot be opened
        return None


def our_gray(path, options, folder):
    out = pathlib.Path(folder) / "gray.png"
    command = [*grayscale, "convert", path, "--out", out, "--overwrite", "--json", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode > 1 or not run.stdout:  # wrong usage, or the program does not start
        sys.exit(f"Expected grayscale to convert {path} or to say why not, but: {run.stderr}")
    if run.returncode == 1:
        return None
    with Image.open(out) as image:
        return image.convert("L")


def verdict(ours, theirs):
    if ours is None or theirs is None:
        return "neither" if ours is theirs else "Pillow only" if ours is None else "ours only"
    if ours.size != theirs.size:
        return "other size"
    farthest = ImageChops.difference(ours, theirs).getextrema()[1]
    return {0: "exact", 1: "within 1", 2: "within 2"}.get(farthest, "beyond")


def main(folder, *options):
    counts = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file()):
            found = verdict(our_gray(path, options, scratch), pillow_gray(path))
            counts[path.suffix.lower().lstrip(".") or "none"][found] += 1
            if found not in ("exact", "neither"):
                print(f"{found:12} {path}", file=sys.stderr)
    print(" | ".join(["format".ljust(8), *verdicts]))
    for suffix, count in sorted(counts.items()):
        print(" | ".join([suffix.ljust(8), *(str(count[v]).rjust(len(v)) for v in verdicts)]))


if len(sys.argv) < 2:
    sys.exit(__doc__)
main(*sys.argv[1:])
