#include "tools/loadgen/report.hpp"

#include "tools/loadgen/threshold.hpp"

#include <array>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace turnout::loadgen {

using Json = nlohmann::ordered_json;

static constexpr std::array<double, 5> kPercents{50.0, 90.0, 99.0, 99.9, 99.99};
static constexpr std::size_t kColumn = 9;

// Pads to `width` characters as they are seen: a byte that continues a UTF-8 character has no
// width.
static std::string padded(std::string text, std::size_t width)
{
    std::size_t seen = 0;
    for (auto const c : text)
        seen += static_cast<std::size_t>((c & '\xC0') != '\x80');
    if (seen < width) text.append(width - seen, ' ');
    return text;
}

static std::string percent(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f %%", value);
    return text.data();
}

static std::string rate_text(Rate const& rate)
{
    if (rate.period_ns == kNanosPerSecond) return group_digits(rate.count) + "/s";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g/s", rate.per_second());
    return text.data();
}

std::string headline(LoadOptions const& options)
{
    auto const connections = group_digits(options.connections) +
                             (options.connections == 1 ? " connection" : " connections");
    auto const seed = ", seed " + std::to_string(options.seed);
    if (options.rate)
        return "open model, " + rate_text(*options.rate) + ", " + connections + seed +
               ", latency from intended send time";
    return "saturating, " + group_digits(options.window) + " outstanding on each of " +
           connections + seed + ", latency from send";
}

std::string latency_row(Histogram const& histogram)
{
    std::string row;
    for (auto const share : kPercents)
        row += padded(format_ns(histogram.percentile(share)), kColumn);
    return row + format_ns(histogram.max());
}

Json latency_json(Histogram const& histogram)
{
    return {{"p50_ns", histogram.percentile(50.0)},
            {"p90_ns", histogram.percentile(90.0)},
            {"p99_ns", histogram.percentile(99.0)},
            {"p999_ns", histogram.percentile(99.9)},
            {"p9999_ns", histogram.percentile(99.99)},
            {"max_ns", histogram.max()},
            {"mean_ns", static_cast<std::uint64_t>(histogram.mean())},
            {"count", histogram.count()}};
}

static std::string counts_line(LoadOptions const& options, LoadResult const& result)
{
    auto line = "sent " + group_digits(result.sent) + "  answered " +
                group_digits(result.answered) + "  dropped " + group_digits(result.dropped) +
                "  time-outs " + group_digits(result.timeouts) + "  late " +
                group_digits(result.late);
    if (result.lost != 0) line += "  lost " + group_digits(result.lost);
    if (options.rate) line += "  generator lag p99 " + format_ns(result.lag.percentile(99.0));
    auto const validity = validity_of(options, result);
    return line + (validity.valid ? "   VALID\n" : "   INVALID: " + validity.reason + "\n");
}

static std::string odd_line(LoadResult const& result)
{
    std::string line;
    auto const add = [&](std::string_view what, std::uint64_t count) {
        if (count == 0) return;
        line += (line.empty() ? "" : "  ") + std::string(what) + " " + group_digits(count);
    };
    add("unmatched answers", result.unmatched);
    add("second answers", result.duplicates);
    add("unreadable answers", result.malformed);
    add("wrong echoes", result.mismatched);
    add("requests from the peer", result.requests_in);
    add("connections lost", result.connections_lost);
    add("reconnects", result.reconnects);
    return line.empty() ? line : line + "\n";
}

std::string report_text(LoadOptions const& options, LoadResult const& result)
{
    auto out = counts_line(options, result) + odd_line(result);
    out += padded("", 12) + padded(kLatencyColumns, 56) + "approved " +
           percent(metric_of("approved", result)) + "  BD " + percent(metric_of("bd", result)) +
           "  TD " + percent(metric_of("td", result)) + "\n";
    out += padded("corrected", 12) + latency_row(result.corrected) + "\n";
    out += padded("uncorrected", 12) + latency_row(result.raw) + "\n";
    auto const codes = result.codes.all();
    std::string declined;
    for (auto const& [code, count] : codes)
        if (outcome_of(code) != Outcome::approved)
            declined += "  " + code + " × " + group_digits(count);
    if (!declined.empty()) out += "declined    " + declined.substr(2) + "\n";
    std::array<char, 120> tail{};
    std::snprintf(tail.data(), tail.size(), "  in %.2f s  generator CPU %.2f s\n",
                  static_cast<double>(result.measured_ns) / 1e9,
                  static_cast<double>(result.cpu_ns) / 1e9);
    auto const per_second = static_cast<std::uint64_t>(std::llround(result.throughput_per_s()));
    return out + "throughput  " + group_digits(per_second) + "/s" + tail.data();
}

static Json settings_json(LoadOptions const& options)
{
    return {{"target", options.target.host + ":" + std::to_string(options.target.port)},
            {"model", options.rate ? "open" : "saturating"},
            {"rate_per_s", options.rate ? Json(options.rate->per_second()) : Json(nullptr)},
            {"window", options.window},
            {"connections", options.connections},
            {"dialect", options.dialect->name},
            {"framing", wire::name_of(options.framing)},
            {"seed", options.seed},
            {"mix", options.mix.text()},
            {"cards", options.cards},
            {"warmup_s", static_cast<double>(options.warmup_ns) / 1e9},
            {"timeout_s", static_cast<double>(options.timeout_ns) / 1e9}};
}

Json report_json(LoadOptions const& options, LoadResult const& result)
{
    auto const validity = validity_of(options, result);
    Json declined = Json::object();
    Json approved_codes = Json::object();
    for (auto const& [code, count] : result.codes.all())
        (outcome_of(code) == Outcome::approved ? approved_codes : declined)[code] = count;
    Json out = {{"valid", validity.valid},
                {"reason", validity.reason},
                {"interrupted", result.interrupted},
                {"sent", result.sent},
                {"answered", result.answered},
                {"approved", result.approved()},
                {"business_declined", result.business()},
                {"technical_declined", result.technical()},
                {"approved_percent", metric_of("approved", result)},
                {"bd_percent", metric_of("bd", result)},
                {"td_percent", metric_of("td", result)},
                {"approved_codes", approved_codes},
                {"declined", declined},
                {"timeouts", result.timeouts},
                {"lost", result.lost},
                {"dropped", result.dropped},
                {"late", result.late},
                {"unmatched", result.unmatched},
                {"duplicates", result.duplicates},
                {"malformed", result.malformed},
                {"mismatched", result.mismatched},
                {"connections_lost", result.connections_lost},
                {"reconnects", result.reconnects},
                {"throughput_per_s", result.throughput_per_s()},
                {"seconds", static_cast<double>(result.measured_ns) / 1e9},
                {"corrected", latency_json(result.corrected)},
                {"raw", latency_json(result.raw)},
                {"lag_p99_ns", result.lag.percentile(99.0)},
                {"lag_max_ns", result.lag.max()},
                {"generator_cpu_s", static_cast<double>(result.cpu_ns) / 1e9},
                {"whole_run",
                 {{"sent", result.sent_all},
                  {"answered", result.answered_all},
                  {"approved", result.approved_all}}}};
    out.update(settings_json(options));
    return out;
}

}  // namespace turnout::loadgen
