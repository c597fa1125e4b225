"""Is everything here that the lessons need?"""

import polyquant
from polyquant import _kernel
from polyquant.prefix import gamma


def ready() -> None:
    """Say in three lines whether the library answers, whether it is compiled, and whether figures can live here."""
    numbers, bits = [3, 1, 4, 1, 5], gamma.encode_many([3, 1, 4, 1, 5])
    works = gamma.decode_many(bits, len(numbers)).tolist() == numbers
    print(f"polyquant {polyquant.__version__}: {'works' if works else 'gives wrong answers, please report it'}")
    print("compiled cores:", "on" if _kernel.HAVE_NUMBA else "off (numba is missing: same answers, slowly)")
    print("live figures:  ", _figures())


def _figures() -> str:
    try:
        import anywidget  # noqa: F401
        import plotly  # noqa: F401
        from IPython import get_ipython
    except ImportError as missing:
        return f"off ({missing.name} is missing: pip install polyquant[lessons])"
    return "on" if get_ipython() else "off (this is not a notebook)"
