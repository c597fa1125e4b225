"""Everything that can be wrong with data, as one tree.

::

    PolyquantError(ValueError)
    ├── DomainError               a value that the code or mechanism does not cover
    ├── DataError                 bytes or bits that are not what they claim to be
    │   ├── TruncatedError        they end too early
    │   ├── CorruptError          a checksum, a reserved bit, a run, a trailing bit is wrong
    │   └── ShareFormatError      the bytes of a share (also a SharingError)
    ├── SharingError              shares that cannot be combined
    │   ├── NotEnoughSharesError
    │   ├── DuplicateShareError
    │   ├── InconsistentSharesError
    │   └── MixedSharesError
    ├── BudgetError               more samples needed than allowed
    └── NotConverged              a solver that has no usable partial answer

A wrong *argument* (a bool for a count, a negative size) is a plain ``ValueError`` or ``TypeError`` that names
the argument, the rule and the value. All classes here are ``ValueError`` too, so one ``except ValueError`` is enough
for a caller who does not care which of the two went wrong.
"""

__all__ = [
    "BudgetError",
    "CorruptError",
    "DataError",
    "DomainError",
    "DuplicateShareError",
    "InconsistentSharesError",
    "MixedSharesError",
    "NotConverged",
    "NotEnoughSharesError",
    "PolyquantError",
    "ShareFormatError",
    "SharingError",
    "TruncatedError",
]


class PolyquantError(ValueError):
    """Root of all errors that polyquant raises about data."""


class DomainError(PolyquantError):
    """A value that the code or mechanism does not cover."""


class DataError(PolyquantError):
    """Bytes or bits that are not what they claim to be."""


class TruncatedError(DataError):
    """The data end before the value does."""


class CorruptError(DataError):
    """The data contradict themselves: checksum, reserved bits, impossible runs, bits left over."""


class SharingError(PolyquantError):
    """Shares that cannot be combined."""


class ShareFormatError(DataError, SharingError):
    """Bytes that are not a share."""


class NotEnoughSharesError(SharingError):
    """Fewer shares than the threshold."""


class DuplicateShareError(SharingError):
    """Two shares of one party."""


class InconsistentSharesError(SharingError):
    """Shares that fit no secret."""


class MixedSharesError(SharingError):
    """Shares of different secrets or parameters."""


class BudgetError(PolyquantError):
    """More samples would be needed than are allowed."""


class NotConverged(PolyquantError):
    """A solver stopped without a usable answer."""
