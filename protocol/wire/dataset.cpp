#include "protocol/wire/dataset.hpp"

#include <algorithm>
#include <bit>

namespace turnout::wire {

namespace {

constexpr unsigned kFirstWordBits = 16;
constexpr unsigned kNextWordBits = 8;
constexpr unsigned kFirstWordElements = kFirstWordBits - 1;  // all but the continuation bit
constexpr unsigned kNextWordElements = kNextWordBits - 1;

// Bit `number` (1 = most significant of the first byte) of the bitmap's bytes.
bool bit_at(ByteView bytes, unsigned number) noexcept
{
    return (static_cast<unsigned>(bytes[(number - 1) / 8]) >> (7 - (number - 1) % 8) & 1U) != 0;
}

void set_bit(ByteSpan bytes, unsigned number) noexcept
{
    bytes[(number - 1) / 8] |= static_cast<std::byte>(0x80U >> (number - 1) % 8);
}

// Element 1 is bit 2. The first word holds elements 1..15, each further one seven more.
constexpr unsigned bit_of_element(unsigned element) noexcept
{
    if (element <= kFirstWordElements) return element + 1;
    auto const beyond = element - kFirstWordElements - 1;
    return kFirstWordBits + beyond / kNextWordElements * kNextWordBits +
           beyond % kNextWordElements + 2;
}

constexpr unsigned kLastElementBit = bit_of_element(kDatasetElementsMax);

}  // namespace

std::string_view meaning(DatasetErrc code) noexcept
{
    switch (code) {
        case DatasetErrc::ok:
            return "no error";
        case DatasetErrc::truncated:
            return "ends inside a dataset";
        case DatasetErrc::empty:
            return "dataset without content";
        case DatasetErrc::too_many:
            return "dataset bitmap is too long";
        case DatasetErrc::no_room:
            return "no room in the buffer";
        case DatasetErrc::too_long:
            return "dataset is longer than 65535 bytes";
    }
    return "unlisted";
}

bool DatasetReader::next(Dataset& out) noexcept
{
    auto const rest = bytes_.subspan(at_);
    if (!error_.ok() || rest.empty()) return false;
    auto const at = static_cast<std::uint32_t>(at_);
    if (rest.size() < kDatasetHeadBytes) {
        error_ = {DatasetErrc::truncated, at};
        return false;
    }
    auto const length = std::size_t{load_be16(&rest[1])};
    if (length == 0 || length > rest.size() - kDatasetHeadBytes) {
        error_ = {length == 0 ? DatasetErrc::empty : DatasetErrc::truncated, at};
        return false;
    }
    out.id = static_cast<std::uint8_t>(rest[0]);
    out.offset_bytes = at;
    out.wire = rest.first(kDatasetHeadBytes + length);
    out.content = rest.subspan(kDatasetHeadBytes, length);
    at_ += out.wire.size();
    return true;
}

DatasetErrc read_dataset_bitmap(ByteView content, DatasetBitmap& out) noexcept
{
    unsigned end_bit = kFirstWordBits;
    unsigned word_bit = 1;
    for (;;) {
        if (content.size() * 8 < end_bit) return DatasetErrc::truncated;
        if (!bit_at(content, word_bit)) break;
        if (end_bit > kLastElementBit) return DatasetErrc::too_many;
        word_bit = end_bit + 1;
        end_bit += kNextWordBits;
    }
    DatasetBitmap bitmap;
    bitmap.size_bytes = end_bit / 8;
    bitmap.tlv_follows = bit_at(content, end_bit);
    for (unsigned element = 1; element <= kDatasetElementsMax; ++element) {
        auto const bit = bit_of_element(element);
        if (bit >= end_bit) break;
        if (bit_at(content, bit)) bitmap.present |= std::uint64_t{1} << (element - 1);
    }
    for (auto bit = kLastElementBit + 2; bit < end_bit; ++bit)  // one behind it continues
        if (bit_at(content, bit)) return DatasetErrc::too_many;
    out = bitmap;
    return DatasetErrc::ok;
}

std::size_t write_dataset_bitmap(ByteSpan out, std::uint64_t present, bool tlv_follows) noexcept
{
    auto const highest = static_cast<unsigned>(64 - std::countl_zero(present));
    unsigned bits = kFirstWordBits;
    // The last bit of the last word is no element.
    while (highest != 0 && bit_of_element(highest) >= bits)
        bits += kNextWordBits;
    auto const bytes = bits / 8;
    if (out.size() < bytes) return 0;
    std::fill_n(out.begin(), bytes, std::byte{0});
    if (bits > kFirstWordBits) set_bit(out, 1);
    for (auto bit = kFirstWordBits + 1; bit + kNextWordBits <= bits; bit += kNextWordBits)
        set_bit(out, bit);
    for (unsigned element = 1; element <= highest; ++element)
        if ((present >> (element - 1) & 1U) != 0) set_bit(out, bit_of_element(element));
    if (tlv_follows) set_bit(out, bits);
    return bytes;
}

DatasetErrc write_dataset(ByteSpan out, std::uint8_t id, ByteView content,
                          std::size_t& written_bytes) noexcept
{
    if (content.empty()) return DatasetErrc::empty;
    if (content.size() > 65'535) return DatasetErrc::too_long;
    if (out.size() < kDatasetHeadBytes + content.size()) return DatasetErrc::no_room;
    out[0] = static_cast<std::byte>(id);
    store_be16(&out[1], static_cast<std::uint16_t>(content.size()));
    std::memcpy(&out[kDatasetHeadBytes], content.data(), content.size());
    written_bytes = kDatasetHeadBytes + content.size();
    return DatasetErrc::ok;
}

}  // namespace turnout::wire
