"""The way in: files and API items are read, mapped, redacted, tagged and stored."""

from assistant.intake.customers import CustomerIn, Customers
from assistant.intake.feedback import FeedbackIn, Intake, ItemResult
from assistant.intake.importer import Importer
from assistant.intake.mapping import Column, ColumnMapping
from assistant.intake.previews import Preview
from assistant.intake.reports import ImportReport, Progress
from assistant.intake.tagging import DocumentTagger

__all__ = [
    "Column",
    "ColumnMapping",
    "CustomerIn",
    "Customers",
    "DocumentTagger",
    "FeedbackIn",
    "ImportReport",
    "Importer",
    "Intake",
    "ItemResult",
    "Preview",
    "Progress",
]
