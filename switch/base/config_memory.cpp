#include "switch/base/config.hpp"

#include <algorithm>

namespace turnout {

// Upper bounds per entry, index included (open addressing, at most half full).
static constexpr std::uint64_t kAccountBytes = 192;
static constexpr std::uint64_t kCardBytes = 128;
static constexpr std::uint64_t kHoldBytes = 256;
static constexpr std::uint64_t kTransactionBytes = 192;
static constexpr std::uint64_t kGenerations = 2;
// Echo slot, effect and ring entries of one command in flight.
static constexpr std::uint64_t kInFlightBytes = 1024;
static constexpr std::uint64_t kSessionBytes = 1024;

std::uint64_t memory_bytes(Config const& config) noexcept
{
    auto const& engine = config.engine;
    std::uint64_t bytes = engine.accounts_max * kAccountBytes + engine.cards_max * kCardBytes +
                          engine.holds_max * kHoldBytes +
                          engine.transactions_max * kTransactionBytes * kGenerations;
    bytes += limits::journal_ring_bytes + limits::batch_record_bytes_max;
    auto const loops = std::max<std::uint64_t>(engine.loops, 1);
    bytes += loops * limits::in_flight_per_loop_max * kInFlightBytes;
    for (auto const& listener : config.listeners) {
        auto const in_bytes = std::max<std::uint64_t>(
            limits::session_in_bytes, listener.frame_bytes_max + wire::kFrameOverheadBytesMax);
        bytes += listener.connections_max * (limits::session_out_bytes + in_bytes + kSessionBytes);
    }
    return bytes;
}

}  // namespace turnout
