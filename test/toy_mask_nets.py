"""Small nets with random weights and the output heads of the public segmentation families."""

import os

import torch
from torch import Tensor, nn
from toy_nets import STRIDES, Backbone, TwoStage, YoloV8, flat_all, head

# The library would look for newer files on its hub otherwise.
os.environ['HF_HUB_OFFLINE'] = '1'

PROTOTYPES = 8
QUERIES = 12


class PerPlace(nn.Module):
    """Fully convolutional: logits [1, C, h / 4, w / 4]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.last = head(classes, spread=4.0)

    def forward(self, images: Tensor) -> Tensor:
        return self.last(self.backbone(images)[0])


class WithAuxiliary(PerPlace):
    """As torchvision's: logits of the input's size, and those that serve training only."""

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        size = images.shape[-2:]
        logits = nn.functional.interpolate(super().forward(images), size, mode='bilinear')
        return logits, logits * 0.5


class Softmaxed(PerPlace):
    """With the softmax inside, and channels last, as TensorFlow writes them."""

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images).softmax(1).permute(0, 2, 3, 1)


class Binary(nn.Module):
    """One map, after its sigmoid."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.net = PerPlace(1)

    def forward(self, images: Tensor) -> Tensor:
        return self.net(images).sigmoid()


class Answer(PerPlace):
    """With the argmax inside: [1, h, w]."""

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images).argmax(1)


def segformer(classes: int) -> nn.Module:
    """SegFormer (Xie et al. 2021), from transformers."""
    from transformers import SegformerConfig, SegformerForSemanticSegmentation

    config = SegformerConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 8, 16, 16],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        num_labels=classes,
    )
    return Only(SegformerForSemanticSegmentation(config))


class Only(nn.Module):
    """The logits alone, which exporters keep; far enough apart to mean something."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        return self.net(images).logits * 20


class Queries(nn.Module):
    """MaskFormer's head: class logits [1, Q, C + 1] and mask logits [1, Q, h / 4, w / 4]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.queries = nn.Parameter(torch.randn(QUERIES, 16))
        self.classes = nn.Linear(16, classes + 1)
        nn.init.normal_(self.classes.weight, std=1.5)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.backbone(images)[0]
        masks = torch.einsum('qk,bkhw->bqhw', self.queries, features)
        return self.classes(self.queries)[None], masks


class YoloSeg(YoloV8):
    """YOLOv8 with masks: [1, 4 + C + K, N] and prototypes [1, K, h / 4, w / 4]."""

    def __init__(self, classes: int) -> None:
        super().__init__(classes)
        self.coefficients = nn.ModuleList(head(PROTOTYPES) for _ in STRIDES)
        self.prototypes = head(PROTOTYPES)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        edges, scores, coefficients, prototypes = self.parts(images)
        middle = (edges[:, :, :2] + edges[:, :, 2:]) / 2
        size = edges[:, :, 2:] - edges[:, :, :2]
        table = torch.cat([middle, size, scores, coefficients], 2).transpose(1, 2)
        return table, prototypes

    def parts(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return edges [1, N, 4], scores [1, N, C], coefficients [1, N, K] and prototypes."""
        maps = self.backbone(images)
        coefficients = [c(m) for c, m in zip(self.coefficients, maps[1:], strict=True)]
        return *self.distances(images), flat_all(coefficients), self.prototypes(maps[0])


class YoloSegEndToEnd(YoloSeg):
    """The best places are the answer: [1, 20, 6 + K] and prototypes."""

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        edges, scores, coefficients, prototypes = self.parts(images)
        best, at = scores.flatten(1).topk(20)
        count = scores.shape[2]
        places = (at // count)[..., None]
        chosen = edges.gather(1, places.expand(-1, -1, 4))
        shares = coefficients.gather(1, places.expand(-1, -1, PROTOTYPES))
        classes = (at % count)[..., None].to(best)
        return torch.cat([chosen, best[..., None], classes, shares], 2), prototypes


class MaskRcnn(TwoStage):
    """Two stages with a mask of 28 x 28 chances for each box."""

    def __init__(self, classes: int) -> None:
        super().__init__(classes)
        self.masks = nn.Linear(4, 28 * 28)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        boxes, labels, scores = super().forward(images)
        masks = self.masks(boxes / 50).sigmoid().view(-1, 1, 28, 28)
        return boxes, labels, scores, masks
