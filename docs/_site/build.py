"""Build the site, without a network: python docs/_site/build.py build/site"""

import sys
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from polysite.stage import clear, stage

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main(target: Path) -> int:
    work = target.resolve().parent / f"{target.name}-work"
    clear(target)
    stage(ROOT, work / "source")
    options = ["-W", "--keep-going", "-q", "-j", "2", "-b", "html", "-c", str(HERE), "-d", str(work / "doctrees")]
    status = sphinx([*options, str(work / "source"), str(target)])
    if not status:
        print(f"{target} is built; look at it with: {Path(sys.executable).name} -m http.server -d {target}")
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
