// Writes one message, field by field in ascending order, into the caller's buffer. No allocation,
// no exception. Errors stick: finish() reports the first one and the buffer is then worthless.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect.hpp"
#include "protocol/iso8583/errors.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/iso8583/mti.hpp"

#include <initializer_list>

namespace turnout::iso8583 {

// Data elements, 2 to 192. Made at compile time where it can be.
struct FieldSet {
    std::array<std::uint64_t, 4> words{};  // bit (de & 63) of word (de >> 6), as in MessageView

    constexpr FieldSet() noexcept = default;
    constexpr FieldSet(std::initializer_list<unsigned> des) noexcept
    {
        for (auto const de : des)
            add(de);
    }
    constexpr void add(unsigned de) noexcept
    {
        words[de >> 6U & 3U] |= std::uint64_t{1} << (de & 63U);
    }
};

class MessageBuilder {
public:
    // Borrows dialect and buffer for its life. Reserves room for `bitmaps`: fields above 64 need
    // the secondary one, above 128 the third. `header` is copied to the front, as an answer's is
    // made by answer_header(); without one the dialect's default is written.
    MessageBuilder(Dialect const& dialect, ByteSpan out, Mti mti, Bitmaps bitmaps,
                   ByteView header = {}) noexcept;
    MessageBuilder(Dialect const& dialect, ByteSpan out, Mti mti, bool secondary = false) noexcept
        : MessageBuilder(dialect, out, mti, secondary ? Bitmaps::secondary : Bitmaps::primary)
    {
    }

    // The fields of `which` that `from` has, as they lie there: what an answer echoes. `from` was
    // decoded with this dialect (checked). Neighbours are copied together.
    void copy(MessageView const& from, FieldSet const& which) noexcept;
    // n fields and text fields of digits (DE 39, DE 49); written with the field's fixed length
    // (zero-padded left) or its own digits.
    void number(unsigned de, std::uint64_t value) noexcept;
    // Characters in UTF-8: digits for n (zero-padded left when fixed) and z ('=' or 'D' separates),
    // text for a/an/ans (filled when fixed, translated to the field's encoding), hex for b, sign
    // and digits for x+n. Too long, or too short where nothing can be filled in (b, x+n):
    // wrong_length. A character that the encoding lacks: bad_character.
    void text(unsigned de, std::string_view value) noexcept;
    // Raw bytes of a b field, or of an LLL field that carries binary data (DE 55); as upper-case
    // hex where the dialect has characters there.
    void bytes(unsigned de, ByteView value) noexcept;
    // Length prefix and value exactly as a view of the same dialect gave them (MessageView::wire);
    // of the usual forms only the length of a fixed field is checked again. Empty, as for an absent
    // field: nothing is added.
    void wire(unsigned de, ByteView prefix_and_value) noexcept
    {
        auto const bytes = prefix_and_value.size();
        if (bytes == 0) return;
        auto* const at = claim(de, bytes);
        if (at == nullptr) [[unlikely]]
            return;
        auto const& plan = dialect_->plans[de];
        if (plan.step != FieldCheck::variable && plan.wire_bytes != bytes) [[unlikely]]
            if (auto const failed = judge_wire(de, prefix_and_value); failed != Errc::ok)
                return fail(failed, de, at);
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
            if (!make_room(de, bytes)) return nullptr;
        }
        bits_[de >> 6U] |= std::uint64_t{1} << (de & 63U);
        last_de_ = de;
        auto* const at = at_;
        at_ = at + bytes;
        return at;
    }
    // Fields of an answer are short: a call to memcpy costs more than copying them in line.
    static void copy_short(std::byte* to, std::byte const* from, std::size_t bytes) noexcept
    {
        if (bytes > 32) return void(std::memcpy(to, from, bytes));
        if (bytes >= 16) return copy_ends<Block>(to, from, bytes);
        if (bytes >= 8) return copy_ends<std::uint64_t>(to, from, bytes);
        if (bytes >= 4) return copy_ends<std::uint32_t>(to, from, bytes);
        if (bytes >= 2) return copy_ends<std::uint16_t>(to, from, bytes);
        *to = *from;
    }
    struct Block {
        std::uint64_t words[2];
    };
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
    void begin(Mti mti, ByteView header) noexcept;
    [[nodiscard]] bool put_header(ByteView header) noexcept;
    void copy_run(MessageView const& from, unsigned word, std::uint64_t run) noexcept;
    [[gnu::cold]] void copy_singly(MessageView const& from, unsigned word,
                                   std::uint64_t run) noexcept;
    void put_ebcdic(unsigned de, std::string_view value) noexcept;
    void put_general(unsigned de, std::string_view value) noexcept;
    void put_bitmap(std::byte* at, std::uint64_t word) const noexcept;
    [[nodiscard]] Errc judge_wire(unsigned de, ByteView prefix_and_value) const noexcept;
    // Places the inline third bitmap when its turn has come; otherwise notes why there is no room.
    [[gnu::cold]] bool make_room(unsigned de, std::size_t bytes) noexcept;
    // The first error stays; `at` is where the field begins, or would.
    [[gnu::cold]] void fail(Errc code, unsigned de, std::byte const* at) noexcept;
    [[gnu::cold]] void fail(Errc code, unsigned de) noexcept { fail(code, de, at_); }

    Dialect const* dialect_;
    std::byte* begin_;
    std::byte* at_;  // behind the newest field
    std::byte* end_;
    std::byte* bitmap_at_;
    std::byte* third_at_ = nullptr;  // inline third bitmap, once placed
    std::uint64_t bits_[4] = {};     // as MessageView::present_word()
    unsigned last_de_ = 1;
    unsigned de_max_;  // what the bitmaps can announce; last_de_ after an error
    DecodeError error_{};
    Bitmaps bitmaps_;
};

}  // namespace turnout::iso8583
