// What `turnout replay` sends: requests taken from a packet capture (TCP streams rebuilt by
// libtins) or from JSON lines, each with the answer that was recorded for it, if any. Read as a
// whole before anything is sent.
#pragma once
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect.hpp"
#include "protocol/wire/framing.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace turnout::loadgen {

inline constexpr std::size_t kReplayMessagesMax = 4'000'000;

struct ReplayMessage {
    std::vector<std::byte> request;  // body, without length header
    std::vector<std::byte> expect;   // recorded answer; empty: none
    std::uint64_t at_ns = 0;         // since the first message
    std::uint32_t stream = 0;        // 0, 1, ... in order of appearance
};

struct ReplaySource {
    std::vector<ReplayMessage> messages;
    std::uint32_t streams = 0;
    std::uint64_t answers = 0;         // recorded answers that found their request
    std::uint64_t skipped = 0;         // neither a request nor the answer to one
    std::uint64_t undecodable = 0;     // frames that the dialect refuses (not sent)
    std::uint64_t broken_streams = 0;  // out of step with the framing; the rest of them is unread
};

struct SourceOptions {
    iso8583::Dialect const* dialect = nullptr;
    wire::Framing framing = wire::Framing::binary2;
    std::optional<std::uint16_t> dst_port;  // only requests sent to this port
};

// By the end of the name: .pcap, .pcapng or .cap is a capture, all else JSON lines
// {"hex":"0100...","at_ns":0,"expect":"0110..."}. The error names file and line, never a value.
[[nodiscard]] Result<ReplaySource, std::string> load_replay_source(std::string const& path,
                                                                   SourceOptions const& options);

}  // namespace turnout::loadgen
