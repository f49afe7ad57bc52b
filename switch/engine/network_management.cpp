// 0800: sign-on, sign-off and echo. A change of a link's state is journaled, so many times a
// minute; asking for the state that it has already is answered once that is durable; an echo
// touches nothing and has no window.
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

constexpr std::uint16_t kSignOn = 1;
constexpr std::uint16_t kSignOff = 2;
constexpr std::uint16_t kEcho = 301;

void set_link(Turn& turn, std::uint32_t at, LinkState state) noexcept
{
    auto const& participant = turn.state.participants[at];
    if (!check_window(turn)) return;
    if (participant.link == state) return answer(turn, code::approved, participant.link_seq);
    if (!may_change_link(participant, turn.ts)) {
        ++turn.state.stats.refused_link_changes;
        return answer(turn, code::unavailable);
    }
    RecordBuilder builder{turn.state, turn.out, record::Type::link_state, turn.ts,
                          turn.command.origin};
    builder.append(LinkStatePayload{participant.fields.id, static_cast<std::uint32_t>(state)});
    answer(turn, code::approved, builder.commit());
}

}  // namespace

void decide_network(Turn& turn) noexcept
{
    auto const at = turn.state.participants.find(turn.command.participant);
    if (at == ledger::kNone) return answer(turn, code::unavailable);
    switch (turn.command.network_code) {
        case kSignOn:
            return set_link(turn, at, LinkState::signed_on);
        case kSignOff:
            return set_link(turn, at, LinkState::signed_off);
        case kEcho:
            return answer(turn, code::approved);
        default:
            return answer(turn, code::invalid_transaction);
    }
}

}  // namespace turnout::engine
