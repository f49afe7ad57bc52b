#include "switch/engine/cards.hpp"

namespace turnout::engine {

bool Cards::add(CardPayload const& fields, std::uint32_t account, std::uint64_t pan_h0) noexcept
{
    if (is_full() || find(pan_h0, fields.pan) != ledger::kNone) return false;
    cards_[count_] = Card{fields, account};
    by_pan_.insert(pan_h0, count_++);
    digest_ += ledger::hash_entry(ledger::Entry::card, fields);
    return true;
}

}  // namespace turnout::engine
