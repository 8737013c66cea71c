"""Makes weights and the card that travels with them."""
