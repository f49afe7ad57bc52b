// One message as a table for people or as a JSON object, secrets masked always. Works in buffers
// that are made once: no allocation per message. Not thread-safe.
#pragma once
#include "protocol/iso8583/nested.hpp"
#include "protocol/iso8583/presence_rules.hpp"
#include "tools/cli/message/input.hpp"
#include "tools/cli/message/text_sink.hpp"

#include <array>
#include <vector>

namespace turnout::cli::message {

// Which fields are shown; all when `des` is empty.
struct FieldFilter {
    std::vector<unsigned> des;
    [[nodiscard]] bool wants(unsigned de) const noexcept;
};
// "39,55" or "DE39,DE55".
[[nodiscard]] std::optional<FieldFilter> parse_filter(std::string_view text);

// What is shown of one message.
struct Shown {
    InputMessage const& message;
    iso8583::MessageView const& view;  // decoded, whole or in part
    iso8583::DecodeError error;        // ok() when it is whole
    std::span<iso8583::PresenceViolation const> violations;
    iso8583::PresenceRules const* rules = nullptr;  // of the violations
};

class Renderer {
public:
    // `sink` outlives it.
    explicit Renderer(TextSink& sink, FieldFilter filter = {});

    void table(Shown const& shown);
    void json(Shown const& shown);
    // Only what is wrong with it: lines behind "error: ".
    void error_text(Shown const& shown);
    // One object with "ok":false and the error.
    void error_json(Shown const& shown);

private:
    struct Hidden {
        std::size_t at, bytes;
    };
    void begin(Shown const& shown);
    [[nodiscard]] bool is_hidden(std::size_t at) const noexcept;
    [[nodiscard]] std::string_view value_of(iso8583::MessageView const& view, unsigned de);
    [[nodiscard]] std::string_view explained(iso8583::MessageView const& view, unsigned de);
    [[nodiscard]] ByteView value_bytes(iso8583::MessageView const& view, unsigned de);
    // What lies inside of a value: its layout, its bytes, where they are, whether all is secret.
    struct Inside {
        iso8583::Dialect const& dialect;
        iso8583::NestedSpec const& layout;
        ByteView bytes;
        std::size_t at;  // in the message
        unsigned scale;  // bytes of the message per byte: 2 when it lies as hex
        bool is_secret;
        unsigned depth;
    };
    void row(Shown const& shown, unsigned de);
    void json_field(Shown const& shown, unsigned de);
    void inside_of(Shown const& shown, unsigned de, bool as_json);
    void inside(Inside const& part, bool as_json);
    void inside_row(Inside const& part, iso8583::Subfield const& subfield);
    void inside_json(Inside const& part, iso8583::Subfield const& subfield);
    [[nodiscard]] std::string_view subfield_value(Inside const& part,
                                                  iso8583::Subfield const& subfield);
    void json_place(Shown const& shown);
    void json_error(Shown const& shown);
    void excerpt(Shown const& shown, bool as_json);
    [[nodiscard]] std::string_view tag_value(std::uint32_t tag, ByteView value);

    TextSink& sink_;
    FieldFilter filter_;
    std::vector<char> text_;        // of one value
    std::vector<std::byte> bytes_;  // of one value that lies as hex
    std::array<char, 256> note_{};
    std::vector<Hidden> hidden_;  // of the frame: where a message that failed may hold a PAN
};

}  // namespace turnout::cli::message
