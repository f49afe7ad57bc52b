#include "tools/cli/message/message_writer.hpp"

#include <algorithm>

namespace turnout::cli::message {

std::optional<OutputForm> output_form_by_name(std::string_view name) noexcept
{
    if (name == "hex") return OutputForm::hex;
    if (name == "raw") return OutputForm::raw;
    return name == "jsonl" ? std::optional(OutputForm::jsonl) : std::nullopt;
}

OutputForm output_form_of(InputForm form) noexcept
{
    if (form == InputForm::raw) return OutputForm::raw;
    return form == InputForm::hex ? OutputForm::hex : OutputForm::jsonl;
}

void write_message(TextSink& sink, OutputForm form, ByteView bytes, Place const& place)
{
    switch (form) {
        case OutputForm::raw:
            sink << as_text(bytes);
            break;
        case OutputForm::hex:
            sink.hex(bytes) << '\n';
            break;
        case OutputForm::jsonl:
            (sink << "{\"hex\":\"").hex(bytes) << '"';
            if (place.at_ns != 0) (sink << ",\"at_ns\":").number(place.at_ns);
            sink << "}\n";
            break;
    }
    sink.end_message();
}

bool frame_message(FramingChoice const& framing, ByteView body, std::vector<std::byte>& out)
{
    if (!framing.framing) {
        out.assign(body.begin(), body.end());
        return true;
    }
    auto const& form = *framing.framing;
    auto const front = wire::frame_header_bytes(form);
    out.resize(body.size() + wire::kFrameOverheadBytesMax);
    std::copy(body.begin(), body.end(), out.begin() + static_cast<std::ptrdiff_t>(front));
    auto const bytes = wire::write_frame(form, {}, out, body.size());
    out.resize(bytes);
    return bytes != 0;
}

}  // namespace turnout::cli::message
