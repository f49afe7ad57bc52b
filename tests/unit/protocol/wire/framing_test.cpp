#include "protocol/wire/framing.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

using test::Bytes;
using test::from_hex;
using test::to_hex;

Framing named(std::string_view name)
{
    auto const framing = framing_by_name(name);
    if (!framing.has_value()) throw std::invalid_argument{"no framing " + std::string(name)};
    return *framing;
}

Bytes framed(Framing const& framing, ByteView body, ByteView request_header = {})
{
    Bytes out(frame_header_bytes(framing) + body.size() + framing.trailer_bytes);
    if (!body.empty()) std::memcpy(&out[frame_header_bytes(framing)], body.data(), body.size());
    EXPECT_EQ(write_frame(framing, request_header, out, body.size()), out.size()) << framing.name;
    return out;
}

// A poll as the network sends it: constants and a length of zero (or of itself).
Bytes empty_frame(Framing const& framing)
{
    auto bare = framing;
    bare.header = nullptr;
    bare.trailer_bytes = 0;
    bare.plain_binary2 = false;
    return framed(bare, {});
}

bool has_frames(Framing const& framing)
{
    return framing.form != LengthForm::none;
}

// What a session does with a stream that arrives in pieces.
std::vector<Bytes> reassemble(Framing const& framing, ByteView stream, test::Random& random)
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
            auto const body = exact.begin() + peek.header_bytes;
            frames.emplace_back(body, body + peek.body_bytes);
            buffered.erase(buffered.begin(), buffered.begin() + peek.frame_bytes);
        }
    }
    EXPECT_TRUE(buffered.empty());
    return frames;
}

TEST(Framing, AnySplitOfTheStreamGivesTheSameFrames)
{
    for (auto const& framing : framings()) {
        if (!has_frames(framing)) continue;
        auto const longest = std::min<std::size_t>(600, message_bytes_max(framing) + 1);
        for (std::uint64_t seed = 1; seed <= 25; ++seed) {
            test::Random random{seed};
            std::vector<Bytes> sent;
            Bytes stream;
            for (int i = 0; i < 20; ++i) {
                // A fifth of them keep-alives, and bodies that look like headers.
                Bytes body(random.below(5) == 0 ? 0 : 1 + random.below(longest - 1));
                for (auto& byte : body)
                    byte = static_cast<std::byte>(random.below(2) == 0 ? '0' : random.next());
                auto const frame = body.empty() ? empty_frame(framing) : framed(framing, body);
                stream.insert(stream.end(), frame.begin(), frame.end());
                sent.push_back(std::move(body));
            }
            EXPECT_EQ(reassemble(framing, stream, random), sent)
                << framing.name << " seed " << seed;
        }
    }
}

// Every single place where a stream of two frames can be cut.
TEST(Framing, WaitsForEveryByte)
{
    for (auto const& framing : framings()) {
        if (!has_frames(framing)) continue;
        auto const frame = framed(framing, Bytes(5, std::byte{1}));
        for (std::size_t seen = 0; seen < frame.size(); ++seen) {
            Bytes const exact(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(seen));
            auto const peek = peek_frame(framing, exact, 100);
            EXPECT_EQ(peek.status, FrameStatus::need_more) << framing.name << seen;
            EXPECT_EQ(peek.header_bytes, frame_header_bytes(framing));
            EXPECT_EQ(peek.body_bytes, seen < framing.prefix_bytes ? 0U : 5U);
        }
        for (std::size_t const limit : {100U, 5U}) {
            auto const peek = peek_frame(framing, frame, limit);
            EXPECT_EQ(peek.status, FrameStatus::complete) << framing.name;
            EXPECT_EQ(peek.body_bytes, 5U);
            EXPECT_EQ(peek.frame_bytes, frame.size());
        }
        EXPECT_EQ(peek_frame(framing, frame, 4).status, FrameStatus::too_long) << framing.name;
    }
}

struct Image {
    char const* name;
    char const* hex;  // of the message AABBCC
};
constexpr Image kImages[] = {
    {"binary2", "0003AABBCC"},
    {"ascii2", "3033AABBCC"},
    {"ascii3", "303033AABBCC"},
    {"ascii4", "30303033AABBCC"},
    {"ascii5", "3030303033AABBCC"},
    {"ascii6", "303030303033AABBCC"},
    {"nac", "00086000000000AABBCC"},
    {"ncc", "00086000000000AABBCC"},
    {"bcd2", "0003AABBCC"},
    {"raw4", "00000003AABBCC"},
    {"hex4", "30303033AABBCC"},
    {"cs", "00030000AABBCC"},
    {"vap",
     "00190000160102001900000000000000000000000000000000"
     "00AABBCC"},
    {"vml", "00030000AABBCC"},
    {"amex", "0005AABBCC"},
    {"base24tcp", "0004AABBCC03"},
    {"gicc", "00000003AABBCC"},
    {"cmf", "000003AABBCC"},
    {"rbp", "D04A00030000AABBCC"},
    {"none", "AABBCC"},
};

TEST(Framing, EveryOneWritesAndReadsItsImage)
{
    ASSERT_EQ(std::size(kImages), framings().size());
    for (auto const& image : kImages) {
        auto const framing = named(image.name);
        auto const body = from_hex("AABBCC");
        EXPECT_EQ(to_hex(framed(framing, body)), image.hex) << image.name;
        auto const bytes = from_hex(image.hex);
        auto const peek = peek_frame(framing, bytes, 100);
        EXPECT_EQ(peek.status, FrameStatus::complete) << image.name;
        EXPECT_EQ(to_hex(ByteView(bytes).subspan(peek.header_bytes, peek.body_bytes)), "AABBCC");
    }
}

TEST(Framing, LongLengthsAreWrittenInTheirForm)
{
    Bytes const body(1234, std::byte{0x20});
    auto const front = [&](char const* name, std::size_t bytes) {
        return to_hex(ByteView(framed(named(name), body)).first(bytes));
    };
    EXPECT_EQ(front("binary2", 2), "04D2");
    EXPECT_EQ(front("bcd2", 2), "1234");
    EXPECT_EQ(front("ascii4", 4), "31323334");
    EXPECT_EQ(front("hex4", 4), "30344432");
    EXPECT_EQ(front("raw4", 4), "000004D2");
    EXPECT_EQ(front("amex", 2), "04D4");
    EXPECT_EQ(front("base24tcp", 2), "04D3");
    EXPECT_EQ(front("ncc", 2), "1239");
}

TEST(Framing, ZeroLengthIsKeepAlive)
{
    for (auto const& framing : framings()) {
        if (!has_frames(framing)) continue;
        auto poll = empty_frame(framing);
        auto const bytes = poll.size();
        poll.push_back(std::byte{0x30});  // the next frame begins
        auto const peek = peek_frame(framing, poll, 100);
        EXPECT_EQ(peek.status, FrameStatus::keep_alive) << framing.name;
        EXPECT_EQ(peek.frame_bytes, bytes);
        EXPECT_EQ(peek.body_bytes, 0U);

        auto strict = framing;
        set_empty(strict, EmptyFrame::error);
        EXPECT_EQ(peek_frame(strict, poll, 100).status, FrameStatus::bad_length) << framing.name;
    }
    // A self-inclusive length may also be zero itself.
    EXPECT_EQ(peek_frame(named("amex"), from_hex("0000"), 100).status, FrameStatus::keep_alive);
    // A message header without a message.
    EXPECT_EQ(peek_frame(named("nac"), from_hex("00056012345678"), 100).status,
              FrameStatus::keep_alive);
}

// Refused from the header alone: waiting would let a peer make us hold what it announces.
TEST(Framing, TooLongIsRefusedBeforeTheBodyArrives)
{
    auto const binary = peek_frame(Framing::binary2, from_hex("3038"), 4096);
    EXPECT_EQ(binary.status, FrameStatus::too_long);
    EXPECT_EQ(binary.body_bytes, 0x3038U);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("4097"), 4096).status, FrameStatus::too_long);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("4096"), 4096).status, FrameStatus::need_more);
    EXPECT_EQ(peek_frame(named("raw4"), from_hex("FFFFFFFF"), 65'535).status,
              FrameStatus::too_long);
    EXPECT_EQ(peek_frame(named("cmf"), from_hex("FFFFFF"), 65'535).status, FrameStatus::too_long);
    EXPECT_EQ(peek_frame(named("vml"), from_hex("08010000"), 65'535).status, FrameStatus::too_long);
    EXPECT_EQ(peek_frame(named("vml"), from_hex("08000000"), 65'535).status,
              FrameStatus::need_more);
    // The bound is on the message: header and trailer do not count.
    EXPECT_EQ(peek_frame(named("nac"), from_hex("0069"), 100).status, FrameStatus::need_more);
    EXPECT_EQ(peek_frame(named("nac"), from_hex("006A"), 100).status, FrameStatus::too_long);
}

TEST(Framing, LengthThatIsNoNumberIsSeenAtItsFirstWrongCharacter)
{
    for (auto const* const text : {"x", "01 2", "012/"})
        EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes(text), 4096).status,
                  FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(Framing::ascii4, as_bytes("012"), 4096).status, FrameStatus::need_more);
    EXPECT_EQ(peek_frame(Framing::ascii4, from_hex("010F0000"), 4096).status,
              FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("bcd2"), from_hex("1A"), 4096).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("bcd2"), from_hex("A1"), 4096).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("hex4"), as_bytes("0G"), 4096).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("hex4"), as_bytes("00fF"), 4096).status, FrameStatus::need_more);
}

TEST(Framing, StreamsThatAreOutOfStepAreRefused)
{
    // Length smaller than what it counts, wrong constants, wrong trailer, a record in parts.
    EXPECT_EQ(peek_frame(named("amex"), from_hex("0001"), 100).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("gicc"), from_hex("01"), 100).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("rbp"), from_hex("D04B"), 100).status, FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("rbp"), from_hex("D04A000301"), 100).status,
              FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("base24tcp"), from_hex("0004AABBCC04"), 100).status,
              FrameStatus::bad_length);
    EXPECT_EQ(peek_frame(named("base24tcp"), from_hex("000103"), 100).status,
              FrameStatus::keep_alive);
}

TEST(Framing, SessionControlOfVmlIsNoMessage)
{
    auto const peek = peek_frame(named("vml"), from_hex("00020020ABCD"), 100);
    EXPECT_EQ(peek.status, FrameStatus::keep_alive);
    EXPECT_EQ(peek.frame_bytes, 6U);
    EXPECT_EQ(peek_frame(named("vml"), from_hex("00020012ABCD"), 100).status,
              FrameStatus::complete);
}

TEST(Framing, MessageHeaderIsKeptForTheAnswer)
{
    auto const nac = named("nac");
    auto const request = from_hex(
        "0008"
        "6012345678"
        "AABBCC");
    auto const peek = peek_frame(nac, request, 100);
    ASSERT_EQ(peek.status, FrameStatus::complete);
    auto const header = message_header(nac, request, peek);
    EXPECT_EQ(to_hex(header), "6012345678");
    EXPECT_EQ(to_hex(framed(nac, from_hex("DD"), header)),
              "0006"
              "6056781234"
              "DD");
    auto kept = nac;
    kept.swap = false;
    EXPECT_EQ(to_hex(framed(kept, from_hex("DD"), header)),
              "0006"
              "6012345678"
              "DD");
}

TEST(Framing, FrameWithoutItsHeaderIsConsumedWhole)
{
    auto const peek = peek_frame(named("nac"), from_hex("0003600000FFFF"), 100);
    EXPECT_EQ(peek.status, FrameStatus::bad_header);
    EXPECT_EQ(peek.frame_bytes, 5U);
    auto const vap = peek_frame(named("vap"), Bytes(40, std::byte{0}), 100);
    EXPECT_EQ(vap.status, FrameStatus::keep_alive);
    auto wrong = from_hex(
        "00190000170102001900000000000000000000000000000000"
        "00AABBCC");
    EXPECT_EQ(peek_frame(named("vap"), wrong, 100).status, FrameStatus::bad_header);
}

TEST(Framing, RejectsOfVapCarryTheOldHeader)
{
    // 26 bytes of reject header (code 0064), the rejected message's own 22, then the message.
    auto const frame = from_hex(
        "00330000"
        "1A0102003300000000000000000000000000000000008000"
        "0064"
        "16010200190000000000000000000000000000000000"
        "AABBCC");
    auto const vap = named("vap");
    auto const peek = peek_frame(vap, frame, 100);
    ASSERT_EQ(peek.status, FrameStatus::complete);
    auto const header = message_header(vap, frame, peek);
    EXPECT_EQ(header.size(), 48U);
    EXPECT_EQ(base1_reject_code(header), 64U);
    EXPECT_EQ(peek.body_bytes, 3U);
}

TEST(Framing, LengthCanCountItself)
{
    auto nac = named("nac");
    ASSERT_TRUE(count_prefix(nac));
    EXPECT_EQ(to_hex(framed(nac, from_hex("AA"))), "00086000000000AA");
    EXPECT_EQ(peek_frame(nac, from_hex("00086000000000AA"), 100).status, FrameStatus::complete);
    auto plain = Framing::binary2;
    ASSERT_TRUE(count_prefix(plain));
    EXPECT_EQ(to_hex(framed(plain, from_hex("AA"))), "0003AA");
    auto none = named("none");
    EXPECT_FALSE(count_prefix(none));
}

TEST(Framing, HeadersCanBeAddedAndRemoved)
{
    auto framing = Framing::ascii4;
    ASSERT_TRUE(set_header(framing, &kBase24Header));
    EXPECT_EQ(as_text(framed(framing, as_bytes("0800"))), "0016ISO0250000000800");
    auto nac = named("nac");
    ASSERT_TRUE(set_header(nac, nullptr));
    EXPECT_TRUE(nac.plain_binary2);
    auto small = parse_framing("binary:1 max:20");
    ASSERT_TRUE(small.has_value());
    auto const before = *small;
    EXPECT_FALSE(set_header(*small, &kBase1Header));
    EXPECT_EQ(*small, before);
}

TEST(Framing, HeaderIsOnlyWrittenWhenItFits)
{
    std::array<std::byte, 4> out{};
    EXPECT_EQ(write_frame_header(Framing::binary2, out, 65'535), 2U);
    EXPECT_EQ(to_hex({out.data(), 2}), "FFFF");
    EXPECT_EQ(write_frame_header(Framing::binary2, out, 65'536), 0U);
    EXPECT_EQ(write_frame_header(Framing::ascii4, out, 9'999), 4U);
    EXPECT_EQ(as_text(out), "9999");
    EXPECT_EQ(write_frame_header(Framing::ascii4, out, 10'000), 0U);
    EXPECT_EQ(write_frame_header(Framing::ascii4, {out.data(), 3}, 1), 0U);
    EXPECT_EQ(write_frame_header(Framing::binary2, {out.data(), 1}, 1), 0U);
    EXPECT_EQ(as_text(out), "9999");
}

TEST(Framing, FramesAreOnlyWrittenWhenTheyFit)
{
    for (auto const& framing : framings()) {
        auto const bytes = frame_header_bytes(framing) + 3 + framing.trailer_bytes;
        for (std::size_t room = 0; room < bytes; ++room) {
            Bytes exact(room);
            EXPECT_EQ(write_frame(framing, {}, exact, 3), 0U) << framing.name;
        }
        if (!has_frames(framing) || message_bytes_max(framing) > 100'000) continue;
        Bytes large(message_bytes_max(framing) + 100);
        EXPECT_EQ(write_frame(framing, {}, large, message_bytes_max(framing) + 1), 0U);
        auto const written = write_frame(framing, {}, large, message_bytes_max(framing));
        EXPECT_EQ(peek_frame(framing, {large.data(), written}, 100'000).body_bytes,
                  message_bytes_max(framing))
            << framing.name;
    }
}

TEST(Framing, CapturesAreOneMessage)
{
    auto const none = named("none");
    EXPECT_EQ(peek_frame(none, {}, 100).status, FrameStatus::need_more);
    EXPECT_EQ(peek_frame(none, Bytes(101), 100).status, FrameStatus::too_long);
    EXPECT_EQ(peek_frame(none, Bytes(100), 100).body_bytes, 100U);
}

TEST(Framing, NamesAreThoseOfTheConfiguration)
{
    for (auto const& framing : framings())
        EXPECT_EQ(framing_by_name(name_of(framing)), framing);
    EXPECT_EQ(framing_by_name("binary4"), std::nullopt);
    EXPECT_EQ(framing_by_name(""), std::nullopt);
}

TEST(Framing, EveryNameIsInTheDocument)
{
    std::ifstream in{"docs/formats/wire.md"};
    std::string const text{std::istreambuf_iterator<char>(in), {}};
    for (auto const& framing : framings())
        EXPECT_NE(text.find("\n| `" + std::string(framing.name) + "` |"), text.npos)
            << framing.name;
    for (auto const* const header : header_templates())
        EXPECT_NE(text.find("\n| `" + std::string(header->name.view()) + "` | " +
                            std::to_string(header->bytes) + " |"),
                  text.npos)
            << header->name.view();
}

// Frames that public projects keep as examples of bad input.
TEST(Framing, KnownBadInputIsToldApart)
{
    EXPECT_EQ(peek_frame(Framing::binary2, from_hex("0000"), 65'535).status,
              FrameStatus::keep_alive);
    // A dump that lost two of its 271 bytes waits for them.
    Bytes cut = from_hex("010F");
    cut.resize(2 + 269);
    EXPECT_EQ(peek_frame(Framing::binary2, cut, 65'535).status, FrameStatus::need_more);
    // A peer that sends no length: "08" is read as 12,344.
    auto const bare = as_bytes("0800822000000000000004000000000000001125161336000255301");
    auto const peek = peek_frame(Framing::binary2, bare, 65'535);
    EXPECT_EQ(peek.status, FrameStatus::need_more);
    EXPECT_EQ(peek.body_bytes, 0x3038U);
    EXPECT_EQ(peek_frame(Framing::binary2, bare, 8'192).status, FrameStatus::too_long);
}

TEST(FramingText, BuildsWhatTheTableHolds)
{
    struct Row {
        char const* text;
        char const* name;
    };
    constexpr Row kRows[] = {
        {"binary:4", "raw4"},
        {"bcd:2", "bcd2"},
        {"ascii:6", "ascii6"},
        {"hex:4", "hex4"},
        {"binary:2 any:2", "cs"},
        {"binary:2 counts:2", "amex"},
        {"x'0000' binary:2", "gicc"},
        {"binary:2 trailer:x'03'", "base24tcp"},
        {"x'D04A' binary:2 x'0000'", "rbp"},
    };
    for (auto const& row : kRows) {
        auto framing = parse_framing(row.text);
        ASSERT_TRUE(framing.has_value()) << row.text << ": " << framing.error().reason;
        EXPECT_EQ(framing->name, "custom");
        framing->name = row.name;
        EXPECT_EQ(*framing, named(row.name)) << row.text;
    }
    auto const limited = parse_framing("binary:2 max:2048");
    ASSERT_TRUE(limited.has_value());
    EXPECT_EQ(peek_frame(*limited, from_hex("0801"), 9999).status, FrameStatus::too_long);
}

TEST(FramingText, ErrorsNameThePlace)
{
    struct Row {
        char const* text;
        unsigned at;
    };
    constexpr Row kRows[] = {
        {"", 0},
        {"any:2", 5},
        {"binary:5", 0},
        {"ascii:1", 0},
        {"binary:2 hex:4", 9},
        {"binary", 0},
        {"binary:x", 0},
        {"length:2", 0},
        {"x'0' binary:2", 0},
        {"x'0G' binary:2", 0},
        {"x'00", 0},
        {"binary:2 any:7", 9},
        {"binary:2 trailer:x'0102030405'", 9},
        {"binary:2 counts:3", 17},
        {"binary:1 max:1 counts:1", 23},
        {"binary:2 max:0", 9},
        {"x'00112233445566' binary:2", 18},
    };
    for (auto const& row : kRows) {
        auto const framing = parse_framing(row.text);
        ASSERT_FALSE(framing.has_value()) << row.text;
        EXPECT_EQ(framing.error().at, row.at) << row.text << ": " << framing.error().reason;
        EXPECT_FALSE(framing.error().reason.empty());
    }
}

}  // namespace
}  // namespace turnout::wire
