"""`python -m workbench`."""

from workbench.doors.cli import main

if __name__ == "__main__":
    main()
