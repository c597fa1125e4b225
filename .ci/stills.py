"""Pictures and sentences of explorables at their start, for readers without a kernel: widgets/explorables/NAME.png.

    python .ci/stills.py                 all of them
    python .ci/stills.py pyramid         one

The picture carries a print of what was drawn, so that a test notices when the explorable draws something else.
"""

import io
import json
import sys
from contextlib import closing

from browser.chrome import Browser
from browser.stand import EXPLORABLES, Stand, fingerprint
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from polyquant_widgets._explorable import EXPLORABLES as NAMES

COLOURS = 64
DRAWN = """
const done = arguments[1];
import(new URL(`${arguments[0]}.js`, location)).then(({ parameters, compute, view }) => {
  const start = Object.fromEntries(Object.entries(parameters).map(([key, { start }]) => [key, start]));
  done(JSON.stringify(view(start, compute(start), () => {})));
});
"""


def still(browser: Browser, stand: Stand, name: str) -> tuple[bytes, str]:
    """The start of explorable *name* as a PNG, and its sentence."""
    driver = browser.driver
    browser.open(stand.url(name))
    (stage,) = driver.find_elements("css selector", ".pq-stage")
    driver.execute_script("document.activeElement.blur()")
    shot = Image.open(io.BytesIO(stage.screenshot_as_png)).convert("RGB")
    said, small = PngInfo(), io.BytesIO()
    said.add_text("drawn", fingerprint(driver.execute_async_script(DRAWN, name)))
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True, pnginfo=said)
    if problems := browser.complaints():
        raise RuntimeError(f"{name}: {problems}")
    return small.getvalue(), driver.find_element("css selector", ".pq-status").get_attribute("textContent")


def main() -> None:
    file = EXPLORABLES / "sentences.json"
    sentences = json.loads(file.read_text()) if file.exists() else {}
    with closing(Browser()) as browser, closing(Stand()) as stand:
        browser.driver.set_window_size(744, 1200)  # 720 for the explorable
        for name in sys.argv[1:] or NAMES:
            png, sentences[name] = still(browser, stand, name)
            (EXPLORABLES / f"{name}.png").write_bytes(png)
            print(f"{name}.png, {len(png)} bytes: {sentences[name]}")
    ordered = {name: sentences[name] for name in NAMES if name in sentences}
    file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
