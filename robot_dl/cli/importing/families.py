"""The families of models that are recognised, each by what its graph returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from robot_dl.cli.importing.classification_families import (
    recognise_logits,
    recognise_probabilities,
)
from robot_dl.cli.importing.depth_families import (
    DEPTH,
    recognise_inverse_depth,
    recognise_log_depth,
    recognise_metric_depth,
    recognise_sigmoid_disparity,
    recognise_sigmoid_range,
    tells_depth,
)
from robot_dl.cli.importing.draft import Draft, Guess, read
from robot_dl.cli.importing.facts import Facts
from robot_dl.cli.importing.instance_families import (
    recognise_mask_rcnn,
    recognise_query_masks,
    recognise_yolo_seg,
    recognise_yolo_seg_end_to_end,
)
from robot_dl.cli.importing.semantic_families import (
    recognise_class_logits,
    recognise_class_map,
    recognise_query_classes,
    recognise_sigmoid,
)
from robot_dl.cli.importing.set_families import (
    recognise_boxes_labels_scores,
    recognise_centernet,
    recognise_detr,
)
from robot_dl.cli.importing.yolo_families import (
    recognise_end_to_end,
    recognise_yolo,
    recognise_yolov5,
    recognise_yolox,
)
from robot_dl.core.names import unknown_name
from robot_dl.engine.card_checks import CardError


@dataclass(frozen=True)
class Family:
    """Models that are read in the same way.

    Attributes:
        task: What they do.
        decoder: What reads their outputs.
        returns: What their graphs return, for people.
        recognise: Returns what the card should say if a file is of the family, else None.
    """

    task: str
    decoder: str
    returns: str
    recognise: Callable[[Facts, Draft], Draft | None]


FAMILIES: tuple[Family, ...] = (
    Family('detection', 'yolo', '[1, 4 + C, N]: YOLOv8, 9, 11, 12', recognise_yolo),
    Family('detection', 'yolov5', '[1, N, 5 + C], 3 N places: YOLOv5, 6, 7', recognise_yolov5),
    Family('detection', 'yolox', '[1, N, 5 + C], N places: YOLOX', recognise_yolox),
    Family('detection', 'yolo_end_to_end', '[1, K, 6]: YOLOv10, 26', recognise_end_to_end),
    Family('detection', 'detr', '[1, Q, C] and [1, Q, 4]: DETR, RT-DETR, D-FINE', recognise_detr),
    Family(
        'detection',
        'boxes_labels_scores',
        '[K, 4], [K] and [K]: SSD, Faster R-CNN, deployed RT-DETR and D-FINE',
        recognise_boxes_labels_scores,
    ),
    Family(
        'detection',
        'centernet',
        '[1, C, h, w] and maps of two: CenterNet',
        recognise_centernet,
    ),
    Family(
        'classification',
        'logits',
        '[1, C]: ResNet, MobileNet, EfficientNet, ViT',
        recognise_logits,
    ),
    Family(
        'classification',
        'probabilities',
        '[1, C] from 0 to 1: the same, with a softmax',
        recognise_probabilities,
    ),
    Family(
        'segmentation',
        'class_logits',
        '[1, C, h, w]: FCN, U-Net, DeepLab, SegFormer, PIDNet',
        recognise_class_logits,
    ),
    Family(
        'segmentation',
        'sigmoid',
        '[1, C, h, w], each map by itself, or one: binary networks',
        recognise_sigmoid,
    ),
    Family(
        'segmentation',
        'class_map',
        '[1, h, w] of whole numbers: the same, with an argmax',
        recognise_class_map,
    ),
    Family(
        'segmentation',
        'mask_queries',
        '[1, Q, C + 1] and [1, Q, h, w]: MaskFormer, Mask2Former',
        recognise_query_classes,
    ),
    Family(
        'instance_segmentation',
        'yolo_seg',
        '[1, 4 + C + K, N] and [1, K, h, w]: YOLOv8, 9, 11, 12 with masks',
        recognise_yolo_seg,
    ),
    Family(
        'instance_segmentation',
        'yolo_seg_end_to_end',
        '[1, N, 6 + K] and [1, K, h, w]: YOLO26 with masks',
        recognise_yolo_seg_end_to_end,
    ),
    Family(
        'instance_segmentation',
        'mask_rcnn',
        '[K, 4], [K], [K] and [K, 1, m, m]: Mask R-CNN',
        recognise_mask_rcnn,
    ),
    Family(
        'instance_segmentation',
        'mask_queries',
        '[1, Q, C + 1] and [1, Q, h, w]: MaskFormer, Mask2Former',
        recognise_query_masks,
    ),
    Family(
        'depth',
        'inverse_depth',
        '[1, h, w], greater is nearer: MiDaS, DPT, Depth Anything, Depth Pro',
        recognise_inverse_depth,
    ),
    Family(
        'depth',
        'metric_depth',
        '[1, h, w], metres: Depth Anything metric, ZoeDepth, GLPN, Metric3D',
        recognise_metric_depth,
    ),
    Family(
        'depth',
        'sigmoid_disparity',
        '[1, 1, h, w] from 0 to 1, greater is nearer: monodepth2',
        recognise_sigmoid_disparity,
    ),
    Family(
        'depth',
        'sigmoid_range',
        '[1, 1, h, w] from 0 to 1, a part of a range: BTS, NeWCRFs',
        recognise_sigmoid_range,
    ),
    Family(
        'depth',
        'log_depth',
        '[1, 2, h, w]: logarithm of metres and of its expected error',
        recognise_log_depth,
    ),
)
"""In the order in which they are listed; a file should be of one family only."""


def recognised(facts: Facts, known: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return what the family of a file says of it, by key of the card.

    Args:
        facts: What is known of the file.
        known: What other sources say; a task or a decoder in it narrows the choice.

    Raises:
        CardError: If it is of no family, or of several.
    """
    wanted = {key: known[key].value for key in ('task', 'decoder') if key in known}
    families = [f for f in FAMILIES if all(getattr(f, k) == v for k, v in wanted.items())]
    if not families:
        raise CardError(_unknown(wanted))
    found = [(f, draft) for f in families if (draft := f.recognise(facts, known)) is not None]
    # A map as long as another family has places: its name says more than its shape.
    depth = [(f, draft) for f, draft in found if f.task == DEPTH]
    if depth and any(map(tells_depth, facts.seen)):
        found = depth
    if not found and 'decoder' in wanted:
        # The decoder itself has the last word, when the finished card is tried.
        return read(f'as --decoder {wanted["decoder"]} does', task=families[0].task)
    if len(found) != 1:
        raise CardError(_none(facts, families) if not found else _several(facts, found))
    family, draft = found[0]
    return {**read(family.returns, task=family.task, decoder=family.decoder), **draft}


def _unknown(wanted: Mapping[str, str]) -> str:
    for key, value in wanted.items():
        names = {getattr(f, key) for f in FAMILIES}
        if value not in names:
            return unknown_name(key, value, names)
    return f'there is no decoder {wanted["decoder"]!r} for {wanted["task"]}'


def _none(facts: Facts, families: list[Family]) -> str:
    lines = [f'  {f.decoder:20} {f.returns}' for f in families]
    return (
        f'for an image of {facts.model_hw[0]}×{facts.model_hw[1]} it returns {facts.shapes()}, '
        'which is not what any family of models here returns:\n' + '\n'.join(lines)
    )


def _several(facts: Facts, found: list[tuple[Family, Draft]]) -> str:
    alike = len({f.decoder for f, _ in found}) < len(found)
    option = 'task' if alike else 'decoder'
    lines = [f'  --{option} {getattr(f, option):21} {f.returns}' for f, _ in found]
    return (
        f'it returns {facts.shapes()}, which may mean several things; give one of\n'
        + '\n'.join(lines)
    )
