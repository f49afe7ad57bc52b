#include "protocol/iso8583/translate.hpp"

#include <algorithm>

namespace turnout::iso8583 {

namespace {

struct Pair {
    std::uint16_t from;
    std::uint16_t to;
};

// clang-format off
constexpr Pair k1987To1993[] = {
    {0, 0}, {1, 107}, {2, 108}, {3, 109}, {4, 200}, {5, 100}, {6, 909}, {7, 207}, {8, 1},
    {9, 923}, {10, 2}, {11, 3}, {12, 902}, {13, 110}, {14, 111}, {15, 908}, {16, 4}, {19, 903},
    {22, 909}, {23, 113}, {24, 301}, {25, 302}, {26, 303}, {27, 304}, {28, 305}, {29, 306},
    {30, 904}, {31, 905}, {33, 201}, {34, 202}, {35, 203}, {36, 204}, {37, 205}, {38, 206},
    {39, 114}, {40, 115}, {41, 208}, {42, 114}, {43, 209}, {44, 114}, {51, 116}, {52, 114},
    {53, 114}, {54, 101}, {55, 117}, {56, 118}, {57, 119}, {58, 120}, {59, 102}, {60, 103},
    {61, 121}, {62, 104}, {63, 122}, {65, 123}, {66, 105}, {67, 200}, {68, 911}, {75, 106},
    {85, 85}, {90, 906}, {91, 907}, {92, 908}, {93, 124}, {94, 913}, {95, 915}, {96, 909},
};
// The way back, one code for each.
constexpr Pair k1993To1987[] = {
    {0, 0}, {1, 8}, {2, 10}, {3, 11}, {4, 16}, {85, 85}, {100, 5}, {101, 54}, {102, 59},
    {103, 60}, {104, 62}, {105, 66}, {106, 75}, {107, 1}, {108, 2}, {109, 3}, {110, 13},
    {111, 14}, {113, 23}, {114, 39}, {115, 40}, {116, 51}, {117, 55}, {118, 56}, {119, 57},
    {120, 58}, {121, 61}, {122, 63}, {123, 65}, {124, 93}, {200, 4}, {201, 33}, {202, 34},
    {203, 35}, {204, 36}, {205, 37}, {206, 38}, {207, 7}, {208, 41}, {209, 43}, {301, 24},
    {302, 25}, {303, 26}, {304, 27}, {305, 28}, {306, 29}, {902, 12}, {903, 19}, {904, 30},
    {905, 31}, {906, 90}, {907, 91}, {908, 92}, {909, 96}, {911, 68}, {913, 94}, {915, 95},
    {923, 9},
};
// Without an equivalent, but with a better one than the general code of its kind.
constexpr Pair k1993Near1987[] = {
    {5, 0}, {6, 10}, {7, 0}, {112, 55}, {129, 59}, {210, 34}, {300, 0}, {307, 30}, {308, 29},
    {309, 25}, {400, 0}, {500, 0}, {501, 95}, {502, 95}, {503, 95}, {504, 95}, {600, 0}, {700, 0},
    {800, 0}, {900, 0}, {901, 0}, {910, 91}, {912, 91}, {914, 25},
};
constexpr Pair k2003To1993[] = {
    {0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}, {8, 8}, {9, 9}, {10, 10},
    {11, 11}, {12, 12}, {13, 13}, {85, 85}, {1000, 100}, {1001, 101}, {1002, 102}, {1003, 103},
    {1004, 104}, {1005, 105}, {1006, 106}, {1007, 107}, {1008, 108}, {1009, 109}, {1010, 110},
    {1011, 111}, {1012, 112}, {1013, 113}, {1014, 114}, {1015, 115}, {1016, 116}, {1017, 117},
    {1018, 118}, {1019, 119}, {1020, 120}, {1021, 121}, {1022, 122}, {1023, 123}, {1024, 124},
    {1025, 125}, {1026, 126}, {1027, 127}, {1028, 128}, {1029, 129}, {2000, 200}, {2001, 201},
    {2002, 202}, {2003, 203}, {2004, 204}, {2005, 205}, {2006, 206}, {2007, 207}, {2008, 208},
    {2009, 209}, {2010, 210}, {3000, 300}, {3001, 301}, {3002, 302}, {3003, 303}, {3004, 304},
    {3005, 305}, {3006, 306}, {3007, 307}, {3008, 308}, {3009, 309}, {4000, 400}, {5000, 500},
    {5001, 501}, {5002, 502}, {5003, 503}, {5004, 504}, {6000, 600}, {7000, 700}, {8000, 800},
    {9000, 900}, {9001, 901}, {9100, 904}, {9102, 902}, {9103, 903}, {9105, 905}, {9106, 906},
    {9107, 907}, {9108, 908}, {9109, 909}, {9110, 910}, {9111, 911}, {9112, 912}, {9113, 913},
    {9114, 914}, {9115, 915}, {9116, 916}, {9117, 917}, {9118, 918}, {9119, 919}, {9120, 920},
    {9121, 921}, {9122, 922}, {9123, 923},
};
// clang-format on

// The inverse, sorted for search at compile time.
constexpr auto k1993To2003 = [] {
    std::array<Pair, std::size(k2003To1993)> inverse{};
    for (std::size_t i = 0; i < inverse.size(); ++i)
        inverse[i] = {k2003To1993[i].to, k2003To1993[i].from};
    std::sort(inverse.begin(), inverse.end(), [](Pair a, Pair b) { return a.from < b.from; });
    return inverse;
}();

constexpr bool is_ascending(std::span<Pair const> pairs) noexcept
{
    for (std::size_t i = 1; i < pairs.size(); ++i)
        if (pairs[i - 1].from >= pairs[i].from) return false;
    return true;
}
static_assert(is_ascending(k1987To1993) && is_ascending(k1993To1987) &&
                  is_ascending(k1993Near1987) && is_ascending(k2003To1993) &&
                  is_ascending(k1993To2003),
              "found by binary search, and each code once");

std::optional<std::uint16_t> find(std::span<Pair const> pairs, unsigned from) noexcept
{
    auto const found =
        std::lower_bound(pairs.begin(), pairs.end(), from,
                         [](Pair pair, unsigned wanted) { return pair.from < wanted; });
    if (found == pairs.end() || found->from != from) return std::nullopt;
    return found->to;
}

// By kind (ResponseAction) and edition.
constexpr std::uint16_t kGeneral[][3] = {
    {0, 0, 0},        // approve
    {5, 100, 1000},   // decline
    {1, 107, 1007},   // refer
    {4, 200, 2000},   // pick_up
    {91, 907, 9107},  // retry
    {96, 909, 9109},  // error
    {21, 100, 1000},  // info
};

Translated general(Edition from, unsigned code, Edition to) noexcept
{
    auto const kind = static_cast<std::size_t>(action_of(from, code));
    return {kGeneral[kind][static_cast<std::size_t>(to)], false};
}

struct NetworkCode {
    std::uint16_t de70;
    std::uint16_t de24;
};
// For each DE 24 the one to come back to first.
constexpr NetworkCode kNetworkCodes[] = {
    {1, 801},   {2, 802},  {101, 811}, {201, 821}, {301, 831}, {161, 811},
    {162, 811}, {61, 801}, {62, 802},  {65, 802},  {66, 801},  {270, 831},
};

constexpr unsigned kNetworkClass = 8;
constexpr unsigned kOtherOrigin = 4;

}  // namespace

std::optional<Edition> edition_of(Mti mti) noexcept
{
    if (mti.version() > 2) return std::nullopt;
    return static_cast<Edition>(mti.version());
}

std::optional<Mti> translate_mti(Mti mti, Edition to) noexcept
{
    auto const from = edition_of(mti);
    if (!from.has_value()) return std::nullopt;
    if (*from == to) return mti;
    if (mti.function() > 5) return std::nullopt;
    auto origin = mti.origin();
    if (mti.message_class() == kNetworkClass) {
        if (to == Edition::iso1993 && origin < 2) origin += kOtherOrigin;
        if (*from == Edition::iso1993 && origin >= kOtherOrigin && origin < kOtherOrigin + 2)
            origin -= kOtherOrigin;
    }
    auto const version = static_cast<unsigned>(to);
    auto const value = version * 1000U + mti.value % 1000U - mti.origin() + origin;
    return Mti{static_cast<std::uint16_t>(value)};
}

Translated translate_action(Edition from, unsigned code, Edition to) noexcept
{
    if (from == to) return {static_cast<std::uint16_t>(code), true};
    // 1993 stands in the middle: the tables lead to it and from it.
    auto middle = code;
    if (from != Edition::iso1993) {
        auto const found =
            from == Edition::iso1987 ? find(k1987To1993, code) : find(k2003To1993, code);
        if (!found.has_value()) return general(from, code, to);
        middle = *found;
    }
    if (to == Edition::iso1993) return {static_cast<std::uint16_t>(middle), true};
    auto const table = to == Edition::iso1987 ? std::span<Pair const>(k1993To1987)
                                              : std::span<Pair const>(k1993To2003);
    if (auto const found = find(table, middle); found.has_value()) return {*found, true};
    if (to == Edition::iso1987)
        if (auto const near = find(k1993Near1987, middle); near.has_value()) return {*near, false};
    return general(from, code, to);
}

std::optional<std::uint16_t> action_from_text(Edition edition, std::string_view text) noexcept
{
    if (text.size() != action_digits(edition)) return std::nullopt;
    unsigned code = 0;
    for (auto const character : text) {
        if (character < '0' || character > '9') return std::nullopt;
        code = code * 10U + static_cast<unsigned>(character - '0');
    }
    return static_cast<std::uint16_t>(code);
}

std::size_t action_text(Edition edition, unsigned code, std::span<char> out) noexcept
{
    auto const digits = action_digits(edition);
    constexpr unsigned kLimits[] = {100, 1000, 10000};
    if (out.size() < digits || code >= kLimits[static_cast<std::size_t>(edition)]) return 0;
    for (auto left = digits; left > 0; --left, code /= 10U)
        out[left - 1] = static_cast<char>('0' + code % 10U);
    return digits;
}

std::optional<unsigned> function_of_network_code(unsigned de70) noexcept
{
    for (auto const& entry : kNetworkCodes)
        if (entry.de70 == de70) return entry.de24;
    return std::nullopt;
}

std::optional<unsigned> network_code_of_function(unsigned de24) noexcept
{
    for (auto const& entry : kNetworkCodes)
        if (entry.de24 == de24) return entry.de70;
    return std::nullopt;
}

std::string_view network_function_name(unsigned de24) noexcept
{
    switch (de24) {
        case 801:
            return "sign-on";
        case 802:
            return "sign-off";
        case 811:
            return "key change";
        case 821:
            return "cutover";
        case 831:
            return "echo test";
        default:
            return {};
    }
}

}  // namespace turnout::iso8583
