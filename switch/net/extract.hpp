// From a decoded message to a command for the engine, or to an answer given at once, or to nothing.
// Pure: no socket, no clock, no state. Decides only what the message alone can decide; rejects here
// have no effect and are not journaled. Table of presence: docs/formats/wire.md.
#pragma once
#include "protocol/iso8583/message_view.hpp"
#include "switch/base/calendar.hpp"
#include "switch/base/counters.hpp"
#include "switch/base/ids.hpp"
#include "switch/base/keyed_hash.hpp"
#include "switch/engine/command.hpp"
#include "switch/net/link.hpp"

namespace turnout::net {

enum class Outcome : std::uint8_t {
    command,  // hand `command` to the engine; the answer comes later
    answer,   // answer with `rc` now
    drop,     // say nothing
};

struct Extracted {
    Outcome outcome = Outcome::drop;
    CounterId counter = CounterId::commands;  // what to count
    char rc[2] = {};                          // DE 39 of an answer given at once
    std::uint16_t de = 0;     // the data element at fault, 0 when it is the message type
    char const* reason = "";  // for the log; static, never a value
};

struct ExtractInput {
    iso8583::MessageView const& view;
    Link const& link;
    KeyedHash const& hash;
    UnixNanos wall_ns;
    std::uint32_t origin;  // loop << 16 | link
    std::uint8_t dialect;  // for the record (docs/formats/journal.md)
    De7Memo& de7;          // the caller's; without effect on the result
};

// Of a message that decoded without error. Fills `command` (all but echo slot) when the outcome is
// `command`; otherwise it is worthless.
[[nodiscard]] Extracted extract(ExtractInput const& input, engine::Command& command) noexcept;

// Of a message with a decode error: 30 when it asks for an answer and DE 11 was readable.
[[nodiscard]] Extracted extract_broken(iso8583::MessageView const& view,
                                       iso8583::DecodeError const& error) noexcept;

}  // namespace turnout::net
