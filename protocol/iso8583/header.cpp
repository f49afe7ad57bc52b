#include "protocol/iso8583/header.hpp"

#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::iso8583 {
namespace {

// BASE I: byte 0 length, 3-4 total length, 5-7 destination, 8-10 source station. A reject has
// 26 bytes and the header of the rejected message behind.
constexpr std::size_t kTotalLengthAt = 3;
constexpr std::size_t kStationsAt = 5;
constexpr std::size_t kStationBytes = 3;

std::size_t piece_bytes(HeaderPiece const& piece, ByteView rest) noexcept
{
    auto const reject =
        piece.kind == HeaderKind::base1 && !rest.empty() && rest[0] == std::byte{kBase1RejectBytes};
    return reject ? kBase1RejectBytes + kBase1Bytes : std::size_t{piece.size_bytes};
}

bool is_digit(std::byte byte) noexcept
{
    return wire::digit_of(byte) <= 9U;
}
bool is_bcd(std::byte byte) noexcept
{
    return wire::nibbles_above_9(static_cast<std::uint64_t>(byte)) == 0;
}

// Index of the first byte that the piece cannot have, bytes.size() when there is none.
std::size_t first_wrong(HeaderPiece const& piece, ByteView bytes) noexcept
{
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const byte = bytes[i];
        auto good = true;
        if (piece.kind == HeaderKind::text)
            good = byte >= std::byte{0x20} && byte < std::byte{0x7f};
        else if (piece.kind == HeaderKind::digits)
            good = is_digit(byte);
        else if (piece.kind == HeaderKind::bcd)
            good = is_bcd(byte);
        else if (piece.kind == HeaderKind::constant)
            good = static_cast<char>(byte) == piece.value[i];
        else if (piece.kind == HeaderKind::base1)
            good = i != 0 || byte == std::byte{kBase1Bytes} || byte == std::byte{kBase1RejectBytes};
        if (!good) return i;
    }
    return bytes.size();
}

std::byte default_byte(HeaderKind kind) noexcept
{
    if (kind == HeaderKind::text) return std::byte{' '};
    return kind == HeaderKind::digits ? std::byte{'0'} : std::byte{0};
}

void swap_ranges(std::byte* first, std::size_t bytes) noexcept
{
    std::swap_ranges(first, first + bytes, first + bytes);
}

}  // namespace

Fault check_header(Dialect const& dialect, ByteView message, std::size_t& bytes) noexcept
{
    std::size_t at = 0;
    for (auto const& piece : dialect.header) {
        auto const rest = message.subspan(at);
        auto const size = piece_bytes(piece, rest);
        auto const seen = rest.first(std::min(size, rest.size()));
        auto const bad = first_wrong(piece, seen);
        if (bad < seen.size()) return {Errc::bad_header, at + bad};
        if (seen.size() < size) return {Errc::truncated, message.size()};
        at += size;
    }
    bytes = at;
    return {};
}

ByteView header_piece(Dialect const& dialect, ByteView header, std::size_t index) noexcept
{
    if (index >= dialect.header.size()) return {};
    std::size_t at = 0;
    for (std::size_t i = 0;; ++i) {
        auto const rest = header.subspan(at);
        auto const size = piece_bytes(dialect.header[i], rest);
        if (size > rest.size()) return {};
        if (i == index) return rest.first(size);
        at += size;
    }
}

Result<std::size_t, Errc> answer_header(Dialect const& dialect, ByteView header,
                                        ByteSpan out) noexcept
{
    std::size_t at = 0;
    for (std::size_t i = 0; i < dialect.header.size(); ++i) {
        auto const kind = dialect.header[i].kind;
        auto bytes = header_piece(dialect, header, i);
        if (kind == HeaderKind::base1 && bytes.size() > kBase1Bytes)
            bytes = bytes.subspan(kBase1RejectBytes);
        if (bytes.size() > out.size() - at) return Errc::no_room;
        std::copy(bytes.begin(), bytes.end(), out.data() + at);
        if (kind == HeaderKind::tpdu && bytes.size() == kTpduBytes)
            swap_ranges(out.data() + at + 1, 2);
        if (kind == HeaderKind::base1 && bytes.size() == kBase1Bytes)
            swap_ranges(out.data() + at + kStationsAt, kStationBytes);
        at += bytes.size();
    }
    return at;
}

Result<std::size_t, Errc> default_header(Dialect const& dialect, ByteSpan out) noexcept
{
    if (dialect.header_bytes > out.size()) return Errc::no_room;
    auto* at = out.data();
    for (auto const& piece : dialect.header) {
        if (piece.value.empty())
            std::fill_n(at, piece.size_bytes, default_byte(piece.kind));
        else
            std::copy_n(as_bytes(piece.value).begin(), piece.size_bytes, at);
        if (piece.kind == HeaderKind::base1 && piece.value.empty()) at[0] = std::byte{kBase1Bytes};
        at += piece.size_bytes;
    }
    return dialect.header_bytes;
}

void set_header_length(Dialect const& dialect, ByteSpan message) noexcept
{
    std::size_t at = 0;
    for (auto const& piece : dialect.header) {
        auto const size = piece_bytes(piece, message.subspan(at));
        if (size > message.size() - at) return;
        if (piece.kind == HeaderKind::base1)
            store_be16(message.data() + at + kTotalLengthAt,
                       static_cast<std::uint16_t>(message.size() - at));
        at += size;
    }
}

}  // namespace turnout::iso8583
