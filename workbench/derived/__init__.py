"""What is made of a contract, one artefact a file."""
