"""Who asks: the command line, the pages, the worker. All of them ask the same Workbench."""
