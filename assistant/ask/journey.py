"""The touchpoints of the journey, and the themes that belong to them; themes of one's own belong to none."""

from collections.abc import Mapping

from pyroaring import BitMap

from assistant.scope import Scope
from assistant.terms import Terms

STAGES = {
    "choosing": ["price_value", "promotions_loyalty", "availability", "features_content", "personalisation"],
    "buying": ["ordering_booking", "billing_payment"],
    "receiving": ["delivery", "setup_onboarding", "fit_and_description"],
    "using": [
        "product_quality", "digital_experience", "service_disruption", "facilities_comfort", "food_drink",
        "staff_in_person", "belongings",
    ],
    "getting help": ["support_service", "wait_time", "communication", "policy_fairness", "account_security"],
    "going back or leaving": ["returns_refunds", "cancellation_contract"],
}  # fmt: skip


def touchpoints(terms: Terms, mark: str) -> Mapping[str, BitMap]:
    """Items by touchpoint, those that speak of one of its themes, with `mark` in that tone."""
    end = f":{mark}" if mark else ""
    return {
        f"touchpoint={stage}{end}": terms.any([f"theme={theme}{end}" for theme in themes])
        for stage, themes in STAGES.items()
    }


def touchpoint_scope(stage: str, mark: str) -> Scope:
    """The scope of a touchpoint."""
    tone = {"polarity": mark} if mark else {}
    return Scope.model_validate({"themes": STAGES[stage], **tone})
