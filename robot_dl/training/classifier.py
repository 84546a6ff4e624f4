"""A small convolutional classifier: five halvings, then the mean over the picture."""

from __future__ import annotations

from torch import Tensor, nn

from robot_dl.training.blocks import Conv, Partial


class SingleNet(nn.Module):
    """The whole classifier, up to logits."""

    def __init__(self, classes: int) -> None:
        """Make a net for pictures whose sides are multiples of 32."""
        super().__init__()
        self.classes = classes
        self.features = nn.Sequential(
            Conv(3, 16, 3, 2),
            Conv(16, 32, 3, 2),
            Partial(32, 32, 1),
            Conv(32, 64, 3, 2),
            Partial(64, 64, 2),
            Conv(64, 128, 3, 2),
            Partial(128, 128, 2),
            Conv(128, 192, 3, 2),
            Partial(192, 192, 1),
        )
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(192, classes))

    def forward(self, images: Tensor) -> Tensor:
        """Return logits [B, classes] for images [B, 3, H, W] in [0, 1]."""
        logits: Tensor = self.head(self.features(images).mean((2, 3)))
        return logits
