"""The test bench: real and scripted servers, certificates and sample mail, knowing nothing of the product."""
