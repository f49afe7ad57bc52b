// From the PAN to the account, and whether the card may do this.
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

AnswerCode code_of(CardStatus status) noexcept
{
    switch (status) {
        case CardStatus::active:
            return code::approved;
        case CardStatus::blocked:
            return code::restricted;
        case CardStatus::lost:
            return code::lost;
        case CardStatus::stolen:
            return code::stolen;
    }
    return code::restricted;
}

bool find_card(Turn& turn) noexcept
{
    if (!turn.has(has_pan)) return false;
    turn.card = turn.state.cards.find(turn.command.pan_h0, turn.command.pan);
    return turn.card != ledger::kNone;
}

bool is_expired(Turn& turn, CardPayload const& card) noexcept
{
    if (card.expiry_yymm < turn.state.day_of(turn.ts).yymm) return true;
    return turn.has(has_expiry) && turn.command.expiry_yymm != card.expiry_yymm;
}

}  // namespace

AnswerCode check_card(Turn& turn) noexcept
{
    if (!find_card(turn)) return code::invalid_card;
    auto const& card = turn.state.cards[turn.card];
    auto const status = code_of(static_cast<CardStatus>(card.fields.status));
    if (status != code::approved) return status;
    if (is_expired(turn, card.fields)) return code::expired;
    auto const& account = turn.state.ledger[card.account];
    // An inquiry may come without DE 49; then the account's currency is meant.
    auto const is_inquiry = turn.operation == Operation::inquiry;
    if (!(is_inquiry && !turn.has(has_currency)) && account.currency != turn.command.currency)
        return code::not_permitted_to_card;
    if (!is_inquiry && turn.position == ledger::kNone) return code::not_permitted_to_card;
    if (turn.operation != Operation::refund) {
        if ((account.flags & ledger::closed) != 0) return code::invalid_card;
        if ((account.flags & ledger::frozen) != 0) return code::restricted;
    }
    turn.account = card.account;
    return code::approved;
}

// FORCED skips status, expiry and limit: the money has already changed hands at the terminal. A
// card that nobody knows, or whose account is in another currency, is booked on SUSPENSE.
AnswerCode check_forced(Turn& turn) noexcept
{
    if (turn.position == ledger::kNone) return code::not_permitted_to_card;
    if (find_card(turn)) {
        auto const account = turn.state.cards[turn.card].account;
        if (turn.state.ledger[account].currency == turn.command.currency) {
            turn.account = account;
            return code::approved;
        }
    }
    auto const* const book = turn.state.ledger.book(turn.command.currency);
    turn.account = book != nullptr ? book->suspense : ledger::kNone;
    return turn.account == ledger::kNone ? code::not_permitted_to_card : code::approved;
}

}  // namespace turnout::engine
