// A journal record as people and programs read it, masked: the PAN as first six and last four, no
// other secret is in a record. Keys: docs/operations/load-testing.md names those that tests
// compare.
#pragma once
#include "protocol/core/bytes.hpp"
#include "switch/base/record.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace turnout::cli {

struct RecordParts {
    record::Header header;
    std::optional<record::Context> context;  // of transactions
    ByteView legs;                           // context->legs of them
};

// Copies the fixed parts out of `bytes`; nullopt when the lengths do not agree.
// The legs stay borrowed from `bytes`.
[[nodiscard]] std::optional<RecordParts> split_record(ByteView bytes) noexcept;
std::optional<RecordParts> split_record(std::vector<std::byte>&& bytes) = delete;
[[nodiscard]] record::Leg leg_at(RecordParts const& parts, std::size_t index) noexcept;

// "post", "hold", "capture", ...; "type-99" for a number without a name.
[[nodiscard]] std::string type_name(std::uint16_t type);
// The number of a name, nullopt when there is none.
[[nodiscard]] std::optional<std::uint16_t> type_by_name(std::string_view name);

[[nodiscard]] nlohmann::ordered_json record_json(RecordParts const& parts);
[[nodiscard]] std::string record_line(RecordParts const& parts);

// 32 hex digits.
[[nodiscard]] std::string id_text(std::uint64_t lo, std::uint64_t hi);

}  // namespace turnout::cli
