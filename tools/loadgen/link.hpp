// One connection of the generator: its socket, its buffers, its messages in flight and the approved
// messages that a completion or a reversal can refer to. Owned by the generator's thread.
#pragma once
#include "tools/loadgen/in_flight.hpp"
#include "tools/loadgen/mix.hpp"

#include <array>
#include <memory>
#include <optional>

namespace turnout::loadgen {

// An approved message of this link, usable once.
struct Reference {
    Kind kind = Kind::auth;
    std::uint32_t card = 0;
    std::uint64_t amount = 0;
    std::uint32_t stan = 0;
    std::uint32_t rotation = 0;
    std::uint32_t rrn_number = 0;
    MessageTime time{};
};

// The newest references; older ones fall out. Bounded.
class ReferenceRing {
public:
    void push(Reference const& reference) noexcept
    {
        entries_[head_++ % entries_.size()] = reference;
        if (count_ < entries_.size()) ++count_;
    }
    // The newest one of terminal `rotation`; older terminals' ones are thrown away.
    [[nodiscard]] std::optional<Reference> pop(std::uint32_t rotation) noexcept
    {
        if (count_ == 0) return std::nullopt;
        auto const& newest = entries_[--head_ % entries_.size()];
        --count_;
        if (newest.rotation == rotation) return newest;
        count_ = 0;
        return std::nullopt;
    }

private:
    std::array<Reference, 64> entries_{};
    std::uint64_t head_ = 0;
    std::size_t count_ = 0;
};

struct Link {
    Link(std::uint64_t entropy, unsigned number, std::size_t slots, std::size_t out_bytes_max,
         std::size_t in_bytes_max)
        : identity(entropy, number),
          in_flight(slots),
          out(std::make_unique<std::byte[]>(out_bytes_max)),
          out_bytes(out_bytes_max),
          in(std::make_unique<std::byte[]>(in_bytes_max)),
          in_bytes(in_bytes_max)
    {
    }

    int fd = -1;
    bool dirty = false;  // has unsent messages, is in the cycle's list
    bool wants_writable = false;
    Identity identity;
    Terminal terminal{};  // of the rotation below
    std::uint32_t terminal_rotation = UINT32_MAX;
    InFlight in_flight;
    std::uint64_t unstamped = 0;  // first message whose send time is not set yet

    std::unique_ptr<std::byte[]> out;
    std::size_t out_bytes;
    std::size_t out_head = 0, out_tail = 0;
    std::unique_ptr<std::byte[]> in;
    std::size_t in_bytes;
    std::size_t in_used = 0;

    ReferenceRing holds;   // approved auths
    ReferenceRing posted;  // approved purchases and withdrawals
};

}  // namespace turnout::loadgen
