// Datasets of the composite fields of ISO 8583:2003 (clause 5.4): identifier (1 byte), length (2
// bytes, most significant first), content. The content is BER-TLV (wire/tlv.hpp) or begins with a
// dataset bitmap. Borrowed bytes, no allocation; unknown identifiers are kept as they are.
#pragma once
#include "protocol/core/bytes.hpp"

#include <optional>

namespace turnout::wire {

inline constexpr std::size_t kDatasetHeadBytes = 3;

enum class DatasetErrc : std::uint8_t {
    ok = 0,
    truncated,  // the bytes end inside the head, the content or the bitmap
    empty,      // a dataset of length 0
    too_many,   // a dataset bitmap with more than kDatasetElementsMax elements
    no_room,    // writer: the caller's buffer is too small
    too_long,   // writer: content of more than 65,535 bytes
};
[[nodiscard]] std::string_view meaning(DatasetErrc code) noexcept;

struct DatasetError {
    DatasetErrc code = DatasetErrc::ok;
    std::uint32_t offset_bytes = 0;  // of the dataset's head, from the first byte given
    [[nodiscard]] constexpr bool ok() const noexcept { return code == DatasetErrc::ok; }
};

struct Dataset {
    std::uint8_t id = 0;
    std::uint32_t offset_bytes = 0;  // of the head, from the first byte given
    ByteView wire;                   // head and content
    ByteView content;

    // What the standard's ranges say: identifiers up to 70 hold BER-TLV, those above a bitmap.
    // Networks that put BER-TLV under a higher identifier exist; their dialect says so.
    [[nodiscard]] constexpr bool tlv_by_id() const noexcept { return id <= 0x70; }
};

// Walks the datasets of one field, front to back. Borrows the bytes.
class DatasetReader {
public:
    explicit DatasetReader(ByteView bytes) noexcept : bytes_(bytes) {}
    // True and `out` filled when there is another one. False at the end and at the first error:
    // error() tells which; `out` is then unchanged.
    [[nodiscard]] bool next(Dataset& out) noexcept;
    [[nodiscard]] DatasetError error() const noexcept { return error_; }

private:
    ByteView bytes_;
    std::size_t at_ = 0;
    DatasetError error_;
};

inline constexpr unsigned kDatasetElementsMax = 64;

// The bitmap in front of the content of such a dataset: 16 bits, and 8 more for each continuation
// (first bit of a word set). Elements count from 1 and skip the continuation bits; the last bit of
// the last word says that BER-TLV follows behind the elements.
struct DatasetBitmap {
    std::uint64_t present = 0;     // bit (element - 1)
    std::uint32_t size_bytes = 0;  // the elements' values begin here
    bool tlv_follows = false;

    [[nodiscard]] constexpr bool has(unsigned element) const noexcept
    {
        return element - 1 < kDatasetElementsMax && (present >> (element - 1) & 1U) != 0;
    }
};
// Reads the bitmap at the front of `content`; `out` is unchanged on error.
[[nodiscard]] DatasetErrc read_dataset_bitmap(ByteView content, DatasetBitmap& out) noexcept;
// Writes the shortest bitmap for these elements; returns bytes written, 0 when `out` is too small.
[[nodiscard]] std::size_t write_dataset_bitmap(ByteSpan out, std::uint64_t present,
                                               bool tlv_follows) noexcept;

// Writes one dataset; returns ok and the bytes written in `written_bytes`, or an error and nothing.
[[nodiscard]] DatasetErrc write_dataset(ByteSpan out, std::uint8_t id, ByteView content,
                                        std::size_t& written_bytes) noexcept;

}  // namespace turnout::wire
