"""Tiny transformers that detect, from Hugging Face's public implementations, random weights."""

import os

import torch
from torch import Tensor, nn

# The library would look for newer files on its hub otherwise.
os.environ['HF_HUB_OFFLINE'] = '1'

from transformers import (
    DetrConfig,
    DetrForObjectDetection,
    DFineConfig,
    DFineForObjectDetection,
    HGNetV2Config,
    ResNetConfig,
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrResNetConfig,
)

QUERIES = 30
WIDTH = 32


class LogitsAndBoxes(nn.Module):
    """The two outputs that exporters keep: logits [1, N, C] and cx, cy, w, h [1, N, 4]."""

    def __init__(self, detector: nn.Module) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        found = self.detector(images)
        return found.logits, found.pred_boxes


class Deployed(LogitsAndBoxes):
    """With the last step in the graph: labels, boxes in pixels of the given sizes, scores."""

    def forward(self, images: Tensor, sizes_wh: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, boxes = super().forward(images)
        scores, at = logits.sigmoid().flatten(1).topk(QUERIES)
        labels, queries = at % logits.shape[2], at // logits.shape[2]
        low, high = boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2
        edges = torch.cat([low, high], 2) * sizes_wh.repeat(1, 2)[:, None].to(boxes)
        return labels, edges.gather(1, queries[..., None].expand(-1, -1, 4)), scores


def detr(classes: int) -> nn.Module:
    """DETR: the last logit means 'no object'."""
    config = DetrConfig(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=ResNetConfig(
            embedding_size=8,
            hidden_sizes=[8, 8, 16, 16],
            depths=[1, 1, 1, 1],
            layer_type='basic',
            out_features=['stage4'],
        ),
        d_model=WIDTH,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=WIDTH,
        decoder_ffn_dim=WIDTH,
        num_queries=QUERIES,
        num_labels=classes,
        init_std=0.5,
    )
    return LogitsAndBoxes(DetrForObjectDetection(config))


def hybrid(classes: int) -> dict:
    """Return what RT-DETR and D-FINE have in common."""
    return {
        'encoder_hidden_dim': WIDTH,
        'encoder_in_channels': [16, 16, 16],
        'encoder_ffn_dim': WIDTH,
        'encoder_attention_heads': 2,
        'hidden_expansion': 0.5,
        'd_model': WIDTH,
        'decoder_in_channels': [WIDTH] * 3,
        'decoder_ffn_dim': WIDTH,
        'decoder_attention_heads': 2,
        'decoder_layers': 2,
        'decoder_n_points': 2,
        'num_queries': QUERIES,
        'num_denoising': 0,
        'num_labels': classes,
        'freeze_backbone_batch_norms': False,
        'initializer_range': 0.2,
    }


def rtdetr(classes: int) -> nn.Module:
    """RT-DETR: one logit a class, and no class for nothing."""
    backbone = RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type='basic',
        out_features=['stage2', 'stage3', 'stage4'],
    )
    config = RTDetrConfig(backbone_config=backbone, **hybrid(classes))
    return LogitsAndBoxes(livelier(RTDetrForObjectDetection(config)))


def dfine(classes: int) -> nn.Module:
    """D-FINE: as RT-DETR, with edges as distributions."""
    backbone = HGNetV2Config(
        stem_channels=[3, 8, 8],
        stage_in_channels=[8, 16, 16, 16],
        stage_mid_channels=[8, 8, 8, 8],
        stage_out_channels=[16, 16, 16, 16],
        hidden_sizes=[16, 16, 16, 16],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        stage_downsample=[False, True, True, True],
        stage_light_block=[False, False, True, True],
        stage_kernel_size=[3, 3, 3, 3],
        out_features=['stage2', 'stage3', 'stage4'],
    )
    config = DFineConfig(backbone_config=backbone, **hybrid(classes))
    return LogitsAndBoxes(livelier(DFineForObjectDetection(config)))


def rtdetr_deployed(classes: int) -> nn.Module:
    """RT-DETR as its own exporter writes it, for a robot to read without a decoder."""
    return Deployed(rtdetr(classes).detector)


def livelier(detector: nn.Module) -> nn.Module:
    """Return it with class logits that differ: a fresh one says 0.01 to everything."""
    for name, module in detector.named_modules():
        if ('class_embed' in name or 'enc_score_head' in name) and isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.5)
            nn.init.zeros_(module.bias)
    return detector
