// Writes one message, field by field in ascending order, into the caller's buffer. No allocation,
// no exception. Errors stick: finish() reports the first one and the buffer is then worthless.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/errors.hpp"
#include "protocol/iso8583/mti.hpp"

namespace turnout::iso8583 {

class MessageBuilder {
public:
    // Borrows dialect and buffer for its life. Reserves both bitmaps' room only when
    // `secondary` says that a field above 64 will follow.
    MessageBuilder(Dialect const& dialect, ByteSpan out, Mti mti, bool secondary = false) noexcept;

    // n fields and text fields of digits (DE 39, DE 49); written with the field's fixed length
    // (zero-padded left) or its own digits.
    void number(unsigned de, std::uint64_t value) noexcept;
    // Characters: digits for n (zero-padded left when fixed) and z ('=' or 'D' separates), text for
    // a/an/ans (space-padded right when fixed), hex for b, sign and digits for x+n. Too long, or
    // too short where nothing can be filled in (b, x+n): wrong_length.
    void text(unsigned de, std::string_view value) noexcept;
    // Raw bytes of a b field, or of an LLL field that carries binary data (DE 55); as upper-case
    // hex where the dialect has characters there.
    void bytes(unsigned de, ByteView value) noexcept;
    // Length prefix and value exactly as a view of the same dialect gave them (MessageView::wire);
    // only the length of a fixed field is checked again. Empty, as for an absent field: nothing
    // is added.
    void wire(unsigned de, ByteView prefix_and_value) noexcept
    {
        auto const bytes = prefix_and_value.size();
        if (bytes == 0) return;
        auto* const at = claim(de, bytes);
        if (at == nullptr) [[unlikely]]
            return;
        auto const& plan = dialect_->plans[de];
        if (plan.length == LengthKind::fixed && plan.wire_bytes != bytes) [[unlikely]]
            return fail(Errc::wrong_length, de, at);
        copy_short(at, prefix_and_value.data(), bytes);
    }

    // Bytes of the finished message, or the first error.
    [[nodiscard]] Result<std::size_t, DecodeError> finish() noexcept;

private:
    // Room for `bytes` of field `de`, whose bit is set; nullptr, with the error noted, when the
    // field may not come here or does not fit. After an error it gives nothing any more.
    [[nodiscard]] std::byte* claim(unsigned de, std::size_t bytes) noexcept
    {
        if (de - last_de_ - 1U >= de_max_ - last_de_ ||
            bytes > static_cast<std::size_t>(end_ - at_)) [[unlikely]] {
            refuse(de);
            return nullptr;
        }
        bits_[(de - 1U) >> 6U & 1U] |= std::uint64_t{1} << ((de - 1U) & 63U);
        last_de_ = de;
        auto* const at = at_;
        at_ = at + bytes;
        return at;
    }
    // Fields of an answer are short: a call to memcpy costs more than copying them in line.
    static void copy_short(std::byte* to, std::byte const* from, std::size_t bytes) noexcept
    {
        if (bytes > 16) return void(std::memcpy(to, from, bytes));
        if (bytes >= 8) return copy_ends<std::uint64_t>(to, from, bytes);
        if (bytes >= 4) return copy_ends<std::uint32_t>(to, from, bytes);
        if (bytes >= 2) return copy_ends<std::uint16_t>(to, from, bytes);
        *to = *from;
    }
    // First and last word, which overlap unless `bytes` is twice a word.
    template <class Word>
    static void copy_ends(std::byte* to, std::byte const* from, std::size_t bytes) noexcept
    {
        auto const head = load<Word>(from);
        auto const tail = load<Word>(from + bytes - sizeof(Word));
        store(to, head);
        store(to + bytes - sizeof(Word), tail);
    }
    [[nodiscard]] std::byte* claim_value(unsigned de, FieldSpec const& spec,
                                         std::size_t units) noexcept;
    [[gnu::cold]] void refuse(unsigned de) noexcept;
    // The first error stays; `at` is where the field begins, or would.
    [[gnu::cold]] void fail(Errc code, unsigned de, std::byte const* at) noexcept;
    [[gnu::cold]] void fail(Errc code, unsigned de) noexcept { fail(code, de, at_); }

    Dialect const* dialect_;
    std::byte* begin_;
    std::byte* at_;  // behind the newest field
    std::byte* end_;
    std::uint64_t bits_[2] = {};  // lowest bit first: DE 1..64, DE 65..128
    unsigned last_de_ = 1;
    unsigned de_max_;  // 64 without a secondary bitmap; last_de_ after an error
    DecodeError error_{};
    bool secondary_;
};

}  // namespace turnout::iso8583
