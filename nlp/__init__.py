"""Text in, tags out: encoder, tagger, sentences, language, redaction, training and evaluation."""
