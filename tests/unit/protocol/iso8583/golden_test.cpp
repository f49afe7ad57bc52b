// Messages of other implementations: they must decode to the fields that their authors state, and
// encode back to the same bytes; malformed ones must be refused for the right reason.
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace turnout::iso8583 {
namespace {

using nlohmann::json;

std::vector<json> golden_lines(std::string const& file)
{
    std::ifstream in{"tests/golden/" + file};
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(json::parse(line));
    return lines;
}

std::string text_of(MessageView const& view, unsigned de)
{
    std::string text(2048, ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    return text;
}

// The names that the golden file uses.
std::string name_of(Errc code)
{
    static std::map<Errc, std::string> const names{{Errc::truncated, "truncated"},
                                                   {Errc::bad_mti, "bad_mti"},
                                                   {Errc::bad_bitmap, "bad_bitmap"},
                                                   {Errc::bad_digits, "bad_digits"},
                                                   {Errc::bad_length, "bad_length"},
                                                   {Errc::length_over_max, "length_over_max"},
                                                   {Errc::bad_sign, "bad_sign"},
                                                   {Errc::bad_character, "bad_character"},
                                                   {Errc::trailing_bytes, "trailing_bytes"}};
    auto const found = names.find(code);
    return found == names.end() ? std::string{meaning(code)} : found->second;
}

// A BCD track shows its separator as '='; the sources differ, so both are taken as one.
std::string comparable(unsigned de, std::string text)
{
    if (de == 35 || de == 36) std::replace(text.begin(), text.end(), 'D', '=');
    return text;
}

void expect_same_bytes(MessageView const& view, ByteView frame)
{
    auto const secondary = view.bitmaps();
    test::Bytes by_wire(frame.size());
    test::Bytes by_text(frame.size());
    MessageBuilder wire{view.dialect(), by_wire, view.mti(), secondary};
    MessageBuilder text{view.dialect(), by_text, view.mti(), secondary};
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        wire.wire(de, view.wire(de));
        // As characters, a track in ASCII may have either separator; wire() keeps it.
        if (view.has(de)) text.text(de, text_of(view, de));
    }
    ASSERT_TRUE(wire.finish().has_value());
    ASSERT_TRUE(text.finish().has_value());
    EXPECT_EQ(test::to_hex(by_wire), test::to_hex(frame));
    EXPECT_EQ(test::to_hex(by_text), test::to_hex(frame));
}

TEST(Golden, MessagesOfOtherImplementationsDecodeAndEncode)
{
    auto const lines = golden_lines("messages-1987.jsonl");
    ASSERT_EQ(lines.size(), 42U);
    for (auto const& line : lines) {
        SCOPED_TRACE(line.at("id").get<std::string>());
        auto const* const dialect = dialect_by_name(line.at("dialect").get<std::string>());
        ASSERT_NE(dialect, nullptr);
        auto const frame = test::from_hex(line.at("hex").get<std::string>());
        MessageView view;
        auto const error = view.decode(*dialect, frame);
        ASSERT_TRUE(error.ok()) << meaning(error.code) << " DE " << error.de << " at "
                                << error.offset_bytes;
        EXPECT_EQ(view.mti().value, std::stoul(line.at("mti").get<std::string>()));
        std::size_t stated = 0;
        for (auto const& [name, value] : line.at("fields").items()) {
            auto const de = static_cast<unsigned>(std::stoul(name));
            EXPECT_EQ(comparable(de, text_of(view, de)), comparable(de, value.get<std::string>()))
                << de;
            ++stated;
        }
        std::size_t present = 0;
        for (unsigned de = 2; de <= kFieldsMax; ++de)
            present += view.has(de) ? 1U : 0U;
        EXPECT_EQ(present, stated);
        expect_same_bytes(view, frame);
    }
}

TEST(Golden, MalformedMessagesAreRefusedForTheRightReason)
{
    auto const lines = golden_lines("malformed-1987.jsonl");
    ASSERT_EQ(lines.size(), 26U);
    for (auto const& line : lines) {
        auto const* const dialect = dialect_by_name(line.at("dialect").get<std::string>());
        ASSERT_NE(dialect, nullptr);
        auto const frame = test::from_hex(line.at("hex").get<std::string>());
        MessageView view;
        auto const error = view.decode(*dialect, frame);
        EXPECT_EQ(name_of(error.code), line.at("error").get<std::string>()) << line.at("id");
        EXPECT_EQ(error.de, line.at("de").get<unsigned>()) << line.at("id");
        EXPECT_EQ(error.offset_bytes, line.at("offset_bytes").get<std::size_t>()) << line.at("id");
    }
}

std::map<unsigned, std::string> const& bench_fields()
{
    static std::map<unsigned, std::string> const fields{
        {2, "4761739001010010"},
        {3, "000000"},
        {4, "000000012345"},
        {7, "1120173045"},
        {11, "123456"},
        {12, "173045"},
        {13, "1120"},
        {14, "2812"},
        {18, "5411"},
        {22, "051"},
        {25, "00"},
        {35, "4761739001010010=28122011234567890"},
        {37, "632517123456"},
        {41, "TERM0001"},
        {42, "MERCHANT0000001"},
        {43, "ACME SUPERMARKET 0042    LISBOA       PT"},
        {49, "978"},
        {52, "A1B2C3D4E5F60718"},
        {55,
         "9F260811223344556677889F2701809F100706010A03A0B8009F37041A2B3C4D9F360201239505000000"
         "80009A032611209C01009F02060000000123455F2A02097882025C009F1A0206209F03060000000000"
         "009F3303E0F8C89F34031E03009F350122"}};
    return fields;
}

TEST(Golden, BenchMessagesDecodeToTheStatedFields)
{
    struct Subject {
        char const* file;
        Dialect const& dialect;
        std::size_t bytes;
    };
    for (auto const& subject : {Subject{"bench-0100-bcd.hex", dialect_1987_binary(), 254},
                                Subject{"bench-0100-ascii.hex", dialect_1987_ascii(), 428}}) {
        auto const frame = test::golden(subject.file);
        ASSERT_EQ(frame.size(), subject.bytes);
        MessageView view;
        ASSERT_TRUE(view.decode(subject.dialect, frame).ok());
        EXPECT_EQ(view.mti(), Mti{100});
        for (unsigned de = 2; de <= kFieldsMax; ++de) {
            auto const stated = bench_fields().find(de);
            ASSERT_EQ(view.has(de), stated != bench_fields().end()) << de;
            if (view.has(de)) {
                EXPECT_EQ(comparable(de, text_of(view, de)), comparable(de, stated->second)) << de;
            }
        }
        expect_same_bytes(view, frame);
    }
}

TEST(Golden, BenchAnswersHaveTheirKnownLengths)
{
    struct Subject {
        char const* file;
        Dialect const& dialect;
        std::size_t bytes;
    };
    for (auto const& subject : {Subject{"bench-0100-bcd.hex", dialect_1987_binary(), 87},
                                Subject{"bench-0100-ascii.hex", dialect_1987_ascii(), 128}}) {
        auto const frame = test::golden(subject.file);
        MessageView request;
        ASSERT_TRUE(request.decode(subject.dialect, frame).ok());
        std::array<std::byte, 256> out{};
        MessageBuilder builder{subject.dialect, out, request.mti().answer()};
        for (unsigned const de : {2U, 3U, 4U, 7U, 11U, 12U, 13U, 37U})
            builder.wire(de, request.wire(de));
        builder.text(38, "654321");
        builder.text(39, "00");
        for (unsigned const de : {41U, 42U, 49U})
            builder.wire(de, request.wire(de));
        auto const built = builder.finish();
        ASSERT_TRUE(built.has_value());
        EXPECT_EQ(*built, subject.bytes);
        MessageView answer;
        ASSERT_TRUE(answer.decode(subject.dialect, ByteView{out}.first(*built)).ok());
        EXPECT_EQ(answer.mti(), Mti{110});
        EXPECT_EQ(test::value_of(answer.number(38)), 654321U);
        EXPECT_EQ(text_of(answer, 2), "4761739001010010");
        EXPECT_EQ(text_of(answer, 42), "MERCHANT0000001");
    }
}

}  // namespace
}  // namespace turnout::iso8583
