"""Packs what stands beside the package in a checkout (the pages, the suites) into the package itself."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BESIDE = ("app.py", "pages", "expectations", ".streamlit")
JUNK = shutil.ignore_patterns("__pycache__", "*.pyc", "secrets.toml")


class Pack(build_py):
    """Builds the package from scratch and puts a copy of everything in `BESIDE` under `workbench/_app`."""

    def run(self) -> None:
        if self.editable_mode:
            return super().run()
        package = Path(self.build_lib, "workbench")
        shutil.rmtree(package, ignore_errors=True)  # a file deleted since the last build must not be packed
        super().run()
        for name in BESIDE:
            if Path(name).is_dir():
                shutil.copytree(name, package / "_app" / name, ignore=JUNK)
            elif Path(name).is_file():
                shutil.copy2(name, self._made(package / "_app") / name)

    @staticmethod
    def _made(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return folder


setup(cmdclass={"build_py": Pack})
