"""Reading a question with a language model where the rules are unsure. It proposes slots, code decides on them."""
