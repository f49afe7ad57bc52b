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
    auto const found = wire::framing_of(name);
    if (!found.has_value()) return std::nullopt;
    return found->form == wire::LengthForm::none ? FramingChoice{} : FramingChoice{*found};
}

// "none" first, then all of the library's.
[[nodiscard]] inline std::vector<FramingChoice> all_framings()
{
    std::vector<FramingChoice> all{{}};
    for (auto const& framing : wire::framings())
        if (framing.form != wire::LengthForm::none) all.push_back({framing});
    return all;
}

}  // namespace turnout::cli::message
