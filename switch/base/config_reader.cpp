#include "switch/base/config_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace turnout {

// Edit distance with neighbours swapped as one step (optimal string alignment).
static std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> steps(a.size() + 1,
                                                std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        steps[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        steps[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const differs = a[i - 1] == b[j - 1] ? 0 : 1;
            steps[i][j] =
                std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + differs});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
        }
    }
    return steps[a.size()][b.size()];
}

std::string_view did_you_mean(std::string_view word, std::span<std::string_view const> candidates)
{
    // The cost is quadratic, and nobody mistypes a key into this.
    static constexpr std::size_t kWordCharactersMax = 64;
    if (word.size() > kWordCharactersMax) return {};
    std::string_view best;
    auto best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (auto const candidate : candidates) {
        auto const steps = distance(word, candidate);
        if (steps < best_distance) {
            best = candidate;
            best_distance = steps;
        }
    }
    return best;
}

namespace config_reader {

static constexpr std::size_t kErrorsShownMax = 50;
static constexpr std::size_t kExcerptCharactersMax = 160;

void ErrorSink::add(Region const& region, std::string message, std::string hint)
{
    errors_.push_back({region, std::move(message), std::move(hint)});
}

std::string_view ErrorSink::line_text(unsigned number) const
{
    auto rest = text_;
    for (unsigned line = 1; line < number; ++line) {
        auto const end = rest.find('\n');
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
    auto line = rest.substr(0, rest.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line.substr(0, kExcerptCharactersMax);
}

std::string ErrorSink::format(Error const& error) const
{
    auto out = fmt::format("error: {}\n", error.message);
    if (error.region.path && *error.region.path != path_) {  // an override: it has no line
        out += fmt::format("  --> {}\n", *error.region.path);
        if (!error.hint.empty()) out += fmt::format("      {}\n", error.hint);
        return out;
    }
    auto const line_number = std::max(error.region.begin.line, 1U);
    auto const column = std::max(error.region.begin.column, 1U);
    std::string line(line_text(line_number));
    std::replace(line.begin(), line.end(), '\t', ' ');
    std::size_t width = 1;
    if (error.region.end.line == error.region.begin.line && error.region.end.column > column)
        width = error.region.end.column - column;
    else if (error.region.end.line > error.region.begin.line && line.size() >= column)
        width = line.size() - column + 1;
    width = std::min(width, kExcerptCharactersMax);
    out += fmt::format("  --> {}:{}:{}\n", path_, line_number, column);
    out += fmt::format("{:>4} | {}\n", line_number, line);
    out += fmt::format("     | {}{}{}{}\n", std::string(column - 1, ' '), std::string(width, '^'),
                       error.hint.empty() ? "" : " ", error.hint);
    return out;
}

std::string ErrorSink::report() const
{
    auto ordered = errors_;
    std::stable_sort(ordered.begin(), ordered.end(), [](Error const& a, Error const& b) {
        return a.region.begin.line < b.region.begin.line;
    });
    std::string out;
    for (std::size_t index = 0; index < std::min(ordered.size(), kErrorsShownMax); ++index)
        out += format(ordered[index]);
    if (ordered.size() > kErrorsShownMax)
        out += fmt::format("... and {} more\n", ordered.size() - kErrorsShownMax);
    out += fmt::format("{} error{}; nothing was changed (exit 3)\n", ordered.size(),
                       ordered.size() == 1 ? "" : "s");
    return out;
}

std::string listed(std::span<std::string_view const> names)
{
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string suggestion(std::string_view word, std::span<std::string_view const> names)
{
    auto const near = did_you_mean(word, names);
    if (!near.empty()) return fmt::format("did you mean '{}'?", near);
    return fmt::format("expected one of: {}", listed(names));
}

toml::node const* Reader::find(std::string_view key)
{
    known_.push_back(key);
    return table_.get(key);
}

void Reader::finish()
{
    for (auto const& [key, node] : table_) {
        if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
        errors_.add(key.source(), fmt::format("unknown key '{}' in [{}]", key.str(), section_),
                    suggestion(key.str(), known_));
    }
}

std::optional<std::uint64_t> Reader::integer(toml::node const& node, std::string_view key,
                                             std::uint64_t low, std::uint64_t high)
{
    auto const* number = node.as_integer();
    if (number == nullptr) {
        errors_.add(node.source(), fmt::format("'{}' must be a whole number", key),
                    fmt::format("expected {} to {}, without quotes or unit", low, high));
        return std::nullopt;
    }
    auto const value = number->get();
    if (value < 0 || static_cast<std::uint64_t>(value) < low ||
        static_cast<std::uint64_t>(value) > high) {
        errors_.add(node.source(), fmt::format("'{}' is out of range", key),
                    fmt::format("expected {} to {}", low, high));
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(value);
}

void Reader::wrong_choice(toml::node const& node, std::string_view key,
                          std::span<std::string_view const> names)
{
    if (auto const* word = node.as_string()) {
        errors_.add(node.source(), fmt::format("'{}' cannot be '{}'", key, word->get()),
                    suggestion(word->get(), names));
        return;
    }
    errors_.add(node.source(), fmt::format("'{}' must be a text", key),
                fmt::format("expected one of: {}", listed(names)));
}

void Reader::text(std::string_view key, std::string& value, config_schema::Need need,
                  std::string_view)
{
    auto const* node = find(key);
    if (node == nullptr) {
        if (need == config_schema::Need::required)
            errors_.add(table_.source(), fmt::format("[{}] needs '{}'", section_, key));
        return;
    }
    auto const* word = node->as_string();
    if (word == nullptr) {
        errors_.add(node->source(), fmt::format("'{}' must be a text", key), "put it in quotes");
        return;
    }
    if (word->get().empty() && need == config_schema::Need::required)
        errors_.add(node->source(), fmt::format("'{}' must not be empty", key));
    value = word->get();
}

void Reader::flag(std::string_view key, bool& value, std::string_view)
{
    auto const* node = find(key);
    if (node == nullptr) return;
    if (auto const* boolean = node->as_boolean())
        value = boolean->get();
    else
        errors_.add(node->source(), fmt::format("'{}' must be true or false", key));
}

void Reader::texts(std::string_view key, std::vector<std::string>& values, std::string_view)
{
    auto const* node = find(key);
    if (node == nullptr) return;
    auto const* list = node->as_array();
    if (list == nullptr) {
        errors_.add(node->source(), fmt::format("'{}' must be a list of texts", key),
                    fmt::format("write {} = [\"...\", \"...\"]", key));
        return;
    }
    values.clear();
    for (auto const& item : *list) {
        if (auto const* word = item.as_string())
            values.push_back(word->get());
        else
            errors_.add(item.source(), fmt::format("'{}' holds something that is no text", key),
                        "put it in quotes");
    }
}

void Reader::numbers(std::string_view key, std::vector<std::uint64_t>& values, std::uint64_t low,
                     std::uint64_t high, std::string_view)
{
    auto const* node = find(key);
    if (node == nullptr) return;
    auto const* list = node->as_array();
    if (list == nullptr) {
        errors_.add(node->source(), fmt::format("'{}' must be a list of numbers", key),
                    fmt::format("write {} = [1, 2]", key));
        return;
    }
    values.clear();
    for (auto const& item : *list)
        if (auto const value = integer(item, key, low, high)) values.push_back(*value);
}

}  // namespace config_reader
}  // namespace turnout
