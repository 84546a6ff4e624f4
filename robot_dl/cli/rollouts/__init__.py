"""Let a policy act in a simulated world, episode by episode: in this process, or over topics."""
