"""The reference articles that ship with the program: metadata and fingerprints, without their texts."""
