// Messages written out: a hex line, a raw frame, or a JSON line for each.
#pragma once
#include "tools/cli/message/input.hpp"
#include "tools/cli/message/text_sink.hpp"

namespace turnout::cli::message {

enum class OutputForm : std::uint8_t { hex, raw, jsonl };
[[nodiscard]] std::optional<OutputForm> output_form_by_name(std::string_view name) noexcept;
// The one that an input's messages go back to; captures become JSON lines, with their times.
[[nodiscard]] OutputForm output_form_of(InputForm form) noexcept;

// `bytes` with its framing, as it shall lie.
void write_message(TextSink& sink, OutputForm form, ByteView bytes, Place const& place = {});

// `body` in a frame; false when it does not fit. `out` is replaced.
[[nodiscard]] bool frame_message(FramingChoice const& framing, ByteView body,
                                 std::vector<std::byte>& out);

}  // namespace turnout::cli::message
