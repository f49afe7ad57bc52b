// The product's decoder against the naive one on messages that were damaged at random.
#include "protocol/iso8583/message_view.hpp"
#include "tests/unit/protocol/iso8583/reference_decoder.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

std::string text_of(MessageView const& view, unsigned de)
{
    std::string text(2048, ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    return text;
}

// False when they differ; the failure then names the frame.
void expect_agreement(bool ascii, ByteView frame)
{
    auto const& dialect = ascii ? dialect_1987_ascii() : dialect_1987_binary();
    MessageView view;
    auto const error = view.decode(dialect, frame);
    auto const expected = test::reference_decode(ascii, frame);
    ASSERT_EQ(meaning(error.code), meaning(expected.error.code)) << test::to_hex(frame);
    ASSERT_EQ(error.de, expected.error.de) << test::to_hex(frame);
    ASSERT_EQ(error.offset_bytes, expected.error.offset_bytes) << test::to_hex(frame);
    if (view.has_mti()) {
        ASSERT_EQ(view.mti().value, expected.mti);
    }
    for (unsigned de = 0; de <= kFieldsMax; ++de) {
        auto const field = expected.fields.find(de);
        ASSERT_EQ(view.has(de), field != expected.fields.end()) << de << " " << test::to_hex(frame);
        if (!view.has(de)) continue;
        auto const& wanted = field->second;
        ASSERT_EQ(view.value(de).data(), frame.data() + wanted.value_at) << de;
        ASSERT_EQ(view.value(de).size(), wanted.value_bytes) << de;
        ASSERT_EQ(view.wire(de).data(), frame.data() + wanted.wire_at) << de;
        ASSERT_EQ(view.length(de), wanted.units) << de;
        ASSERT_EQ(text_of(view, de), wanted.text) << de;
    }
}

// Likely damage: another byte, a flipped bit, a byte more or less, a cut, a bitmap bit.
void damage(test::Bytes& frame, bool ascii, test::Random& random)
{
    auto const at = random.below(frame.size());
    auto const here = frame.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random.below(6)) {
        case 0:
            frame[at] = static_cast<std::byte>(random.next());
            break;
        case 1:
            frame[at] ^= static_cast<std::byte>(1U << random.below(8));
            break;
        case 2:
            frame.erase(here);
            break;
        case 3:
            frame.insert(here, static_cast<std::byte>(random.next()));
            break;
        case 4:
            frame.resize(at);
            break;
        default: {
            auto const bitmap = ascii ? 4 + random.below(16) : 2 + random.below(8);
            if (bitmap < frame.size())
                frame[bitmap] =
                    ascii ? static_cast<std::byte>("0123456789ABCDEFabcdef"[random.below(22)])
                          : frame[bitmap] ^ static_cast<std::byte>(1U << random.below(8));
        }
    }
}

TEST(Differential, DamagedMessagesAreJudgedAsTheNaiveDecoderDoes)
{
    for (bool const ascii : {false, true}) {
        auto const original = test::golden(ascii ? "bench-0100-ascii.hex" : "bench-0100-bcd.hex");
        for (std::uint64_t seed = 0; seed < 15'000; ++seed) {
            test::Random random{seed};
            auto frame = original;
            auto const wounds = 1 + random.below(3);
            for (std::size_t i = 0; i < wounds && !frame.empty(); ++i)
                damage(frame, ascii, random);
            frame.shrink_to_fit();
            expect_agreement(ascii, frame);
            if (HasFatalFailure()) return;
        }
    }
}

// Bytes that mostly look like digits, under random bitmaps with few bits: deep into odd fields.
TEST(Differential, RandomFieldsAreJudgedAsTheNaiveDecoderDoes)
{
    for (bool const ascii : {false, true}) {
        for (std::uint64_t seed = 0; seed < 15'000; ++seed) {
            test::Random random{seed};
            std::array<std::byte, 16> bitmap{};
            for (std::size_t bit = 0; bit < 1 + random.below(5); ++bit) {
                auto const de = random.below(128);
                bitmap[de / 8] |= static_cast<std::byte>(0x80U >> de % 8);
            }
            auto const two = random.below(2) == 1;
            bitmap[0] &= std::byte{0x7f};
            if (two) bitmap[0] |= std::byte{0x80};
            auto const map = ByteView{bitmap}.first(two ? 16 : 8);
            auto frame =
                ascii ? test::from_text("0200" + test::to_hex(map)) : test::from_hex("0200");
            if (!ascii) frame.insert(frame.end(), map.begin(), map.end());
            auto const length = random.below(120);
            for (std::size_t i = 0; i < length; ++i) {
                auto const digit = random.below(10);
                auto const usual = ascii ? '0' + digit : digit << 4U | random.below(10);
                frame.push_back(
                    static_cast<std::byte>(random.below(40) == 0 ? random.next() : usual));
            }
            frame.shrink_to_fit();
            expect_agreement(ascii, frame);
            if (HasFatalFailure()) return;
        }
    }
}

}  // namespace
}  // namespace turnout::iso8583
