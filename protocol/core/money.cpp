#include "protocol/core/money.hpp"

#include <array>
#include <span>

namespace turnout {
namespace {

constexpr std::int8_t kNoMinorUnit = -1;

struct CurrencyFact {
    std::uint16_t numeric;
    char code[4];
    std::int8_t exponent;
};

// ISO 4217 list one, currencies in use, by numeric code.
// clang-format off
constexpr CurrencyFact kCurrencies[] = {
    {8, "ALL", 2}, {12, "DZD", 2}, {32, "ARS", 2}, {36, "AUD", 2}, {44, "BSD", 2}, {48, "BHD", 3},
    {50, "BDT", 2}, {51, "AMD", 2}, {52, "BBD", 2}, {60, "BMD", 2}, {64, "BTN", 2},
    {68, "BOB", 2}, {72, "BWP", 2}, {84, "BZD", 2}, {90, "SBD", 2}, {96, "BND", 2},
    {104, "MMK", 2}, {108, "BIF", 0}, {116, "KHR", 2}, {124, "CAD", 2}, {132, "CVE", 2},
    {136, "KYD", 2}, {144, "LKR", 2}, {152, "CLP", 0}, {156, "CNY", 2}, {170, "COP", 2},
    {174, "KMF", 0}, {188, "CRC", 2}, {192, "CUP", 2}, {203, "CZK", 2}, {208, "DKK", 2},
    {214, "DOP", 2}, {222, "SVC", 2}, {230, "ETB", 2}, {232, "ERN", 2}, {238, "FKP", 2},
    {242, "FJD", 2}, {262, "DJF", 0}, {270, "GMD", 2}, {292, "GIP", 2}, {320, "GTQ", 2},
    {324, "GNF", 0}, {328, "GYD", 2}, {332, "HTG", 2}, {340, "HNL", 2}, {344, "HKD", 2},
    {348, "HUF", 2}, {352, "ISK", 0}, {356, "INR", 2}, {360, "IDR", 2}, {364, "IRR", 2},
    {368, "IQD", 3}, {376, "ILS", 2}, {388, "JMD", 2}, {392, "JPY", 0}, {396, "XAD", 2},
    {398, "KZT", 2}, {400, "JOD", 3}, {404, "KES", 2}, {408, "KPW", 2}, {410, "KRW", 0},
    {414, "KWD", 3}, {417, "KGS", 2}, {418, "LAK", 2}, {422, "LBP", 2}, {426, "LSL", 2},
    {430, "LRD", 2}, {434, "LYD", 3}, {446, "MOP", 2}, {454, "MWK", 2}, {458, "MYR", 2},
    {462, "MVR", 2}, {480, "MUR", 2}, {484, "MXN", 2}, {496, "MNT", 2}, {498, "MDL", 2},
    {504, "MAD", 2}, {512, "OMR", 3}, {516, "NAD", 2}, {524, "NPR", 2}, {532, "XCG", 2},
    {533, "AWG", 2}, {548, "VUV", 0}, {554, "NZD", 2}, {558, "NIO", 2}, {566, "NGN", 2},
    {578, "NOK", 2}, {586, "PKR", 2}, {590, "PAB", 2}, {598, "PGK", 2}, {600, "PYG", 0},
    {604, "PEN", 2}, {608, "PHP", 2}, {634, "QAR", 2}, {643, "RUB", 2}, {646, "RWF", 0},
    {654, "SHP", 2}, {682, "SAR", 2}, {690, "SCR", 2}, {702, "SGD", 2}, {704, "VND", 0},
    {706, "SOS", 2}, {710, "ZAR", 2}, {728, "SSP", 2}, {748, "SZL", 2}, {752, "SEK", 2},
    {756, "CHF", 2}, {760, "SYP", 2}, {764, "THB", 2}, {776, "TOP", 2}, {780, "TTD", 2},
    {784, "AED", 2}, {788, "TND", 3}, {800, "UGX", 0}, {807, "MKD", 2}, {818, "EGP", 2},
    {826, "GBP", 2}, {834, "TZS", 2}, {840, "USD", 2}, {858, "UYU", 2}, {860, "UZS", 2},
    {882, "WST", 2}, {886, "YER", 2}, {901, "TWD", 2}, {924, "ZWG", 2}, {925, "SLE", 2},
    {926, "VED", 2}, {927, "UYW", 4}, {928, "VES", 2}, {929, "MRU", 2}, {930, "STN", 2},
    {933, "BYN", 2}, {934, "TMT", 2}, {936, "GHS", 2}, {938, "SDG", 2}, {940, "UYI", 0},
    {941, "RSD", 2}, {943, "MZN", 2}, {944, "AZN", 2}, {946, "RON", 2}, {947, "CHE", 2},
    {948, "CHW", 2}, {949, "TRY", 2}, {950, "XAF", 0}, {951, "XCD", 2}, {952, "XOF", 0},
    {953, "XPF", 0}, {955, "XBA", kNoMinorUnit}, {956, "XBB", kNoMinorUnit},
    {957, "XBC", kNoMinorUnit}, {958, "XBD", kNoMinorUnit}, {959, "XAU", kNoMinorUnit},
    {960, "XDR", kNoMinorUnit}, {961, "XAG", kNoMinorUnit}, {962, "XPT", kNoMinorUnit},
    {963, "XTS", kNoMinorUnit}, {964, "XPD", kNoMinorUnit}, {965, "XUA", kNoMinorUnit},
    {967, "ZMW", 2}, {968, "SRD", 2}, {969, "MGA", 2}, {970, "COU", 2}, {971, "AFN", 2},
    {972, "TJS", 2}, {973, "AOA", 2}, {976, "CDF", 2}, {977, "BAM", 2}, {978, "EUR", 2},
    {979, "MXV", 2}, {980, "UAH", 2}, {981, "GEL", 2}, {984, "BOV", 2}, {985, "PLN", 2},
    {986, "BRL", 2}, {990, "CLF", 4}, {994, "XSU", kNoMinorUnit}, {997, "USN", 2},
    {999, "XXX", kNoMinorUnit},
};
// clang-format on

// Numeric code to position + 1 in the table; 0 means not assigned.
constexpr auto kIndex = [] {
    std::array<std::uint8_t, 1000> index{};
    for (std::size_t i = 0; i < std::size(kCurrencies); ++i)
        index[kCurrencies[i].numeric] = static_cast<std::uint8_t>(i + 1);
    return index;
}();
static_assert(std::size(kCurrencies) < 255);

CurrencyFact const* find(std::uint16_t numeric) noexcept
{
    if (numeric >= kIndex.size() || kIndex[numeric] == 0) return nullptr;
    return &kCurrencies[kIndex[numeric] - 1];
}

}  // namespace

std::optional<unsigned> currency_exponent(std::uint16_t numeric) noexcept
{
    auto const* const fact = find(numeric);
    if (fact == nullptr || fact->exponent == kNoMinorUnit) return std::nullopt;
    return static_cast<unsigned>(fact->exponent);
}

std::string_view currency_code(std::uint16_t numeric) noexcept
{
    auto const* const fact = find(numeric);
    return fact == nullptr ? std::string_view{} : std::string_view{fact->code, 3};
}

std::optional<Currency> currency_by_code(std::string_view code) noexcept
{
    for (auto const& fact : kCurrencies)
        if (code == std::string_view{fact.code, 3}) return Currency{fact.numeric};
    return std::nullopt;
}

std::string format_amount(Amount amount)
{
    auto const numeric = static_cast<std::uint16_t>(amount.currency);
    auto const exponent = currency_exponent(numeric);
    // The magnitude of the smallest number does not fit a signed one.
    auto const negative = amount.minor < 0;
    auto const magnitude = negative ? ~static_cast<std::uint64_t>(amount.minor) + 1U
                                    : static_cast<std::uint64_t>(amount.minor);
    auto digits = std::to_string(magnitude);
    std::string const sign = negative ? "-" : "";
    if (!exponent) return sign + digits + " (currency " + std::to_string(numeric) + ")";
    if (*exponent > 0) {
        if (digits.size() <= *exponent) digits.insert(0, *exponent + 1 - digits.size(), '0');
        digits.insert(digits.size() - *exponent, 1, '.');
    }
    return sign + digits + " " + std::string{currency_code(numeric)};
}

}  // namespace turnout
