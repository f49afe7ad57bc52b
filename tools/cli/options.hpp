// Options that several commands share, and the glue between CLI11 and our own parsers.
#pragma once
#include "protocol/iso8583/dialect.hpp"
#include "protocol/wire/framing.hpp"

#include <optional>
#include <string>
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

struct WireOptions {
    iso8583::Dialect const* dialect = &iso8583::dialect_1987_binary();
    wire::Framing framing = wire::Framing::binary2;

    void declare(CLI::App& app)
    {
        add_parsed(
            app, "--dialect", dialect,
            [](std::string_view name) {
                auto const* const found = iso8583::dialect_by_name(name);
                // The generator writes the messages of the 1987 edition, digits as ASCII or BCD.
                auto const known = found == &iso8583::dialect_1987_binary() ||
                                   found == &iso8583::dialect_1987_ascii();
                return known ? std::optional(found) : std::nullopt;
            },
            "87binary or 87ascii", "87binary (default) or 87ascii");
        add_parsed(
            app, "--framing", framing,
            [](std::string_view name) { return wire::framing_by_name(name); }, "binary2 or ascii4",
            "binary2 (default) or ascii4");
    }
};

}  // namespace turnout::cli
