"""From what was recorded to figures: nothing is started here, and no file is opened."""
