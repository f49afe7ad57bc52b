"""Which demo cards are special; the rest have 100,000.00 EUR each."""

POOR_CARD = 99  # every hundredth account has five cents
_FROM_THE_END = {"blocked": 4, "lost": 3, "stolen": 2, "expired": 1}


def card(state, cards):
    """Index of a card that is blocked, lost, stolen or expired, of `cards` in all."""
    return cards - _FROM_THE_END[state]
