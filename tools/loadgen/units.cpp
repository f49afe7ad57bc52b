#include "tools/loadgen/units.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace turnout::loadgen {
namespace {

struct Decimal {
    std::uint64_t digits = 0;  // without the point
    std::uint64_t divisor = 1;
    std::string_view rest;  // the unit behind it
};

std::optional<Decimal> parse_decimal(std::string_view text) noexcept
{
    Decimal out;
    std::size_t i = 0;
    bool point = false, any = false;
    for (; i < text.size(); ++i) {
        auto const c = text[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') break;
        if (out.digits > 100'000'000'000'000) return std::nullopt;
        out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
        if (point) out.divisor *= 10;
        any = true;
    }
    if (!any) return std::nullopt;
    out.rest = text.substr(i);
    return out;
}

// digits x factor / divisor, exact or nothing.
std::optional<std::uint64_t> scale(Decimal const& value, std::uint64_t factor) noexcept
{
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(value.digits, factor, &product)) return std::nullopt;
    if (product % value.divisor != 0) return std::nullopt;
    return product / value.divisor;
}

std::uint64_t take_multiplier(std::string_view& rest) noexcept
{
    if (rest.empty()) return 1;
    auto const c = rest.front();
    auto const factor = c == 'k' || c == 'K' ? 1'000U : c == 'M' ? 1'000'000U : 1U;
    if (factor != 1) rest.remove_prefix(1);
    return factor;
}

struct TimeUnit {
    std::string_view name;
    std::uint64_t ns;
};
constexpr std::array<TimeUnit, 8> kTimeUnits{{{"ns", 1},
                                              {"us", 1'000},
                                              {"µs", 1'000},
                                              {"ms", 1'000'000},
                                              {"s", kNanosPerSecond},
                                              {"m", 60'000'000'000},
                                              {"h", 3'600'000'000'000},
                                              {"", kNanosPerSecond}}};

}  // namespace

std::optional<std::uint64_t> parse_duration_ns(std::string_view text) noexcept
{
    auto const value = parse_decimal(text);
    if (!value) return std::nullopt;
    for (auto const& unit : kTimeUnits)
        if (value->rest == unit.name) return scale(*value, unit.ns);
    return std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept
{
    auto value = parse_decimal(text);
    if (!value) return std::nullopt;
    auto const factor = take_multiplier(value->rest);
    if (!value->rest.empty()) return std::nullopt;
    return scale(*value, factor);
}

std::optional<Rate> parse_rate(std::string_view text) noexcept
{
    auto value = parse_decimal(text);
    if (!value) return std::nullopt;
    auto const factor = take_multiplier(value->rest);
    std::uint64_t period_s = 0;
    if (value->rest.empty() || value->rest == "/s") period_s = 1;
    if (value->rest == "/m") period_s = 60;
    if (value->rest == "/h") period_s = 3'600;
    if (period_s == 0) return std::nullopt;
    // A fraction that does not divide goes into the period: 0.5/s is 1 every 2 s.
    std::uint64_t count = 0;
    if (__builtin_mul_overflow(value->digits, factor, &count) || count == 0) return std::nullopt;
    auto divisor = value->divisor;
    while (divisor > 1 && count % 10 == 0) {
        count /= 10;
        divisor /= 10;
    }
    std::uint64_t period_ns = 0, product = 0;
    if (__builtin_mul_overflow(period_s * kNanosPerSecond, divisor, &period_ns))
        return std::nullopt;
    if (__builtin_mul_overflow(count, period_ns, &product) || product > UINT64_MAX / 2)
        return std::nullopt;
    return Rate{count, period_ns};
}

std::optional<Endpoint> parse_endpoint(std::string_view text)
{
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    auto const port = text.substr(colon + 1);
    unsigned number = 0;
    auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc{} || end != port.data() + port.size()) return std::nullopt;
    if (number == 0 || number > 65535) return std::nullopt;
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return std::nullopt;  // a bare IPv6 address: where does the port start?
    if (host.empty()) host = "127.0.0.1";
    return Endpoint{std::string(host), static_cast<std::uint16_t>(number)};
}

std::string format_ns(std::uint64_t ns)
{
    struct Step {
        double divisor;
        char const* unit;
    };
    // A unit is used from nine tenths of it upwards, so that 0.9 ms is not 900 µs.
    static constexpr std::array<Step, 3> kSteps{{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}}};
    std::array<char, 48> text{};
    auto const value = static_cast<double>(ns);
    for (auto const& step : kSteps) {
        auto const scaled = value / step.divisor;
        if (scaled < 0.895) continue;
        std::snprintf(text.data(), text.size(), "%.*f %s", scaled < 9.95 ? 1 : 0, scaled,
                      step.unit);
        return text.data();
    }
    std::snprintf(text.data(), text.size(), "%.0f ns", value);
    return text.data();
}

std::string group_digits(std::uint64_t value)
{
    auto text = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ',');
    return text;
}

}  // namespace turnout::loadgen
