// What a run says for itself: the text for people and the JSON object for programs. Keys and
// meaning: docs/operations/load-testing.md.
#pragma once
#include "tools/loadgen/load.hpp"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace turnout::loadgen {

// "open model, 2,000/s, 64 connections, seed 42, latency from intended send time".
[[nodiscard]] std::string headline(LoadOptions const& options);

// Several lines, each ended by a newline.
[[nodiscard]] std::string report_text(LoadOptions const& options, LoadResult const& result);

[[nodiscard]] nlohmann::ordered_json report_json(LoadOptions const& options,
                                                 LoadResult const& result);

// {p50_ns, p90_ns, p99_ns, p999_ns, p9999_ns, max_ns, mean_ns, count}.
[[nodiscard]] nlohmann::ordered_json latency_json(Histogram const& histogram);
// "41 µs    63 µs    180 µs   0.9 ms   1.4 ms   2.1 ms", columns as kLatencyColumns names them.
[[nodiscard]] std::string latency_row(Histogram const& histogram);
inline constexpr char const* kLatencyColumns = "p50      p90      p99      p99.9    p99.99   max";

}  // namespace turnout::loadgen
