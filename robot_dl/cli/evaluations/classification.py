"""Score a classifier."""

from __future__ import annotations

from typing import Any

from robot_dl.training.evaluation import Watch, evaluate


def score(model: str, world: str, seeds: range, device: str, watch: Watch[Any]) -> dict[str, Any]:
    """Return the scores of a classifier on the single objects with these seeds."""
    from robot_dl.classification.pipeline import open_classifier
    from robot_dl.training.classification_evaluation import (
        Picture,
        Rgb,
        Scores,
        Tally,
        render_picture,
    )
    from robot_dl.training.classification_limits import IMAGES, limits

    classifier = open_classifier(model, device)
    options = {**classifier.card.decoder_options, 'temperature': 1.0}
    untempered = type(classifier.decoder).from_dict(options)

    def classify(image: Rgb) -> tuple[Scores, Scores]:
        outputs = classifier.infer(classifier.prepare(image)[0])
        return classifier.scores(outputs), untempered.decode(outputs)

    def look(picture: Picture) -> tuple[Scores, Scores]:
        return classify(picture.image)

    found = evaluate(render_picture, Tally, look, classifier.card.labels, seeds, watch)
    beyond = limits(lambda image: classify(image)[0], seeds[:IMAGES], watch)
    return {**found, 'limits': beyond}


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    lines = [f'{"class":12}  recall  precision']
    for name, row in result['per_class'].items():
        lines.append(f'{name:12}  {row["recall"]:.3f}   {row["precision"]:.3f}')
    lines.append(f'{"top-1":12}  {result["top1"]:.4f}')
    errors = f'{result["ece"]:.4f} ({result["ece_uncalibrated"]:.4f} without the temperature)'
    lines += [f'calibration error {errors}', f'{result["images"]} pictures']
    far, strange = (result['limits'][key] for key in ('top1_twice_as_far', 'sure_of_strangers'))
    lines += [f'twice as far away: top-1 {far:.3f}; sure of things of no class: {strange:.3f}']
    return '\n'.join(lines)
