// From the five keys that say how a listener frames messages to the framing itself.
#include "switch/base/config_reader.hpp"

#include <fmt/format.h>

namespace turnout::config_reader {

using Problem = std::optional<FramingProblem>;

static Problem read_framing(ListenerConfig& listener)
{
    auto const framing = wire::framing_of(listener.framing_text);
    if (!framing.has_value()) {
        std::vector<std::string_view> names;
        for (auto const& known : wire::framings())
            names.push_back(known.name);
        auto message = fmt::format("'framing' cannot be '{}'", listener.framing_text);
        // One word was meant as a name, more of them as a description.
        if (listener.framing_text.find_first_of(" :") == std::string::npos)
            return FramingProblem{"framing", message, suggestion(listener.framing_text, names)};
        return FramingProblem{
            "framing", message,
            fmt::format("at character {}: {}", framing.error().at + 1, framing.error().reason)};
    }
    if (framing->form == wire::LengthForm::none)
        return FramingProblem{"framing", "'none' has no length: it cannot cut a stream",
                              "it is for captures only"};
    listener.framing = *framing;
    return std::nullopt;
}

static Problem read_header(ListenerConfig& listener)
{
    if (listener.header_text.empty()) return std::nullopt;
    if (listener.header_text == "none") {
        (void)wire::set_header(listener.framing, nullptr);
        return std::nullopt;
    }
    auto const header = wire::header_template_of(listener.header_text);
    if (!header.has_value()) {
        std::vector<std::string_view> names{"none"};
        for (auto const* known : wire::header_templates())
            names.push_back(known->name.view());
        auto const is_word = listener.header_text.find_first_of(" :'") == std::string::npos;
        return FramingProblem{
            "header", fmt::format("'header' cannot be '{}'", listener.header_text),
            is_word
                ? suggestion(listener.header_text, names)
                : fmt::format("at character {}: {}", header.error().at + 1, header.error().reason)};
    }
    listener.header_custom = std::make_shared<wire::HeaderTemplate const>(*header);
    if (!wire::set_header(listener.framing, listener.header_custom.get()))
        return FramingProblem{"header", "the length cannot count this header",
                              "a longer length, or a shorter header"};
    return std::nullopt;
}

Problem resolve_framing(ListenerConfig& listener)
{
    if (auto problem = read_framing(listener)) return problem;
    if (auto problem = read_header(listener)) return problem;
    listener.framing.swap = listener.header_swap;
    wire::set_empty(listener.framing, listener.empty_frame);
    if (listener.length_includes_itself && !wire::count_prefix(listener.framing))
        return FramingProblem{"length_includes_itself", "the length cannot count itself",
                              "a longer length"};
    auto const bytes_max = wire::message_bytes_max(listener.framing);
    if (listener.frame_bytes_max > bytes_max) {
        if (listener.frame_bytes_max != limits::frame_bytes_max_default)
            return FramingProblem{"frame_bytes_max",
                                  fmt::format("frame_bytes_max does not fit the length of '{}'",
                                              listener.framing_text),
                                  fmt::format("at most {}", bytes_max)};
        listener.frame_bytes_max = static_cast<std::uint32_t>(bytes_max);
    }
    return std::nullopt;
}

}  // namespace turnout::config_reader
