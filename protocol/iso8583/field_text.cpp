#include "protocol/iso8583/field_text.hpp"

namespace turnout::iso8583 {
namespace {

struct Lead {
    std::size_t size;
    unsigned second_min;  // of the second byte
    unsigned second_max;
};

// Table 3-7 of the Unicode standard.
Lead lead_of(unsigned first) noexcept
{
    if (first < 0x80U) return {1, 0, 0};
    if (first < 0xc2U) return {0, 0, 0};
    if (first < 0xe0U) return {2, 0x80, 0xbf};
    if (first == 0xe0U) return {3, 0xa0, 0xbf};
    if (first == 0xedU) return {3, 0x80, 0x9f};
    if (first < 0xf0U) return {3, 0x80, 0xbf};
    if (first == 0xf0U) return {4, 0x90, 0xbf};
    if (first < 0xf4U) return {4, 0x80, 0xbf};
    if (first == 0xf4U) return {4, 0x80, 0x8f};
    return {0, 0, 0};
}

// Bytes behind the lead that are right, of those that are there.
std::size_t good_tail(ByteView bytes, std::size_t at, Lead lead) noexcept
{
    std::size_t good = 1;
    for (; good < lead.size && at + good < bytes.size(); ++good) {
        auto const x = static_cast<unsigned>(bytes[at + good]);
        auto const low = good == 1 ? lead.second_min : 0x80U;
        auto const high = good == 1 ? lead.second_max : 0xbfU;
        if (x < low || x > high) break;
    }
    return good;
}

}  // namespace

std::size_t utf8_size(ByteView bytes, std::size_t at) noexcept
{
    if (at >= bytes.size()) return 0;
    auto const lead = lead_of(static_cast<unsigned>(bytes[at]));
    return lead.size != 0 && good_tail(bytes, at, lead) == lead.size ? lead.size : 0;
}

bool utf8_is_cut(ByteView bytes, std::size_t at) noexcept
{
    if (at >= bytes.size()) return true;
    auto const lead = lead_of(static_cast<unsigned>(bytes[at]));
    return lead.size != 0 && at + good_tail(bytes, at, lead) == bytes.size();
}

}  // namespace turnout::iso8583
