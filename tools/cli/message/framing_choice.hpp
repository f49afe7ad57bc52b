// The framing of a raw stream as the user names it: one of the protocol library's, or none.
#pragma once
#include "protocol/wire/framing.hpp"

#include <optional>
#include <vector>

namespace turnout::cli::message {

struct FramingChoice {
    std::optional<wire::Framing> framing;  // nothing: messages lie bare

    [[nodiscard]] std::string_view name() const noexcept
    {
        return framing ? wire::name_of(*framing) : std::string_view{"none"};
    }
};

[[nodiscard]] inline std::optional<FramingChoice> framing_choice_by_name(
    std::string_view name) noexcept
{
    if (name == "none") return FramingChoice{};
    auto const found = wire::framing_by_name(name);
    return found ? std::optional(FramingChoice{*found}) : std::nullopt;
}

// "none" first, then all of the library's.
[[nodiscard]] inline std::vector<FramingChoice> all_framings()
{
    return {{}, {wire::Framing::binary2}, {wire::Framing::ascii4}};
}

}  // namespace turnout::cli::message
