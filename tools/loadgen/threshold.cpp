#include "tools/loadgen/threshold.hpp"

#include <array>

namespace turnout::loadgen {
namespace {

enum class Unit : std::uint8_t { time, percent, number };
struct Metric {
    std::string_view name;
    Unit unit;
};
constexpr std::array<Metric, 13> kMetrics{{{"p50", Unit::time},
                                           {"p90", Unit::time},
                                           {"p99", Unit::time},
                                           {"p99.9", Unit::time},
                                           {"p99.99", Unit::time},
                                           {"max", Unit::time},
                                           {"lag", Unit::time},
                                           {"approved", Unit::percent},
                                           {"bd", Unit::percent},
                                           {"td", Unit::percent},
                                           {"timeouts", Unit::number},
                                           {"dropped", Unit::number},
                                           {"rate", Unit::number}}};

std::optional<double> parse_limit(std::string_view text, Unit unit)
{
    if (unit == Unit::time) {
        auto const ns = parse_duration_ns(text);
        return ns ? std::optional(static_cast<double>(*ns)) : std::nullopt;
    }
    if (unit == Unit::percent) {
        // A percentage is read as a duration of seconds would be: digits and a point.
        if (!text.ends_with('%')) return std::nullopt;
        auto number = std::string(text.substr(0, text.size() - 1)) + "s";
        auto const scaled = parse_duration_ns(number);
        return scaled ? std::optional(static_cast<double>(*scaled) / 1e9) : std::nullopt;
    }
    auto const count = parse_count(text);
    return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
}

std::optional<Threshold> parse_one(std::string_view part, std::string& error)
{
    using Compare = Threshold::Compare;
    auto const at = part.find_first_of("<>");
    auto const name = part.substr(0, at);
    Metric const* metric = nullptr;
    for (auto const& candidate : kMetrics)
        if (candidate.name == name) metric = &candidate;
    if (at == std::string_view::npos || metric == nullptr) {
        error = "threshold '" + std::string(part) + "': want one of";
        for (auto const& candidate : kMetrics)
            error += " " + std::string(candidate.name);
        error += ", then <, <=, > or >=, then a limit (p99<2ms)";
        return std::nullopt;
    }
    auto const inclusive = part.substr(at + 1).starts_with('=');
    auto const limit = parse_limit(part.substr(at + (inclusive ? 2 : 1)), metric->unit);
    if (!limit) {
        static constexpr std::array<std::string_view, 3> kWant{"a time such as 2ms",
                                                               "a share such as 1%", "a number"};
        error = "threshold '" + std::string(part) + "': the limit must be " +
                std::string(kWant[static_cast<std::size_t>(metric->unit)]);
        return std::nullopt;
    }
    auto const less = part[at] == '<';
    auto const compare = less ? (inclusive ? Compare::less_equal : Compare::less)
                              : (inclusive ? Compare::greater_equal : Compare::greater);
    return Threshold{std::string(part), std::string(name), compare, *limit};
}

double share(std::uint64_t part, LoadResult const& result) noexcept
{
    auto const all = result.answered + result.timeouts + result.lost;
    return all == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

std::optional<std::vector<Threshold>> parse_thresholds(std::string_view text, std::string& error)
{
    std::vector<Threshold> out;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find(','));
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
        auto one = parse_one(part, error);
        if (!one) return std::nullopt;
        out.push_back(std::move(*one));
    }
    return out;
}

double metric_of(std::string_view metric, LoadResult const& result)
{
    auto const ns = [](std::uint64_t value) { return static_cast<double>(value); };
    if (metric == "max") return ns(result.corrected.max());
    if (metric == "lag") return ns(result.lag.percentile(99.0));
    if (metric == "approved") return share(result.approved(), result);
    if (metric == "bd") return share(result.business(), result);
    if (metric == "td") return share(result.technical() + result.timeouts + result.lost, result);
    if (metric == "timeouts") return ns(result.timeouts);
    if (metric == "dropped") return ns(result.dropped);
    if (metric == "rate") return result.throughput_per_s();
    if (metric == "p50") return ns(result.corrected.percentile(50.0));
    if (metric == "p90") return ns(result.corrected.percentile(90.0));
    if (metric == "p99") return ns(result.corrected.percentile(99.0));
    if (metric == "p99.9") return ns(result.corrected.percentile(99.9));
    return ns(result.corrected.percentile(99.99));
}

bool holds(Threshold const& threshold, LoadResult const& result)
{
    // Without an answer there is no latency to hold anything.
    if (result.answered == 0) return false;
    auto const value = metric_of(threshold.metric, result);
    switch (threshold.compare) {
        case Threshold::Compare::less:
            return value < threshold.limit;
        case Threshold::Compare::less_equal:
            return value <= threshold.limit;
        case Threshold::Compare::greater:
            return value > threshold.limit;
        case Threshold::Compare::greater_equal:
            break;
    }
    return value >= threshold.limit;
}

}  // namespace turnout::loadgen
