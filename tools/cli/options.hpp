// Options that several commands share, and the glue between CLI11 and our own parsers.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "protocol/wire/framing.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace turnout::cli {

// False when an integer does not fit.
template <class T, class V>
[[nodiscard]] bool assign(T& into, V const& value)
{
    if constexpr (std::is_integral_v<T> && std::is_integral_v<V> && !std::is_same_v<T, V>) {
        if (!std::in_range<T>(value)) return false;
        into = static_cast<T>(value);
    } else {
        into = value;
    }
    return true;
}

// An option whose text goes through `parse` (std::optional<T> of a string_view); `want` says what
// the user should have written.
template <class T, class Parse>
CLI::Option* add_parsed(CLI::App& app, std::string const& name, T& into, Parse parse,
                        std::string const& want, std::string const& help)
{
    auto const read = [&into, parse, want, name](std::string const& text) {
        auto const value = parse(std::string_view(text));
        if (!value || !assign(into, *value))
            throw CLI::ValidationError(name.substr(name.rfind(',') + 1),
                                       "'" + text + "' is not " + want);
    };
    return app.add_option_function<std::string>(name, read, help)->type_name("");
}

// What to do about a connection that was not made or not answered; empty when nothing is known.
[[nodiscard]] inline std::string_view connect_remedy(std::string_view error) noexcept
{
    auto const says = [&](std::string_view text) { return error.find(text) != error.npos; };
    if (says("refused")) return "start the switch there; a trial: turnoutd --dev";
    if (says("no answer")) return "the --dialect and --framing of that listener";
    if (says("Too many open files")) return "fewer connections (-c), or a higher ulimit -n";
    if (says("resolve")) return "an address, such as 127.0.0.1:8583";
    return {};
}

struct WireOptions {
    iso8583::Dialect const* dialect = &iso8583::dialect_1987_binary();
    wire::Framing framing = wire::Framing::binary2;

    void declare(CLI::App& app)
    {
        add_parsed(
            app, "--dialect", dialect,
            [](std::string_view name) {
                auto const* const found = iso8583::dialect_by_name(name);
                return found == nullptr ? std::nullopt : std::optional(found);
            },
            "87binary or 87ascii", "87binary (default) or 87ascii");
        add_parsed(
            app, "--framing", framing,
            [](std::string_view name) { return wire::framing_by_name(name); }, "binary2 or ascii4",
            "binary2 (default) or ascii4");
    }
};

}  // namespace turnout::cli
