"""What networks expect of pixels: the few ways in which most of them were trained."""

from dataclasses import dataclass
from typing import Any

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Preset:
    """A way to make numbers of pixels.

    Attributes:
        color: Order of the channels.
        mean: Subtracted from each channel, in 0-255 units.
        std: Divides each channel after that.
        users: Who trains like this.
    """

    color: str
    mean: Triple
    std: Triple
    users: str

    def values(self) -> dict[str, Any]:
        """Return the values by the card's keys."""
        return {
            'input.color': self.color,
            'input.mean': list(self.mean),
            'input.std': list(self.std),
        }


PRESETS = {
    'unit': Preset('rgb', (0, 0, 0), (255, 255, 255), 'RGB, 0 to 1: YOLOv5 to YOLO26, RT-DETR'),
    # 255 × (0.485, 0.456, 0.406) and 255 × (0.229, 0.224, 0.225), the statistics of ImageNet.
    'imagenet': Preset(
        'rgb',
        (123.675, 116.28, 103.53),
        (58.395, 57.12, 57.375),
        'RGB, statistics of ImageNet: torchvision, most of timm, DETR, RF-DETR',
    ),
    'symmetric': Preset(
        'rgb', (127.5, 127.5, 127.5), (127.5, 127.5, 127.5), 'RGB, -1 to 1: ViT, MobileNet of TF'
    ),
    'pixels': Preset('rgb', (0, 0, 0), (1, 1, 1), 'RGB, 0 to 255: EfficientDet, Keras'),
    'pixels-bgr': Preset('bgr', (0, 0, 0), (1, 1, 1), 'BGR, 0 to 255: YOLOX'),
    # 255 × (0.40790, 0.44719, 0.47026) and 255 × (0.28864, 0.27408, 0.27810): the numbers of
    # CenterNet's own data set of COCO, whose pictures OpenCV reads.
    'centernet': Preset(
        'bgr',
        (104.014, 114.034, 119.917),
        (73.603, 69.891, 70.915),
        'BGR, statistics of COCO: CenterNet',
    ),
}
"""By the name that `--preset` takes."""
