"""The test bench: servers, certificates and sample mail, knowing nothing of the product."""
