"""What the desk's API and the studio's say alike: errors, bodies."""
