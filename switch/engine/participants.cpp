#include "switch/engine/participants.hpp"

#include <cstring>

namespace turnout::engine {

namespace {

std::string_view name_of(char const (&name)[32]) noexcept
{
    return {name, ::strnlen(name, sizeof name)};
}

// What the digest covers of a participant: who it is, where its money is, and its link.
ledger::Digest hash_of(Participant const& participant) noexcept
{
    struct Fields {
        ParticipantPayload participant;
        std::uint64_t link_seq;
        std::uint32_t link;
        std::uint32_t zero;
    } const fields{participant.fields, participant.link_seq,
                   static_cast<std::uint32_t>(participant.link), 0};
    auto sum = ledger::hash_entry(ledger::Entry::participant, fields);
    for (std::uint32_t at = 0; at < participant.fields.positions; ++at) {
        struct Position {
            std::uint64_t participant, number, account_lo, account_hi;
        } const position{participant.fields.id, at, participant.positions[at].account_lo,
                         participant.positions[at].account_hi};
        sum += ledger::hash_entry(ledger::Entry::participant, position);
    }
    return sum;
}

}  // namespace

std::uint32_t Participants::find(std::string_view name) const noexcept
{
    for (std::uint32_t at = 0; at < count_; ++at)
        if (name_of(participants_[at].fields.name) == name) return at;
    return ledger::kNone;
}

bool Participants::add(ParticipantPayload const& fields, std::span<PositionPayload const> positions,
                       ledger::Ledger const& ledger) noexcept
{
    if (count_ == participants_.size() || fields.id == 0 || find(fields.id) != ledger::kNone)
        return false;
    if (positions.size() > limits::currencies_max || fields.positions != positions.size())
        return false;
    auto& added = participants_[count_];
    added.fields = fields;
    added.link = LinkState::signed_off;
    added.link_seq = 0;
    added.changes_from = 0;
    added.changes = 0;
    for (std::size_t at = 0; at < positions.size(); ++at) {
        auto const account = ledger.find({positions[at].account_lo, positions[at].account_hi});
        if (account == ledger::kNone ||
            ledger[account].kind != static_cast<std::uint8_t>(ledger::Kind::position))
            return false;
        added.positions[at] = {positions[at].account_lo, positions[at].account_hi, account,
                               ledger[account].currency};
    }
    by_id_.insert(ledger::spread(fields.id), count_++);
    digest_ += hash_of(added);
    return true;
}

void Participants::set_link(std::uint32_t at, LinkState state, Sequence seq, UnixNanos ts) noexcept
{
    auto& participant = participants_[at];
    digest_ -= hash_of(participant);
    participant.link = state;
    participant.link_seq = seq;
    if (participant.changes == 0 || ts - participant.changes_from >= kLinkChangesNs) {
        participant.changes_from = ts;
        participant.changes = 0;
    }
    ++participant.changes;
    digest_ += hash_of(participant);
}

bool Products::add(ProductPayload const& product) noexcept
{
    if (count_ == products_.size() || product.id == 0 || find(product.id) != nullptr) return false;
    products_[count_] = product;
    by_id_.insert(ledger::spread(product.id), count_++);
    digest_ += ledger::hash_entry(ledger::Entry::product, product);
    return true;
}

}  // namespace turnout::engine
