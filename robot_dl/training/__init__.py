"""How the bundled models are made: data rendered from seeds, nets, losses, export."""
