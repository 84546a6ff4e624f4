"""What is wrong with an image, and not with us."""


class ImageError(ValueError):
    """An image contradicts itself, is in an encoding that nobody here reads, or of no use.

    A node tells it in a sentence and looks at the next image; every other exception is a mistake
    of ours, and the same one again and again makes the node give up.
    """
