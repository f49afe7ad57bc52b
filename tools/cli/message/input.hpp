// Where the message tools get their messages from: hexadecimal text, a raw stream with a framing,
// a packet capture, JSON lines; a file or standard input. One message at a time, in bounded memory.
// Formats: docs/operations/message-tools.md.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "tools/cli/message/byte_source.hpp"
#include "tools/cli/message/framing_choice.hpp"

#include <optional>

namespace turnout::cli::message {

// Largest message and largest text line that is read.
inline constexpr std::size_t kInputMessageBytesMax = 65535;

enum class InputForm : std::uint8_t {
    hex,    // text: a message per line, per paragraph, or dumps
    raw,    // frames one behind the other
    pcap,   // pcap or pcapng: TCP rebuilt per direction, or UDP
    jsonl,  // {"hex":...} or {"mti":...,"fields":{...}}, one a line
};
[[nodiscard]] std::string_view name_of(InputForm form) noexcept;
[[nodiscard]] std::optional<InputForm> input_form_by_name(std::string_view name) noexcept;
// By the first bytes of an input.
[[nodiscard]] InputForm detect_form(ByteView head) noexcept;

// Where a message was found, for people and programs.
struct Place {
    std::uint64_t line = 0;    // text: from 1; 0 otherwise
    std::uint64_t offset = 0;  // raw: of its first byte; captures: of the bytes of its direction
    std::uint32_t stream = 0;  // captures: direction, from 1
    std::uint64_t at_ns = 0;   // captures: time of the packet that completed it
};

struct InputMessage {
    std::uint64_t number = 0;  // from 1
    ByteView bytes;            // valid until the next call of next()
    ByteView whole;            // with framing and skipped bytes around; valid as long
    Place place;
    std::string problem;  // not empty: this was no message, and why; bytes are then empty
};

struct InputOptions {
    std::optional<InputForm> form;              // not given: by the first bytes
    FramingChoice framing;                      // none: messages lie bare
    std::size_t skip_bytes = 0;                 // in front of each message, behind the framing
    iso8583::Dialect const* dialect = nullptr;  // for JSON lines with fields
};

class Input {
public:
    virtual ~Input() = default;
    // False at the end. After a problem of a stream the input ends.
    [[nodiscard]] virtual bool next(InputMessage& out) = 0;
};

// A source together with what was seen of it, so that it can be looked at first.
struct OpenInput {
    std::unique_ptr<ByteSource> source;
    InputForm form = InputForm::hex;
};
// Opens and detects. The error names the file.
[[nodiscard]] Result<OpenInput, std::string> open_input(std::string const& path,
                                                        std::optional<InputForm> form);
// Reads `source`, which outlives the input, and options.dialect likewise.
[[nodiscard]] std::unique_ptr<Input> make_input(ByteSource& source, InputForm form,
                                                InputOptions const& options);

// "line 3", "byte 120", "stream 2, byte 0".
[[nodiscard]] std::string describe(Place const& place);

}  // namespace turnout::cli::message
