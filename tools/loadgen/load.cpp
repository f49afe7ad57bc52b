#include "tools/loadgen/load.hpp"

#include "protocol/iso8583/response_code.hpp"

#include <algorithm>
#include <array>

namespace turnout::loadgen {
namespace {

// Format error, no answer in time, cut-over, destination or network not available, duplicate,
// reconciliation, malfunction, key errors, unreadable answers.
constexpr std::array<std::string_view, 17> kTechnical{"06", "09", "19", "20", "21", "22",
                                                      "30", "31", "68", "88", "90", "91",
                                                      "92", "94", "95", "96", "??"};

}  // namespace

Outcome outcome_of(std::string_view code) noexcept
{
    if (code == "00") return Outcome::approved;
    auto const listed = iso8583::response_from_text(code);
    if (listed && iso8583::is_approval(*listed)) return Outcome::approved;
    auto const technical =
        std::find(kTechnical.begin(), kTechnical.end(), code) != kTechnical.end();
    return technical ? Outcome::technical : Outcome::business;
}

std::map<std::string, std::uint64_t> CodeCounts::all() const
{
    std::map<std::string, std::uint64_t> out;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        std::string const code{static_cast<char>(i / 128), static_cast<char>(i % 128)};
        out[code] = counts_[i];
    }
    return out;
}

static std::uint64_t sum_of(CodeCounts const& codes, Outcome outcome)
{
    std::uint64_t sum = 0;
    for (auto const& [code, count] : codes.all())
        if (outcome_of(code) == outcome) sum += count;
    return sum;
}

std::uint64_t LoadResult::approved() const noexcept
{
    return sum_of(codes, Outcome::approved);
}

std::uint64_t LoadResult::technical() const noexcept
{
    return sum_of(codes, Outcome::technical);
}

std::uint64_t LoadResult::business() const noexcept
{
    return sum_of(codes, Outcome::business);
}

double LoadResult::throughput_per_s() const noexcept
{
    if (measured_ns == 0) return 0.0;
    return static_cast<double>(answers_in_window) * 1e9 / static_cast<double>(measured_ns);
}

Validity validity_of(LoadOptions const& options, LoadResult const& result)
{
    static constexpr std::uint64_t kLagAllowed = 100'000;
    auto const lag = result.lag.percentile(99.0);
    auto const allowed = std::max(kLagAllowed, result.corrected.percentile(50.0) / 10);
    if (result.sent == 0) return {false, "nothing was sent after the warm-up"};
    if (result.answered == 0) return {false, "nothing was answered"};
    if (result.dropped != 0)
        return {false, group_digits(result.dropped) + " due messages could not be sent"};
    if (result.connections_lost != 0)
        return {false, group_digits(result.connections_lost) + " connections were lost"};
    if (options.rate && lag > allowed)
        return {false,
                "the generator lagged: p99 " + format_ns(lag) + ", allowed " + format_ns(allowed)};
    if (result.mismatched != 0)
        return {false, group_digits(result.mismatched) + " answers do not echo their request"};
    if (result.corrected.overflow_count() != 0) return {false, "latencies above 60 s were clipped"};
    return {};
}

}  // namespace turnout::loadgen
