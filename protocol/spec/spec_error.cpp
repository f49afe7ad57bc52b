#include "protocol/spec/spec_error.hpp"

#include <algorithm>
#include <utility>

namespace turnout::spec {
namespace {

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string describe(SpecError const& error)
{
    auto text = error.file;
    if (error.line != 0)
        text += ":" + std::to_string(error.line) + ":" + std::to_string(error.column);
    text += ": ";
    if (!error.path.empty()) text += error.path + ": ";
    return text + error.what + ": " + error.remedy;
}

std::string describe(SpecErrors const& errors)
{
    std::string text;
    for (auto const& error : errors)
        text += describe(error) + "\n";
    return text;
}

SpecReport::SpecReport(std::string file, std::string_view text, SpecErrors& errors)
    : file_(std::move(file)), text_(text), errors_(errors), line_starts_{0}
{
    for (std::size_t at = 0; at < text.size(); ++at)
        if (text[at] == '\n') line_starts_.push_back(at + 1);
}

unsigned SpecReport::line_of(std::size_t at) const noexcept
{
    auto const after = std::upper_bound(line_starts_.begin(), line_starts_.end(), at);
    return static_cast<unsigned>(after - line_starts_.begin());
}

void SpecReport::add(std::size_t at, std::string path, std::string what, std::string remedy)
{
    if (errors_.size() == kSpecErrorsMax)
        errors_.push_back({file_, 0, 0, {}, "there are more errors", "mend these first"});
    if (errors_.size() > kSpecErrorsMax) return;
    at = std::min(at, text_.size());
    auto const line = line_of(at);
    auto const column = static_cast<unsigned>(at - line_starts_[line - 1]) + 1;
    errors_.push_back({file_, line, column, std::move(path), std::move(what), std::move(remedy)});
}

std::string_view nearest(std::string_view word, std::vector<std::string_view> const& candidates)
{
    std::string_view best;
    if (word.size() > 64) return best;
    auto least = std::max<std::size_t>(word.size() / 2, 2) + 1;
    for (auto const candidate : candidates) {
        auto const differs = distance(word, candidate);
        if (differs >= least) continue;
        least = differs;
        best = candidate;
    }
    return best;
}

}  // namespace turnout::spec
