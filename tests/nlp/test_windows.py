import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from nlp.windows import pack, windows

WORDS = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "late", "parcel", "kind", "driver", "."]


@pytest.fixture
def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return made


def test_each_token_knows_its_clause(tokenizer):
    """Tokens are numbered by the clause that they stand in; [CLS] and [SEP] belong to none."""
    [[window]] = windows(["late parcel. kind driver"], [[(0, 12), (13, 24)]], tokenizer, 16)

    assert window.clauses.tolist() == [-1, 0, 0, 0, 1, 1, -1]


def test_a_long_text_is_cut_between_clauses(tokenizer):
    """A text that does not fit into one window is cut at the last clause boundary that fits."""
    text = "late parcel. kind driver. late"
    [found] = windows([text], [[(0, 12), (13, 25), (26, 30)]], tokenizer, 8)

    assert [window.clauses.tolist() for window in found] == [[-1, 0, 0, 0, 1, 1, 1, -1], [-1, 2, -1]]


@pytest.mark.parametrize("max_tokens", [4, 7, 50, 600])
def test_no_token_is_lost(tokenizer, max_tokens):
    """However small the windows are, together they hold every token of the text, in order."""
    text = "late parcel kind driver . " * 40
    [found] = windows([text], [[(0, 300), (300, len(text))]], tokenizer, max_tokens)

    body = np.concatenate([window.ids[1:-1] for window in found])
    assert body.tolist() == [4, 5, 6, 7, 8] * 40
    assert max(len(window.ids) for window in found) <= max_tokens


def test_a_batch_numbers_clauses_and_items_through(tokenizer):
    """In a batch, clauses are counted on from item to item; windows of one length come together, shorter ones first."""
    groups = windows(["late", "kind driver"], [[(0, 4)], [(0, 4), (5, 11)]], tokenizer, 16)
    batch = pack(groups, [1, 2])

    assert batch.groups == ((1, 3), (1, 4))
    assert batch.clause_of.tolist() == [3, 0, 3, 3, 1, 2, 3]
    assert batch.positions.tolist() == [0, 1, 2, 0, 1, 2, 3]
    assert batch.item_of.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert batch.item_of_clause.tolist() == [0, 1, 1]
