"""The recipe of Pivotscope's bundled model: data → tokenizer → training → measurement → export."""
