// What lies inside of a value, by a dialect's NestedSpec: sub-fields by position, TLV, bitmap,
// BER-TLV or 2003 data sets. Reads and writes the value's bytes as they lie on the wire (hex and
// packed digits are not opened); unknown tags are kept, so that what was read can be written again
// byte for byte. Borrowed bytes, no allocation, no exception, no recursion over input.
#pragma once
#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/dataset.hpp"
#include "protocol/wire/tlv.hpp"

#include <optional>

namespace turnout::iso8583 {

inline constexpr std::size_t kNestedBitsMax = 192;

struct Subfield {
    std::uint64_t id = 0;  // as SubfieldSpec::id
    ByteView wire;         // everything: padding, tag, length, value
    ByteView value;
    std::size_t units = 0;               // as its spec counts; bytes without a spec
    SubfieldSpec const* spec = nullptr;  // nullptr: the dialect does not know it
};

// Walks the sub-fields of one value, front to back. Borrows dialect, layout and bytes.
class NestedReader {
public:
    // `inner` is one of `dialect`'s layouts, or any that needs no sub-fields (BER-TLV).
    NestedReader(Dialect const& dialect, NestedSpec const& inner, ByteView value) noexcept;
    // True and `out` filled when there is another one. False at the end and at the first error;
    // what came before stays right.
    [[nodiscard]] bool next(Subfield& out) noexcept;
    // Errc::ok at the end. `at` counts from the start of the value.
    [[nodiscard]] Fault error() const noexcept { return fault_; }
    // In front of the first sub-field: the bitmaps of NestedKind::bitmap, otherwise empty.
    [[nodiscard]] ByteView bitmaps() const noexcept { return value_.first(front_); }
    // What next() has not consumed: padding behind the last element, or the failing rest.
    [[nodiscard]] ByteView trailing() const noexcept { return value_.subspan(at_); }

private:
    [[nodiscard]] SubfieldSpec const* find(std::uint64_t id) const noexcept;
    [[nodiscard]] bool fail(Errc code, std::size_t at) noexcept;
    [[nodiscard]] bool read_bitmaps() noexcept;
    [[nodiscard]] bool place(SubfieldSpec const& spec, Subfield& out) noexcept;
    [[nodiscard]] bool next_position(Subfield& out) noexcept;
    [[nodiscard]] bool next_bit(Subfield& out) noexcept;
    [[nodiscard]] bool next_tlv(Subfield& out) noexcept;
    [[nodiscard]] bool next_ber(Subfield& out) noexcept;
    [[nodiscard]] bool next_dataset(Subfield& out) noexcept;

    Dialect const* dialect_;
    NestedSpec const* inner_;
    ByteView value_;
    std::size_t at_ = 0;
    std::size_t front_ = 0;                // bytes of the bitmaps
    std::size_t index_ = 0;                // positional: next sub-field; bitmap: next bit
    std::array<std::uint64_t, 3> bits_{};  // bitmap: bit (n - 1) % 64 of word (n - 1) / 64
    wire::TlvReader tlv_;
    wire::DatasetReader datasets_;
    Fault fault_;
};

// Writes sub-fields into the caller's buffer, in the order in which the layout has them. The first
// error sticks and finish() returns it.
class NestedWriter {
public:
    // `bitmaps`: how many of a chain a bitmap layout begins with.
    NestedWriter(Dialect const& dialect, NestedSpec const& inner, ByteSpan out,
                 unsigned bitmaps = 1) noexcept;
    // As a reader of the same layout gave it: byte for byte.
    void wire(Subfield const& subfield) noexcept;
    // Bytes as they are, such as NestedReader::trailing().
    void raw(ByteView bytes) noexcept;
    // A known sub-field from its characters (as MessageBuilder::text) or bytes; an unknown one of a
    // TLV kind from its bytes. unknown_field, field_order, wrong_length, no_room.
    void text(std::uint64_t id, std::string_view value) noexcept;
    void bytes(std::uint64_t id, ByteView value) noexcept;
    // Bytes written, or the first error.
    [[nodiscard]] Result<std::size_t, Errc> finish() noexcept;

private:
    [[nodiscard]] std::byte* claim(std::uint64_t id, std::size_t bytes) noexcept;
    void fail(Errc code) noexcept;
    [[nodiscard]] bool put_head(std::uint64_t id, std::size_t value_bytes,
                                std::size_t units) noexcept;
    [[nodiscard]] std::byte* begin(std::uint64_t id, FieldSpec& spec,
                                   Measure const& measure) noexcept;
    [[nodiscard]] SubfieldSpec const* find(std::uint64_t id) const noexcept;
    [[nodiscard]] bool has_own_length() const noexcept;

    Dialect const* dialect_;
    NestedSpec const* inner_;
    ByteSpan out_;
    std::size_t at_;
    std::size_t bits_max_;
    std::uint64_t last_id_ = 0;
    std::array<std::uint64_t, 3> bits_{};
    Errc error_ = Errc::ok;
};

// "1", "9F26", "0158", "71" as the id of a sub-field of this layout: decimal for positions and
// bits, hex for BER tags, data sets and binary tags, characters for TLV tags (short digits are
// filled with zeros in front). nullopt when it cannot be one.
[[nodiscard]] std::optional<std::uint64_t> subfield_id(NestedSpec const& inner,
                                                       std::string_view text) noexcept;
// The same back, for people: characters written into `out` (16 are enough).
[[nodiscard]] std::size_t subfield_name(NestedSpec const& inner, std::uint64_t id,
                                        std::span<char, 16> out) noexcept;

// The layout inside of a sub-field: what its spec says; BER-TLV in constructed tags and in the data
// sets that the standard fills with it. nullptr when there is none.
[[nodiscard]] NestedSpec const* layout_inside(Dialect const& dialect, NestedSpec const& inner,
                                              Subfield const& subfield) noexcept;

// The sub-field of a path such as "48.1", "55.9F26", "127.25.3" (data element, then one id per
// level). absent; unknown_field when the path names no layout; or what made the value unreadable.
[[nodiscard]] Result<Subfield, Errc> find_path(MessageView const& view,
                                               std::string_view path) noexcept;

// Its characters, as MessageView::text(); upper-case hex when the dialect does not know it.
[[nodiscard]] Result<std::size_t, Errc> subfield_text(Subfield const& subfield,
                                                      std::span<char> out) noexcept;

}  // namespace turnout::iso8583
