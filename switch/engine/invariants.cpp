#include "switch/engine/invariants.hpp"

#include "switch/engine/state.hpp"
#include "switch/ledger/invariants.hpp"

#include <vector>

namespace turnout::engine {

namespace {

struct Pending {
    std::int64_t debits = 0, credits = 0;
};

std::vector<Pending> pending_of_holds(Engine::State const& state, std::string& broken)
{
    std::vector<Pending> pending(state.ledger.count());
    ledger::Digest digest;
    std::vector<std::uint32_t> owned(limits::participants_max + 1);
    state.holds.for_each([&](Hold const& hold) {
        ++owned[hold.owner];
        if (hold.rest <= 0 || hold.rest > hold.amount)
            broken += "hold " + std::to_string(hold.seq) + ": rest out of range\n";
        pending[hold.payer].debits += hold.rest;
        pending[hold.payee].credits += hold.rest;
        HoldFields const& fields = hold;
        digest += ledger::hash_entry(ledger::Entry::hold, fields);
        if (state.holds.find_seq(hold.seq) == ledger::kNone)
            broken += "hold " + std::to_string(hold.seq) + ": not found by its sequence\n";
    });
    for (std::size_t owner = 0; owner < owned.size(); ++owner)
        if (owned[owner] != state.holds.used_by(static_cast<Owner>(owner)))
            broken += "holds per participant are not those that are open\n";
    if (digest != state.holds.digest()) broken += "the digest is not that of the holds\n";
    return pending;
}

}  // namespace

std::string broken_invariants(Engine::State const& state)
{
    auto broken = ledger::broken_invariants(state.ledger);
    auto const pending = pending_of_holds(state, broken);
    for (std::uint32_t at = 0; at < state.ledger.count(); ++at) {
        auto const& account = state.ledger[at];
        if (account.debits_pending != pending[at].debits ||
            account.credits_pending != pending[at].credits)
            broken += "account " + std::to_string(at) + ": pending is not what its holds hold\n";
    }
    if (!state.transactions.counts_are_right())
        broken += "rows per participant are not those that are there\n";
    if (state.transactions.digest() != state.transactions.scanned_digest())
        broken += "the digest is not that of the transactions\n";
    ledger::Digest cards;
    for (std::uint32_t at = 0; at < state.cards.count(); ++at)
        cards += ledger::hash_entry(ledger::Entry::card, state.cards[at].fields);
    if (cards != state.cards.digest()) broken += "the digest is not that of the cards\n";
    return broken;
}

}  // namespace turnout::engine
