"""What a publisher types, as forms: read into the parts that services/compose.py saves. None needs JavaScript."""

from disclosure.forms.conflict import Conflict, compared
from disclosure.forms.edition import EditionForm
from disclosure.forms.start import StartForm
from disclosure.forms.uploads import Uploads

__all__ = ["Conflict", "EditionForm", "StartForm", "Uploads", "compared"]
