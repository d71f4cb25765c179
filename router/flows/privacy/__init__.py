"""Privacy requests: asked for by text, confirmed by a code, carried out to a provable end."""
