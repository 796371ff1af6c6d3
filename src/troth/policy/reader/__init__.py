"""The parts of `troth.policy.read`: decoding, the lines of the text, the tables of the register."""
