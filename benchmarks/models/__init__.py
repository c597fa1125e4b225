"""Two real models from packages of the registry, in plain code: no hub, no other library than torch."""
