#include "tools/cli/record_text.hpp"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

std::vector<std::byte> hold_record()
{
    record::Header header{};
    header.record_bytes =
        sizeof(record::Header) + sizeof(record::Context) + 2 * sizeof(record::Leg);
    header.type = static_cast<std::uint16_t>(record::Type::hold);
    header.flags = record::forced;
    header.seq = 77;
    header.ts_ns = 1'605'893'445'000'000'001;
    record::Context context{};
    context.mti = 100;
    context.stan = 123;
    context.decided = 12'345;
    context.requested = 20'000;
    context.currency = 978;
    context.acquirer = 100'001;
    context.de7_ts = 1'605'893'445'000'000'000;
    context.legs = 2;
    std::memcpy(context.rc, "00", 2);
    std::memcpy(context.rrn, "632517000001", 12);
    std::memcpy(context.terminal, "TERM0001", 8);
    std::memcpy(context.merchant, "MERCHANT0000001", 15);
    std::memcpy(context.approval, "A12345", 6);
    static constexpr std::uint8_t kPan[10] = {0x99, 0x99, 0x01, 0x00, 0x00,
                                              0x12, 0x34, 0x56, 0xFF, 0xFF};
    std::memcpy(context.pan, kPan, sizeof kPan);
    record::Leg debit{1,
                      2,
                      12'345,
                      -12'345,
                      5,
                      978,
                      static_cast<std::uint8_t>(record::Effect::debit_pend),
                      static_cast<std::uint8_t>(record::Role::payer),
                      0};
    record::Leg credit{3,
                       4,
                       12'345,
                       12'345,
                       9,
                       978,
                       static_cast<std::uint8_t>(record::Effect::credit_pend),
                       static_cast<std::uint8_t>(record::Role::payee),
                       0};
    std::vector<std::byte> out(header.record_bytes);
    auto* at = out.data();
    store(at, header);
    store(at += sizeof header, context);
    store(at += sizeof context, debit);
    store(at += sizeof debit, credit);
    return out;
}

TEST(RecordText, JsonCarriesWhatTestsCompare)
{
    auto const bytes = hold_record();
    auto const parts = split_record(bytes);
    ASSERT_TRUE(parts);
    auto const object = record_json(*parts);
    EXPECT_EQ(object["seq"], 77);
    EXPECT_EQ(object["type"], "hold");
    EXPECT_EQ(object["ts"], "2020-11-20T17:30:45.000000001Z");
    EXPECT_EQ(object["mti"], "0100");
    EXPECT_EQ(object["stan"], "000123");
    EXPECT_EQ(object["de7"], "1120173045");
    EXPECT_EQ(object["rrn"], "632517000001");
    EXPECT_EQ(object["terminal"], "TERM0001");
    EXPECT_EQ(object["amount"], 12'345);
    EXPECT_EQ(object["requested"], 20'000);
    EXPECT_EQ(object["rc"], "00");
    EXPECT_EQ(object["approval"], "A12345");
    EXPECT_EQ(object["flags"][0], "forced");
    ASSERT_EQ(object["legs"].size(), 2U);
    EXPECT_EQ(object["legs"][0]["effect"], "debit-pend");
    EXPECT_EQ(object["legs"][0]["role"], "payer");
    EXPECT_EQ(object["legs"][1]["after"], 12'345);
    EXPECT_EQ(object["legs"][1]["account"], "00000000000000040000000000000003");
}

TEST(RecordText, ThePanIsMaskedInBothForms)
{
    auto const bytes = hold_record();
    auto const parts = split_record(bytes);
    ASSERT_TRUE(parts);
    EXPECT_EQ(record_json(*parts)["pan"], "999901******3456");
    for (auto const& text : {record_json(*parts).dump(), record_line(*parts)}) {
        EXPECT_EQ(text.find("9999010000123456"), std::string::npos);
        EXPECT_NE(text.find("999901******3456"), std::string::npos);
    }
}

TEST(RecordText, LineHasTheMoneyInItsCurrency)
{
    auto const bytes = hold_record();
    auto const parts = split_record(bytes);
    ASSERT_TRUE(parts);
    auto const line = record_line(*parts);
    EXPECT_TRUE(line.starts_with("77  2020-11-20T17:30:45.000000001Z  hold  0100")) << line;
    EXPECT_NE(line.find("123.45 EUR"), std::string::npos) << line;
}

TEST(RecordText, LengthsThatDoNotAgreeAreRefused)
{
    auto const good = hold_record();
    for (std::size_t length = 0; length < good.size(); ++length)
        EXPECT_FALSE(split_record(ByteView(good).first(length))) << length;
    auto legs = good;
    store(legs.data() + sizeof(record::Header) + offsetof(record::Context, legs), std::uint16_t{3});
    EXPECT_FALSE(split_record(legs));
    store(legs.data() + sizeof(record::Header) + offsetof(record::Context, legs),
          std::uint16_t{0xFFFF});
    EXPECT_FALSE(split_record(legs));
}

TEST(RecordText, EveryTypeHasANameThatIsReadBack)
{
    for (std::uint16_t type = 1; type <= static_cast<std::uint16_t>(record::Type::product); ++type)
        EXPECT_EQ(type_by_name(type_name(type)), type);
    EXPECT_EQ(type_name(999), "type-999");
    EXPECT_EQ(type_name(0), "type-0");
    EXPECT_FALSE(type_by_name("pots"));
    EXPECT_FALSE(type_by_name(""));
}

}  // namespace
}  // namespace turnout::cli
