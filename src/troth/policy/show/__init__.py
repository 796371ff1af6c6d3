"""A version in other forms: JSON, JSON-LD with DPV terms, a record of processing. Pure."""

from troth.policy.show.linked import as_jsonld
from troth.policy.show.record import Row, record_of_processing
from troth.policy.show.whole import as_json

__all__ = ["Row", "as_json", "as_jsonld", "record_of_processing"]
