"""Chapter 1: data that enter only as the policy declares, and what of them is used for what."""
