// Builds one framed answer from what was kept of the request and what was decided. Pure; no
// allocation. Fields per message and outcome: docs/formats/wire.md.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "protocol/wire/framing.hpp"
#include "switch/engine/command.hpp"
#include "switch/net/echo_slots.hpp"

namespace turnout::net {

// What the answer says beyond the echo.
struct Decision {
    char rc[2] = {};           // DE 39
    char approval[6] = {};     // DE 38; first byte 0 = none
    std::int64_t amount = 0;   // DE 4 in place of the request's; 0 = echo
    bool has_balance = false;  // DE 54: two groups
    std::uint16_t currency = 0;
    std::int64_t ledger_balance = 0;
    std::int64_t available = 0;
};
[[nodiscard]] Decision decision_of(engine::Effect const& effect) noexcept;

// Writes the whole frame (prefix, message header, message, trailer) into `out`
// (limits::answer_bytes_max always suffices); returns bytes written, 0 when it does not fit or a
// field cannot be built (then `out` is worthless).
[[nodiscard]] std::size_t build_answer(iso8583::Dialect const& dialect,
                                       wire::Framing const& framing, EchoFields const& echo,
                                       Decision const& decision, ByteSpan out) noexcept;

}  // namespace turnout::net
