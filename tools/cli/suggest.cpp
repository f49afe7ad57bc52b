#include "tools/cli/command.hpp"

#include <algorithm>

namespace turnout::cli {

// Optimal string alignment distance: insert, delete, replace, swap neighbours.
static std::size_t distance(std::string_view a, std::string_view b)
{
    auto const width = b.size() + 1;
    std::vector<std::size_t> cells((a.size() + 1) * width);
    auto const at = [&](std::size_t i, std::size_t j) -> std::size_t& {
        return cells[i * width + j];
    };
    for (std::size_t i = 0; i <= a.size(); ++i)
        at(i, 0) = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        at(0, j) = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const same = a[i - 1] == b[j - 1] ? 0U : 1U;
            auto best = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = std::min(best, at(i - 2, j - 2) + 1);
            at(i, j) = best;
        }
    }
    return at(a.size(), b.size());
}

std::string_view nearest(std::string_view word, std::span<std::string_view const> candidates)
{
    static constexpr std::size_t kWordMax = 64;
    if (word.size() > kWordMax) return {};
    std::string_view best;
    auto best_distance = std::max<std::size_t>(1, (word.size() + 2) / 3) + 1;
    for (auto const candidate : candidates) {
        auto const d = distance(word, candidate);
        if (d >= best_distance) continue;
        best = candidate;
        best_distance = d;
    }
    return best;
}

}  // namespace turnout::cli
