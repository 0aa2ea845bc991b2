"""What the checks know, apart from how they check: the vocabulary of HTML, mail clients, words for errors."""
