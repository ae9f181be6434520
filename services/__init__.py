"""The services. None imports another; each imports ``shared`` alone."""
