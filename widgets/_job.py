"""A button for what takes longer than a slider's step, with a bar that shows how far it is, and a button to stop it."""

import threading
from collections.abc import Callable, Iterator

import ipywidgets as ipw


class Job(ipw.HBox):
    """*steps* makes an iterator of the share that is done, 0 to 1; a click on *label* runs it beside the kernel.

    Attributes
    ----------
    begin, stop : ipywidgets.Button
    bar : ipywidgets.FloatProgress
    """

    def __init__(self, label: str, steps: Callable[[], Iterator[float]], hint: str = "") -> None:
        self.begin = ipw.Button(description=label, tooltip=hint or label, layout={"width": "auto"})
        self.stop = ipw.Button(description="Stop", tooltip="stop, and keep what is there", disabled=True)
        self.bar = ipw.FloatProgress(0.0, min=0.0, max=1.0)
        self._steps, self._halted = steps, threading.Event()
        self._thread: threading.Thread | None = None
        self.begin.on_click(lambda _: self.start())
        self.stop.on_click(lambda _: self._halted.set())
        super().__init__([self.begin, self.bar, self.stop])
        self.add_class("pq-job")

    def start(self) -> None:
        """Run in a thread of its own, so that the kernel hears the Stop button."""
        self.halt()
        self._thread = threading.Thread(target=self.run, daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Run here and now, to the end or until somebody says stop."""
        self._halted.clear()
        self.begin.disabled, self.stop.disabled, self.bar.value = True, False, 0.0
        try:
            for share in self._steps():
                self.bar.value = share
                if self._halted.is_set():
                    break
        finally:
            self.begin.disabled, self.stop.disabled = False, True

    def halt(self) -> None:
        """Stop after the step that is being computed, and wait for it."""
        self._halted.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None
