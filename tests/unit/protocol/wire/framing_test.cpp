#include "protocol/wire/framing.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

using test::Bytes;

constexpr Framing kFramings[] = {Framing::binary2, Framing::ascii4};

Bytes framed(Framing framing, ByteView body)
{
    Bytes out(frame_header_bytes(framing) + body.size());
    EXPECT_EQ(write_frame_header(framing, out, body.size()), frame_header_bytes(framing));
    if (!body.empty()) std::memcpy(&out[frame_header_bytes(framing)], body.data(), body.size());
    return out;
}

// What a session does with a stream that arrives in pieces.
std::vector<Bytes> reassemble(Framing framing, ByteView stream, test::Random& random)
{
    std::vector<Bytes> frames;
    Bytes buffered;
    while (!stream.empty()) {
        auto const piece =
            std::min(stream.size(), 1 + random.below(random.below(4) == 0 ? 400 : 7));
        buffered.insert(buffered.end(), stream.begin(),
                        stream.begin() + static_cast<std::ptrdiff_t>(piece));
        stream = stream.subspan(piece);
        while (true) {
            // Exactly the buffered bytes: a sanitizer sees any read behind them.
            Bytes const exact{buffered};
            auto const peek = peek_frame(framing, exact, 4096);
            if (peek.status == FrameStatus::need_more) break;
            if (peek.status != FrameStatus::complete && peek.status != FrameStatus::keep_alive) {
                ADD_FAILURE() << "status " << static_cast<int>(peek.status);
                return frames;
            }
            auto const end = peek.header_bytes + peek.body_bytes;
            frames.emplace_back(exact.begin() + peek.header_bytes, exact.begin() + end);
            buffered.erase(buffered.begin(), buffered.begin() + end);
        }
    }
    EXPECT_TRUE(buffered.empty());
    return frames;
}

TEST(Framing, AnySplitOfTheStreamGivesTheSameFrames)
{
    for (auto const framing : kFramings) {
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            test::Random random{seed};
            std::vector<Bytes> sent;
            Bytes stream;
            for (int i = 0; i < 20; ++i) {
                // A fifth of them keep-alives, and bodies that look like headers.
                Bytes body(random.below(5) == 0 ? 0 : random.below(600));
                for (auto& byte : body)
                    byte = static_cast<std::byte>(random.below(2) == 0 ? '0' : random.next());
                auto const frame = framed(framing, body);
                stream.insert(stream.end(), frame.begin(), frame.end());
                sent.push_back(std::move(body));
            }
            EXPECT_EQ(reassemble(framing, stream, random), sent) << "seed " << seed;
        }
    }
}

TEST(Framing, WaitsForHeaderAndBody)
{
    for (auto const framing : kFramings) {
        auto const frame = framed(framing, Bytes(5, std::byte{1}));
        for (std::size_t seen = 0; seen < frame.size(); ++seen) {
            auto const peek = peek_frame(framing, ByteView{frame}.first(seen), 100);
            EXPECT_EQ(peek.status, FrameStatus::need_more) << seen;
            EXPECT_EQ(peek.header_bytes, frame_header_bytes(framing));
            EXPECT_EQ(peek.body_bytes, seen < peek.header_bytes ? 0U : 5U);
        }
        EXPECT_EQ(peek_frame(framing, frame, 100).status, FrameStatus::complete);
        EXPECT_EQ(peek_frame(framing, frame, 5).status, FrameStatus::complete);
    }
}

TEST(Framing, ZeroLengthIsKeepAlive)
{
    EXPECT_EQ(peek_frame(Framing::binary2, test::from_hex("0000"), 100).status,
              FrameStatus::keep_alive);
    auto const peek = peek_frame(Framing::ascii4, as_bytes("00000800"), 100);
    EXPECT_EQ(peek.status, FrameStatus::keep_alive);
    EXPECT_EQ(peek.header_bytes, 4U);
    EXPECT_EQ(peek.body_bytes, 0U);
}

// Refused from the header alone: waiting would let a peer make us hold what it announces.
TEST(Framing, TooLongIsRefusedBeforeTheBodyArrives)
{
    auto const binary = peek_frame(Framing::binary2, test::from_hex("3038"), 4096);
    EXPECT_EQ(binary.status, FrameStatus::too_long);
    EXPECT_EQ(binary.body_bytes, 0x3038U);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("4097"), 4096).status, FrameStatus::too_long);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("4096"), 4096).status, FrameStatus::need_more);
}

TEST(Framing, LengthThatIsNoNumberIsSeenAtItsFirstWrongCharacter)
{
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("x"), 4096).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("01 2"), 4096).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("012/"), 4096).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("012"), 4096).status, FrameStatus::need_more);
    EXPECT_EQ(peek_frame(Framing::ascii4, test::from_hex("010F0000"), 4096).status,
              FrameStatus::bad_length);
}

TEST(Framing, HeaderIsOnlyWrittenWhenItFits)
{
    std::array<std::byte, 4> out{};
    EXPECT_EQ(write_frame_header(Framing::binary2, out, 65'535), 2U);
    EXPECT_EQ(test::to_hex({out.data(), 2}), "FFFF");
    EXPECT_EQ(write_frame_header(Framing::binary2, out, 65'536), 0U);
    EXPECT_EQ(write_frame_header(Framing::ascii4, out, 9'999), 4U);
    EXPECT_EQ(as_text(out), "9999");
    EXPECT_EQ(write_frame_header(Framing::ascii4, out, 10'000), 0U);
    EXPECT_EQ(write_frame_header(Framing::ascii4, {out.data(), 3}, 1), 0U);
    EXPECT_EQ(write_frame_header(Framing::binary2, {out.data(), 1}, 1), 0U);
    EXPECT_EQ(as_text(out), "9999");
}

TEST(Framing, NamesAreThoseOfTheConfiguration)
{
    for (auto const framing : kFramings)
        EXPECT_EQ(framing_by_name(name_of(framing)), framing);
    EXPECT_EQ(framing_by_name("binary4"), std::nullopt);
    EXPECT_EQ(framing_by_name(""), std::nullopt);
}

}  // namespace
}  // namespace turnout::wire
