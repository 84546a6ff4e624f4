"""Small nets with random weights and the output heads of the public detector families.

Each head is written from the family's paper; only the transformers come from a library. The nets
are too small to detect anything, but their graphs look like those that people export.
"""

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
BINS = 16
ANCHORS_PX = ((10, 13), (16, 30), (33, 23)), ((30, 61), (62, 45), (59, 119)), ((116, 90),) * 3


class Backbone(nn.Module):
    """Maps of 4, 8, 16 and 32 px a cell, from the pixels [1, 3, h, w]."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.stem = block(3, width, 4)
        self.deeper = nn.ModuleList(block(width, width, 2) for _ in STRIDES)

    def forward(self, images: Tensor) -> list[Tensor]:
        maps = [self.stem(images)]
        for layer in self.deeper:
            maps.append(layer(maps[-1]))
        return maps


def block(channels_in: int, channels_out: int, stride: int) -> nn.Module:
    conv = nn.Conv2d(channels_in, channels_out, 3, stride, 1)
    nn.init.kaiming_normal_(conv.weight)
    return nn.Sequential(conv, nn.GroupNorm(4, channels_out), nn.SiLU())


def head(channels_out: int, spread: float = 1.5) -> nn.Module:
    """Return a last layer whose outputs are spread around 0: different places, both answers."""
    conv = nn.Conv2d(16, channels_out, 1)
    nn.init.normal_(conv.weight, std=spread / 4)
    return conv


def cells(features: Tensor) -> Tensor:
    """Return x and y of each cell [1, 2, h, w]."""
    height, width = features.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing='ij')
    return torch.stack([x, y]).to(features)[None]


def flat(per_cell: Tensor) -> Tensor:
    """Return [1, h * w, K] for [1, K, h, w]."""
    return per_cell.flatten(2).transpose(1, 2)


class YoloV8(nn.Module):
    """Anchor-free: no objectness; edges as distributions (Generalized Focal Loss).

    Returns [1, 4 + C, N]: centre and size in pixels, scores.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.edges = nn.ModuleList(head(4 * BINS) for _ in STRIDES)
        self.classes = nn.ModuleList(head(classes) for _ in STRIDES)

    def forward(self, images: Tensor) -> Tensor:
        edges, scores = self.distances(images)
        middle = (edges[:, :, :2] + edges[:, :, 2:]) / 2
        size = edges[:, :, 2:] - edges[:, :, :2]
        return torch.cat([middle, size, scores], 2).transpose(1, 2)

    def distances(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return edges [1, N, 4] in pixels and scores [1, N, C]."""
        edges, scores = [], []
        for i, features in enumerate(self.backbone(images)[1:]):
            bins = self.edges[i](features).unflatten(1, (4, BINS)).softmax(2)
            ltrb = (bins * torch.arange(BINS).to(bins).view(1, 1, BINS, 1, 1)).sum(2)
            middle = cells(features) + 0.5
            edges.append(torch.cat([middle - ltrb[:, :2], middle + ltrb[:, 2:]], 1) * STRIDES[i])
            scores.append(self.classes[i](features).sigmoid())
        return flat_all(edges), flat_all(scores)


def flat_all(maps: list[Tensor]) -> Tensor:
    return torch.cat([flat(each) for each in maps], 1)


class YoloV10(YoloV8):
    """One-to-one assignment: the best places are the answer. Returns [1, 50, 6] in pixels."""

    def forward(self, images: Tensor) -> Tensor:
        edges, scores = self.distances(images)
        best, at = scores.flatten(1).topk(50)
        count = scores.shape[2]
        chosen = edges.gather(1, (at // count)[..., None].expand(-1, -1, 4))
        return torch.cat([chosen, best[..., None], (at % count)[..., None].to(best)], 2)


class YoloV5(nn.Module):
    """Anchors, objectness and classes, decoded in the graph. Returns [1, N, 5 + C]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.heads = nn.ModuleList(head(3 * (5 + classes)) for _ in STRIDES)

    def forward(self, images: Tensor) -> Tensor:
        rows = []
        for i, features in enumerate(self.backbone(images)[1:]):
            raw = self.heads[i](features).unflatten(1, (3, -1)).sigmoid()
            centre = (raw[:, :, :2] * 2 - 0.5 + cells(features)[:, None]) * STRIDES[i]
            anchors = torch.tensor(ANCHORS_PX[i]).to(raw).view(1, 3, 2, 1, 1)
            size = (raw[:, :, 2:4] * 2) ** 2 * anchors
            whole = torch.cat([centre, size, raw[:, :, 4:]], 2)
            rows.append(whole.permute(0, 1, 3, 4, 2).flatten(1, 3))
        return torch.cat(rows, 1)


class YoloX(nn.Module):
    """Decoupled head; the grid is left to whoever reads it. Returns [1, N, 5 + C]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.boxes = nn.ModuleList(head(4, 1.0) for _ in STRIDES)
        self.scores = nn.ModuleList(head(1 + classes) for _ in STRIDES)

    def forward(self, images: Tensor) -> Tensor:
        maps = enumerate(self.backbone(images)[1:])
        rows = [torch.cat([self.boxes[i](f), self.scores[i](f).sigmoid()], 1) for i, f in maps]
        return flat_all(rows)


class CenterNet(nn.Module):
    """Objects as points: heat map [1, C, h, w], size [1, 2, h, w] and offset [1, 2, h, w]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.heads = nn.ModuleList([head(classes), head(2), head(2, 0.1)])

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.backbone(images)[0]
        heat, size, offset = (layer(features) for layer in self.heads)
        return heat.sigmoid(), size.exp() * 3, offset.sigmoid()


class Suppression(torch.autograd.Function):
    """ONNX's NonMaxSuppression; written out, box by box, where torch runs it."""

    @staticmethod
    def forward(ctx, edges, scores, most, iou, score):
        chosen = []
        covers = overlaps(edges[0]) > iou
        for class_id, row in enumerate(scores[0]):
            kept: list[int] = []
            for i in row.argsort(descending=True).tolist():
                if row[i] > score and not covers[i, kept].any():
                    kept.append(i)
            chosen += [(0, class_id, i) for i in kept[:most]]
        return torch.tensor(chosen, dtype=torch.int64).reshape(-1, 3)

    @staticmethod
    def symbolic(g, edges, scores, most, iou, score):
        limits = [
            g.op('Constant', value_t=torch.tensor([most])),
            g.op('Constant', value_t=torch.tensor([iou])),
            g.op('Constant', value_t=torch.tensor([score])),
        ]
        return g.op('NonMaxSuppression', edges, scores, *limits)


def overlaps(edges: Tensor) -> Tensor:
    """Return the intersection over union [N, N] of boxes [N, 4]."""
    low = torch.maximum(edges[:, None, :2], edges[:, :2])
    high = torch.minimum(edges[:, None, 2:], edges[:, 2:])
    shared = (high - low).clamp(0).prod(2)
    areas = (edges[:, 2:] - edges[:, :2]).prod(1)
    return shared / (areas[:, None] + areas - shared)


class Ssd(nn.Module):
    """Default boxes, a background class, and suppression in the graph.

    Returns boxes [1, K, 4] as parts of the input, labels [1, K] from 1 on, and scores [1, K].
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.heads = nn.ModuleList(head(4 + 1 + classes) for _ in STRIDES)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        edges, scores = [], []
        for i, features in enumerate(self.backbone(images)[1:]):
            raw = self.heads[i](features)
            middle = cells(features) + 0.5 + raw[:, :2] * 0.1
            half = (raw[:, 2:4] * 0.2).exp() * 2
            edges.append(torch.cat([middle - half, middle + half], 1) * STRIDES[i])
            scores.append(raw[:, 4:].softmax(1))
        whole = torch.tensor([images.shape[3], images.shape[2]] * 2).to(images)
        return self.suppressed(flat_all(edges) / whole, flat_all(scores))

    def suppressed(self, edges: Tensor, scores: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        objects = scores[:, :, 1:].transpose(1, 2)
        chosen = Suppression.apply(edges, objects, 20, 0.45, 0.3)
        class_ids, places = chosen[:, 1], chosen[:, 2]
        return (
            edges.index_select(1, places),
            class_ids[None] + 1,
            objects[0, class_ids, places][None],
        )


class TwoStage(Ssd):
    """The same answers without the batch's axis, in pixels, as torchvision's detectors export."""

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        boxes, labels, scores = super().forward(images)
        whole = torch.tensor([images.shape[3], images.shape[2]] * 2).to(images)
        return boxes[0] * whole, labels[0], scores[0]
