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

// "binary2, ascii4, nac, ...".
[[nodiscard]] inline std::string framing_names()
{
    std::string names;
    for (auto const& framing : wire::framings())
        names += (names.empty() ? "" : ", ") + std::string(framing.name);
    return names;
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
    wire::Framing framing = wire::Framing::binary2;  // complete after finish()

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
            [](std::string_view text) {
                auto const made = wire::framing_of(text);
                return made.has_value() ? std::optional(*made) : std::nullopt;
            },
            framing_names() + ", or its parts such as 'binary:2 any:2'",
            "binary2 (default), ascii4, nac, ... or its parts");
        add_parsed(
            app, "--header", header_,
            [](std::string_view text) {
                auto const made = wire::header_template_of(text);
                return made.has_value() ? std::optional(*made) : std::nullopt;
            },
            "tpdu, base1, base24, d8, unionpay, or pieces such as \"x'60' to:2=from from:2=to\"",
            "tpdu, base1, base24, d8, unionpay or its pieces");
        app.add_flag("--no-header", no_header_, "the framing without its message header");
        app.add_flag("--length-includes-itself", counts_itself_,
                     "the length counts its own bytes too");
    }
    // Call once after parsing. False when the length cannot count what it was asked to. The header
    // is kept here: the framing is good as long as this object lives and is not moved.
    [[nodiscard]] bool finish() noexcept
    {
        if (no_header_ && !wire::set_header(framing, nullptr)) return false;
        if (header_.has_value() && !wire::set_header(framing, &*header_)) return false;
        return !counts_itself_ || wire::count_prefix(framing);
    }

private:
    std::optional<wire::HeaderTemplate> header_;
    bool no_header_ = false;
    bool counts_itself_ = false;
};

}  // namespace turnout::cli
