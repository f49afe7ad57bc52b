#include "protocol/wire/tlv.hpp"

namespace turnout::wire {

namespace {

constexpr std::size_t kTagBytesMax = 4;
constexpr std::size_t kLengthBytesMax = 4;  // behind the byte 84

// The length field of a value: one byte below 128, else 81..84 and so many bytes.
std::size_t length_field_bytes(std::size_t value_bytes) noexcept
{
    if (value_bytes < 0x80U) return 1;
    if (value_bytes <= 0xffU) return 2;
    if (value_bytes <= 0xffffU) return 3;
    return value_bytes <= 0xff'ffffU ? 4 : 5;
}

void put_length(std::byte* out, std::size_t field_bytes, std::size_t value_bytes) noexcept
{
    if (field_bytes == 1) {
        *out = static_cast<std::byte>(value_bytes);
        return;
    }
    *out = static_cast<std::byte>(0x80U | (field_bytes - 1));
    for (auto i = field_bytes - 1; i > 0; --i, value_bytes >>= 8U)
        out[i] = static_cast<std::byte>(value_bytes);
}

std::size_t tag_bytes(std::uint32_t tag) noexcept
{
    return tag > 0xff'ffffU ? 4 : tag > 0xffffU ? 3 : tag > 0xffU ? 2 : 1;
}

bool has_more_tag_bytes(std::byte byte, std::size_t index) noexcept
{
    return index == 0 ? (byte & std::byte{0x1f}) == std::byte{0x1f}
                      : (byte & std::byte{0x80}) != std::byte{0};
}

}  // namespace

std::string_view meaning(TlvErrc code) noexcept
{
    switch (code) {
        case TlvErrc::ok:
            return "no error";
        case TlvErrc::truncated:
            return "ends inside an element";
        case TlvErrc::bad_tag:
            return "tag is longer than four bytes";
        case TlvErrc::indefinite_length:
            return "indefinite length";
        case TlvErrc::length_overflow:
            return "length is longer than four bytes";
        case TlvErrc::too_deep:
            return "elements nested too deep";
        case TlvErrc::no_room:
            return "no room in the buffer";
        case TlvErrc::not_open:
            return "constructed elements are not closed in pairs";
    }
    return "unlisted";
}

bool TlvReader::fail(TlvErrc code, std::size_t at) noexcept
{
    error_ = {code, static_cast<std::uint32_t>(at)};
    return false;
}

bool TlvReader::next(Tlv& out) noexcept
{
    if (!error_.ok()) return false;
    auto const end = bytes_.size();
    auto at = at_;
    while (at < end && is_padding(bytes_[at]))
        ++at;
    if (at == end) return false;

    auto const tag_at = at;
    std::uint32_t tag = 0;
    for (std::size_t index = 0;; ++index) {
        if (index == kTagBytesMax) return fail(TlvErrc::bad_tag, tag_at);
        if (at == end) return fail(TlvErrc::truncated, end);
        auto const byte = bytes_[at++];
        tag = tag << 8U | static_cast<std::uint32_t>(byte);
        if (!has_more_tag_bytes(byte, index)) break;
    }

    if (at == end) return fail(TlvErrc::truncated, end);
    auto const length_at = at;
    std::size_t length = static_cast<std::size_t>(bytes_[at++]);
    if (length >= 0x80U) {
        auto const more = length & 0x7fU;
        if (more == 0) return fail(TlvErrc::indefinite_length, length_at);
        if (more > kLengthBytesMax) return fail(TlvErrc::length_overflow, length_at);
        if (more > end - at) return fail(TlvErrc::truncated, end);
        length = 0;
        for (std::size_t i = 0; i < more; ++i)
            length = length << 8U | static_cast<std::size_t>(bytes_[at++]);
    }
    // A declared length is compared, never added: it cannot wrap.
    if (length > end - at) return fail(TlvErrc::truncated, end);

    out.tag = tag;
    out.offset_bytes = static_cast<std::uint32_t>(tag_at);
    out.padding = bytes_.subspan(at_, tag_at - at_);
    out.head = bytes_.subspan(tag_at, at - tag_at);
    out.value = bytes_.subspan(at, length);
    at_ = at + length;
    return true;
}

TlvError check_tlv(ByteView bytes, TlvPadding padding) noexcept
{
    return walk_tlv(
        bytes, [](Tlv const&, unsigned) noexcept {}, padding);
}

bool find_tlv(ByteView bytes, std::uint32_t tag, Tlv& out) noexcept
{
    TlvReader reader(bytes);
    Tlv tlv;
    while (reader.next(tlv)) {
        if (tlv.tag != tag) continue;
        out = tlv;
        return true;
    }
    return false;
}

bool is_tlv_tag(std::uint32_t tag) noexcept
{
    auto const bytes = tag_bytes(tag);
    for (std::size_t index = 0; index < bytes; ++index) {
        auto const byte = static_cast<std::byte>(tag >> 8U * (bytes - 1 - index));
        if (has_more_tag_bytes(byte, index) != (index + 1 < bytes)) return false;
    }
    return tag != 0 && tag != 0xffU;
}

bool TlvWriter::reserve(std::size_t bytes) noexcept
{
    if (error_ != TlvErrc::ok) return false;
    if (bytes <= out_.size() - used_) return true;
    error_ = TlvErrc::no_room;
    return false;
}

void TlvWriter::put_tag(std::uint32_t tag) noexcept
{
    for (auto left = tag_bytes(tag); left > 0; --left)
        out_[used_++] = static_cast<std::byte>(tag >> 8U * (left - 1));
}

void TlvWriter::put(std::uint32_t tag, ByteView value) noexcept
{
    if (error_ == TlvErrc::ok && !is_tlv_tag(tag)) error_ = TlvErrc::bad_tag;
    if (error_ == TlvErrc::ok && value.size() > 0xffff'ffffU) error_ = TlvErrc::length_overflow;
    auto const field_bytes = length_field_bytes(value.size());
    if (!reserve(tag_bytes(tag) + field_bytes + value.size())) return;
    put_tag(tag);
    put_length(&out_[used_], field_bytes, value.size());
    used_ += field_bytes;
    copy(value);
}

void TlvWriter::copy(ByteView wire) noexcept
{
    if (!reserve(wire.size()) || wire.empty()) return;
    std::memcpy(&out_[used_], wire.data(), wire.size());
    used_ += wire.size();
}

void TlvWriter::open(std::uint32_t tag) noexcept
{
    if (error_ == TlvErrc::ok && !is_tlv_tag(tag)) error_ = TlvErrc::bad_tag;
    if (error_ == TlvErrc::ok && depth_ + 1 == kTlvDepthMax) error_ = TlvErrc::too_deep;
    if (!reserve(tag_bytes(tag) + 1)) return;
    put_tag(tag);
    ++used_;  // room for the shortest length; close() moves the value when it needs more
    open_[depth_++] = used_;
}

void TlvWriter::close() noexcept
{
    if (error_ == TlvErrc::ok && depth_ == 0) error_ = TlvErrc::not_open;
    if (error_ != TlvErrc::ok) return;
    auto const value_at = open_[depth_ - 1];
    auto const value_bytes = used_ - value_at;
    auto const field_bytes = length_field_bytes(value_bytes);
    if (!reserve(field_bytes - 1)) return;
    if (field_bytes > 1)
        std::memmove(&out_[value_at - 1] + field_bytes, &out_[value_at - 1] + 1, value_bytes);
    put_length(&out_[value_at - 1], field_bytes, value_bytes);
    used_ += field_bytes - 1;
    --depth_;
}

TlvErrc TlvWriter::finish() noexcept
{
    if (error_ == TlvErrc::ok && depth_ != 0) error_ = TlvErrc::not_open;
    return error_;
}

}  // namespace turnout::wire
