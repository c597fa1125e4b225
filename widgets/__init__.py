"""Live figures: each a Scene of parameters, numbers, a picture and a sentence."""
