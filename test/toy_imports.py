"""What the exports of `toy_families` do not tell, and a user has to."""

from pathlib import Path

from toy_families import LABELS

from robot_dl.cli.main import main

IMAGENET = '--preset', 'imagenet'
UNIT = '--preset', 'unit'
NAMED = '--labels', 'names.txt'
BACKGROUND = '--option', 'first_label=1'
ANSWERS = {
    'yolov5': (),
    'yolov8': (),
    'yolov10': (),
    'yolox': NAMED,
    'detr': (*NAMED, *IMAGENET),
    'rtdetr': (*NAMED, *UNIT),
    'dfine': (*NAMED, *UNIT),
    'rtdetr_deployed': (*NAMED, *UNIT),
    'ssd': (*NAMED, *IMAGENET, *BACKGROUND),
    'faster_rcnn': (*NAMED, *UNIT, *BACKGROUND),
    'centernet': (*NAMED, *IMAGENET),
}


def write_names(folder: Path) -> None:
    """Write the names of the toys' classes, as `NAMED` expects them."""
    (folder / 'names.txt').write_text('\n'.join(LABELS))


def import_file(file: Path | str, *answers: str) -> int:
    """Type `robot_dl models import FILE` with a licence and further answers."""
    return main(['models', 'import', str(file), '--license', 'MIT', *answers])
