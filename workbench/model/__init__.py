"""The words: what a contract, a sheet, a batch, an outcome and an import log are. They know nothing but each other."""
