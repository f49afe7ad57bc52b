// Reads one table of a TOML document against the schema and gathers every error with its place.
// Start-up only; may allocate and throw std::bad_alloc.
#pragma once
#include "switch/base/config_schema.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

namespace turnout::config_reader {

using Region = toml::source_region;

// Errors of one document and its overrides, printed together in order of place.
class ErrorSink {
public:
    // Borrows the text. `path` names it in messages.
    ErrorSink(std::string_view text, std::string path) : text_(text), path_(std::move(path)) {}

    // `hint` stands behind the marker; empty for none.
    void add(Region const& region, std::string message, std::string hint = {});
    [[nodiscard]] bool empty() const noexcept { return errors_.empty(); }
    // Everything, ready to print; ends with the count.
    [[nodiscard]] std::string report() const;

private:
    struct Error {
        Region region;
        std::string message;
        std::string hint;
    };
    [[nodiscard]] std::string format(Error const& error) const;
    [[nodiscard]] std::string_view line_text(unsigned number) const;

    std::string_view text_;
    std::string path_;
    std::vector<Error> errors_;
};

// The names of a choice or of defined things as "a, b, c".
[[nodiscard]] std::string listed(std::span<std::string_view const> names);
// "did you mean 'x'?" for a near miss, else "expected one of: ...".
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<std::string_view const> names);

// What is wrong with the keys that make a listener's framing; `key` is the one to look at.
struct FramingProblem {
    std::string_view key;
    std::string message;
    std::string hint;
};
// Sets listener.framing (and header_custom) from the listener's texts and flags. A frame_bytes_max
// that was left at its default is lowered to what the length can announce.
[[nodiscard]] std::optional<FramingProblem> resolve_framing(ListenerConfig& listener);

// What is wrong with a listener's dialect.
struct DialectProblem {
    std::string message;
    std::string hint;
};
// Sets listener.dialect (and dialect_custom) from its name; a file is looked for from `base`.
[[nodiscard]] std::optional<DialectProblem> resolve_dialect(ListenerConfig& listener,
                                                            std::string const& base);

// Visitor over the schema that fills a section from `table`; keys outside the schema are errors.
class Reader {
public:
    Reader(toml::table const& table, ErrorSink& errors, std::string_view section)
        : table_(table), errors_(errors), section_(section)
    {
    }
    // Call after describe(): reports the keys that no visit asked for.
    void finish();

    void text(std::string_view key, std::string& value, config_schema::Need need,
              std::string_view meaning);
    void flag(std::string_view key, bool& value, std::string_view meaning);
    void texts(std::string_view key, std::vector<std::string>& values, std::string_view meaning);
    void numbers(std::string_view key, std::vector<std::uint64_t>& values, std::uint64_t low,
                 std::uint64_t high, std::string_view meaning);

    template <class T>
    void number(std::string_view key, T& value, std::uint64_t low, std::uint64_t high,
                std::string_view)
    {
        if (auto const* node = find(key)) {
            auto const got = integer(*node, key, low, high);
            if (got) value = static_cast<T>(*got);
        }
    }

    template <class T>
    void choice(std::string_view key, T& value, config_schema::Choices<T> choices, std::string_view)
    {
        auto const* node = find(key);
        if (node == nullptr) return;
        std::vector<std::string_view> names;
        auto const* word = node->as_string();
        for (auto const& [name, candidate] : choices) {
            names.push_back(name);
            if (word == nullptr || word->get() != name) continue;
            value = candidate;
            return;
        }
        wrong_choice(*node, key, names);
    }

private:
    [[nodiscard]] toml::node const* find(std::string_view key);
    [[nodiscard]] std::optional<std::uint64_t> integer(toml::node const& node, std::string_view key,
                                                       std::uint64_t low, std::uint64_t high);
    void wrong_choice(toml::node const& node, std::string_view key,
                      std::span<std::string_view const> names);

    toml::table const& table_;
    ErrorSink& errors_;
    std::string_view section_;
    std::vector<std::string_view> known_;
};

}  // namespace turnout::config_reader
