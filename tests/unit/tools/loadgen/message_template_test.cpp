#include "tools/loadgen/message_template.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <cstring>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

std::string hex_of(ByteView bytes)
{
    std::string out;
    for (auto const byte : bytes)
        for (auto const nibble :
             {std::to_integer<unsigned>(byte) >> 4U, std::to_integer<unsigned>(byte) & 15U})
            out += "0123456789ABCDEF"[nibble];
    return out;
}

std::string golden(std::string const& name)
{
    std::ifstream file("tests/golden/" + name);
    std::string hex;
    file >> hex;
    for (auto& c : hex)
        c = static_cast<char>(std::toupper(c));
    return hex;
}

Card card_of(std::string_view digits)
{
    Card card{};
    for (std::size_t i = 0; i < 16; ++i)
        card.digits[i] = digits[i];
    for (std::size_t i = 0; i < 8; ++i)
        card.bcd[i] =
            static_cast<std::byte>((digits[2 * i] - '0') * 16 + (digits[2 * i + 1] - '0'));
    return card;
}

Terminal terminal_of(std::string_view text)
{
    Terminal out{};
    std::memcpy(out.data(), text.data(), out.size());
    return out;
}

TemplateConfig config_for(iso8583::Dialect const& dialect)
{
    TemplateConfig config;
    config.dialect = &dialect;
    config.rrn_tag = {'6', '3', '2', '5', '1', '7'};
    return config;
}

class TemplateDialects : public testing::TestWithParam<iso8583::Dialect const*> {};
INSTANTIATE_TEST_SUITE_P(Dialects, TemplateDialects,
                         testing::Values(&iso8583::dialect_1987_binary(),
                                         &iso8583::dialect_1987_ascii()),
                         [](auto const& dialect) {
                             return dialect.param == &iso8583::dialect_1987_ascii() ? "Ascii"
                                                                                    : "Binary";
                         });

// The bench 0100, byte for byte: two independent libraries pack its fields to this vector.
TEST_P(TemplateDialects, PatchedToItsValuesItIsTheBenchMessage)
{
    auto const& dialect = *GetParam();
    auto config = config_for(dialect);
    config.expiry_yymm = 2812;
    auto made = MessageTemplate::make(config, Kind::auth);
    ASSERT_TRUE(made.has_value());
    made->set_time({1120, 173045});
    auto const card = card_of("4761739001010010");
    std::vector<std::byte> out(made->frame_bytes());
    made->write(out.data(), {.card = &card,
                             .amount = 12'345,
                             .stan = 123'456,
                             .rrn_number = 123'456,
                             .terminal = terminal_of("TERM0001"),
                             .original = {}});
    auto const name =
        &dialect == &iso8583::dialect_1987_ascii() ? "bench-0100-ascii.hex" : "bench-0100-bcd.hex";
    EXPECT_EQ(hex_of(ByteView(out).subspan(2)), golden(name));
    EXPECT_EQ(load_be16(out.data()), out.size() - 2);
}

// What a field holds after patching, against what was asked for.
TEST_P(TemplateDialects, EveryKindCarriesItsStamp)
{
    auto const& dialect = *GetParam();
    for (std::size_t i = 0; i < kKinds; ++i) {
        auto const kind = static_cast<Kind>(i);
        auto made = MessageTemplate::make(config_for(dialect), kind);
        ASSERT_TRUE(made.has_value()) << info(kind).name;
        made->set_time({229, 235958});
        auto const card = make_card("999901", 42, 4'711);
        std::vector<std::byte> out(made->frame_bytes());
        made->write(out.data(), {.card = &card,
                                 .amount = 999'999'999'999,
                                 .stan = 7,
                                 .rrn_number = 42,
                                 .terminal = terminal_of("AB00C001"),
                                 .original = {100, 6, 229'235'957}});
        iso8583::MessageView view;
        auto const error = view.decode(dialect, ByteView(out).subspan(2));
        ASSERT_TRUE(error.ok()) << info(kind).name << " DE " << error.de;
        std::array<char, 64> text{};
        auto const read = [&](unsigned de) {
            auto const length = view.text(de, text);
            return length.has_value() ? std::string(text.data(), *length) : std::string("absent");
        };
        EXPECT_EQ(view.mti(), info(kind).mti);
        EXPECT_EQ(read(2), std::string(card.digits.data(), 16));
        EXPECT_EQ(read(3), info(kind).proc_code);
        EXPECT_EQ(read(4), kind == Kind::balance ? "000000000000" : "999999999999");
        EXPECT_EQ(read(7), "0229235958");
        EXPECT_EQ(read(11), "000007");
        EXPECT_EQ(read(12), "235958");
        EXPECT_EQ(read(13), "0229");
        EXPECT_EQ(read(14), "3012");
        EXPECT_EQ(read(37), "632517000042");
        EXPECT_EQ(read(41), "AB00C001");
        EXPECT_EQ(read(49), "978");
        EXPECT_FALSE(view.has(32));
        auto const follow_up = kind == Kind::completion || kind == Kind::reversal;
        EXPECT_EQ(read(35), follow_up ? "absent"
                                      : std::string(card.digits.data(), 16) + "=30122011234567890");
        EXPECT_EQ(read(90),
                  kind == Kind::reversal ? "010000000602292359570000000000000000000000" : "absent");
    }
}

TEST_P(TemplateDialects, TheAcquirerGoesIntoDe32AndDe90)
{
    auto config = config_for(*GetParam());
    config.acquirer = 100'001;
    auto made = MessageTemplate::make(config, Kind::reversal);
    ASSERT_TRUE(made.has_value());
    auto const card = make_card("999901", 42, 0);
    std::vector<std::byte> out(made->frame_bytes());
    made->write(out.data(), {.card = &card,
                             .amount = 1,
                             .stan = 1,
                             .rrn_number = 1,
                             .terminal = terminal_of("AB00C001"),
                             .original = {200, 1, 1}});
    iso8583::MessageView view;
    ASSERT_TRUE(view.decode(*GetParam(), ByteView(out).subspan(2)).ok());
    auto const acquirer = view.number(32);
    ASSERT_TRUE(acquirer.has_value());
    EXPECT_EQ(*acquirer, 100'001U);
    std::array<char, 64> text{};
    auto const length = view.text(90, text);
    ASSERT_TRUE(length.has_value());
    EXPECT_EQ(std::string(text.data(), *length), "020000000100000000010000010000100000000000");
}

TEST(MessageTemplate, AsciiFramingCountsTheBody)
{
    auto config = config_for(iso8583::dialect_1987_ascii());
    config.framing = wire::Framing::ascii4;
    auto const made = MessageTemplate::make(config, Kind::auth);
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->frame_bytes(), 432U);
}

TEST(MessageTemplate, CardsAreTheDemoCards)
{
    for (std::uint64_t const index : {0U, 1U, 9'999U}) {
        auto const pan = iso8583::test_pan(iso8583::kDemoBin, iso8583::kDemoSeed, index);
        auto const card = make_card(iso8583::kDemoBin, iso8583::kDemoSeed, index);
        EXPECT_EQ(pan.digits, card.digits);
        EXPECT_EQ(card.bcd, card_of(pan.text()).bcd);
    }
}

TEST(MessageTime, DatesAreCivilDatesInUtc)
{
    struct Row {
        std::uint64_t unix_s;
        std::uint64_t de7;
    };
    for (auto const& row : {Row{0, 101'000'000}, Row{951'782'399, 228'235'959},
                            Row{951'782'400, 229'000'000}, Row{951'868'800, 301'000'000},
                            Row{1'605'893'445, 1'120'173'045}, Row{1'767'225'599, 1'231'235'959},
                            Row{4'107'542'399, 228'235'959}, Row{4'107'542'400, 301'000'000}})
        EXPECT_EQ(message_time(row.unix_s).de7(), row.de7) << row.unix_s;
}

TEST(NetworkMessage, SignOnIsA0800WithDe70)
{
    auto const message = network_message(config_for(iso8583::dialect_1987_binary()), 1, 17,
                                         {1120, 173045}, terminal_of("AB00C001"));
    iso8583::MessageView view;
    ASSERT_FALSE(message.empty());
    ASSERT_TRUE(view.decode(iso8583::dialect_1987_binary(), ByteView(message).subspan(2)).ok());
    EXPECT_EQ(view.mti(), iso8583::Mti{800});
    auto const code = view.number(70);
    ASSERT_TRUE(code.has_value());
    EXPECT_EQ(*code, 1U);
}

}  // namespace
}  // namespace turnout::loadgen
