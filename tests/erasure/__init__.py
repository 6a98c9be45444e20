"""The proof that erasing erases: people full of words that nobody else would write, and a search for them everywhere."""
