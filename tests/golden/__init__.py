"""What the engine makes of programmes and histories, worked out by hand, one YAML file a theme."""
