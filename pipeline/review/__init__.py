"""Curators' decisions: proposals taken, values corrected, errors waived, submissions sent back."""

from pipeline.review.deciding import (
    accept,
    decision_digest,
    hold,
    merged,
    return_,
    standing,
    verdict,
    waive,
    waivers,
    why_not_waived,
)
from pipeline.review.offers import Proposal, Refused, key, numbered, pick, proposals, value_digest
from pipeline.review.replay import (
    CORRECTION_WITHHELD,
    PROPOSAL_WITHHELD,
    Judge,
    Settled,
    Typed,
    apply_decision,
    place_of,
    settle,
)

__all__ = [
    "CORRECTION_WITHHELD",
    "PROPOSAL_WITHHELD",
    "Judge",
    "Proposal",
    "Refused",
    "Settled",
    "Typed",
    "accept",
    "apply_decision",
    "decision_digest",
    "hold",
    "key",
    "merged",
    "numbered",
    "pick",
    "place_of",
    "proposals",
    "return_",
    "settle",
    "standing",
    "value_digest",
    "verdict",
    "waive",
    "waivers",
    "why_not_waived",
]
