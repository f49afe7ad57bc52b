// Conditions on a run, as in 'p99<2ms,td<1%': each is checked against the report, a missed one
// makes the command exit with 4.
#pragma once
#include "tools/loadgen/load.hpp"

namespace turnout::loadgen {

struct Threshold {
    enum class Compare : std::uint8_t { less, less_equal, greater, greater_equal };
    std::string text;    // as written
    std::string metric;  // p50 p90 p99 p99.9 p99.99 max lag approved bd td timeouts dropped rate
    Compare compare = Compare::less;
    double limit = 0.0;  // ns, percent, or a number, as the metric is
};

// nullopt and `error` (naming the part and what is possible) when one is malformed.
[[nodiscard]] std::optional<std::vector<Threshold>> parse_thresholds(std::string_view text,
                                                                     std::string& error);

// The metric's value in this result, in the unit of Threshold::limit.
[[nodiscard]] double metric_of(std::string_view metric, LoadResult const& result);

[[nodiscard]] bool holds(Threshold const& threshold, LoadResult const& result);

}  // namespace turnout::loadgen
