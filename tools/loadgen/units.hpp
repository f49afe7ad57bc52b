// Quantities as people write them on a command line: rates, durations, counts, host:port. Whole
// numbers inside: nothing is rounded through floating point. Pure functions, any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnout::loadgen {

inline constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;

// `count` events every `period_ns`.
struct Rate {
    std::uint64_t count = 0;
    std::uint64_t period_ns = kNanosPerSecond;
    [[nodiscard]] double per_second() const noexcept
    {
        return static_cast<double>(count) * 1e9 / static_cast<double>(period_ns);
    }
};

// "2000", "2k", "2k/s", "1.5M/s", "600/m", "10/h". nullopt when malformed, zero, or too large to
// schedule exactly (count x period above 2^63).
[[nodiscard]] std::optional<Rate> parse_rate(std::string_view text) noexcept;

// "10s", "1.5ms", "200us", "200µs", "50ns", "2m", "1h"; a bare number is seconds. Nanoseconds.
[[nodiscard]] std::optional<std::uint64_t> parse_duration_ns(std::string_view text) noexcept;

// "10000", "10k", "1.5M". nullopt when malformed.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
};
// "host:port", "[v6]:port", ":port" (127.0.0.1). nullopt when malformed.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

// "840 ns", "41 µs", "0.9 ms", "12 ms", "1.2 s": for people.
[[nodiscard]] std::string format_ns(std::uint64_t ns);
// "1,234,567".
[[nodiscard]] std::string group_digits(std::uint64_t value);

}  // namespace turnout::loadgen
