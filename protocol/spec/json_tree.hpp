// A JSON document (RFC 8259) as a tree that knows where in the text each value and key stands.
// nlohmann-json reads; this adds positions and bounds, and refuses a key that is there twice.
#pragma once
#include "protocol/spec/spec_error.hpp"

#include <cstdint>
#include <optional>

namespace turnout::spec {

inline constexpr std::size_t kJsonDepthMax = 32;

struct JsonMember;

struct JsonNode {
    enum class Kind : std::uint8_t { null = 0, boolean, integer, real, text, list, object };
    Kind kind = Kind::null;
    bool boolean = false;
    std::size_t at = 0;  // byte of its first character
    std::int64_t integer = 0;
    std::string text;
    std::vector<JsonNode> items;      // list
    std::vector<JsonMember> members;  // object, in the order of the file

    // First member of that key, nullptr when there is none or this is no object.
    [[nodiscard]] JsonNode const* find(std::string_view key) const noexcept;
};

struct JsonMember {
    std::string key;
    std::size_t key_at = 0;
    JsonNode value;
};

// Reads the report's text. Nothing, with errors added, when it is no JSON, too large or too deep;
// a key that is there twice is an error too, and the tree holds the first of them.
[[nodiscard]] std::optional<JsonNode> parse_json(SpecReport& report);

// "a list", "a text": what a node is, for error texts.
[[nodiscard]] std::string_view kind_name(JsonNode::Kind kind) noexcept;

}  // namespace turnout::spec
