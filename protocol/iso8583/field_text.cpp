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

// The bytes of a Word, the others filled with spaces.
template <class Word>
std::uint64_t load_spaced(std::byte const* at) noexcept
{
    auto const above = ~std::uint64_t{0} << (8U * sizeof(Word) - 1U) << 1U;
    return std::uint64_t{load<Word>(at)} | (0x20 * wire::kEveryByte & above);
}
// First and last Word of `size` bytes, which is between one and two words.
template <class Word>
std::uint64_t marks_of_ends(std::byte const* at, std::size_t size) noexcept
{
    return wire::not_printable(load_spaced<Word>(at)) |
           wire::not_printable(load_spaced<Word>(at + size - sizeof(Word)));
}

}  // namespace

bool all_printable(std::string_view value) noexcept
{
    auto const* const at = as_bytes(value).data();
    auto const size = value.size();
    if (size < 2) return size == 0 || wire::not_printable(load_spaced<std::uint8_t>(at)) == 0;
    if (size < 4) return marks_of_ends<std::uint16_t>(at, size) == 0;
    if (size < 8) return marks_of_ends<std::uint32_t>(at, size) == 0;
    auto marks = wire::not_printable(load<std::uint64_t>(at + size - 8));
    for (std::size_t i = 0; i + 8 < size; i += 8)
        marks |= wire::not_printable(load<std::uint64_t>(at + i));
    return marks == 0;
}

bool all_ascii(std::string_view text) noexcept
{
    auto const bytes = as_bytes(text);
    std::uint64_t seen = 0;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8)
        seen |= load<std::uint64_t>(bytes.data() + i);
    for (; i < bytes.size(); ++i)
        seen |= static_cast<std::uint64_t>(bytes[i]);
    return (seen & wire::kTopBits) == 0;
}

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
