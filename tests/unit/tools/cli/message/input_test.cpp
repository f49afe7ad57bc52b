#include "tools/cli/message/input.hpp"

#include "tests/support/bytes.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace turnout::cli::message {
namespace {

using Seen = std::vector<std::pair<std::string, std::string>>;  // bytes as text, problem

Seen read(std::string_view text, InputForm form, InputOptions const& options = {})
{
    ByteSource source(as_bytes(text));
    auto const input = make_input(source, form, options);
    Seen seen;
    for (InputMessage message; input->next(message);)
        seen.emplace_back(as_text(message.bytes), message.problem);
    return seen;
}

InputOptions framed(std::string_view name)
{
    InputOptions options;
    options.framing = *framing_choice_by_name(name);
    return options;
}

TEST(Input, FormIsDetectedByTheFirstBytes)
{
    EXPECT_EQ(detect_form(as_bytes("0100aabb\n")), InputForm::hex);
    EXPECT_EQ(detect_form(as_bytes("\n {\"hex\":\"00\"}")), InputForm::jsonl);
    EXPECT_EQ(detect_form(as_bytes(std::string_view("\xd4\xc3\xb2\xa1\x02\x00", 6))),
              InputForm::pcap);
    EXPECT_EQ(detect_form(as_bytes(std::string_view("\x0a\x0d\x0d\x0a", 4))), InputForm::pcap);
    EXPECT_EQ(detect_form(as_bytes(std::string_view("\x00\x04\x01\x00\x20\x30", 6))),
              InputForm::raw);
    for (auto const form : {InputForm::hex, InputForm::raw, InputForm::pcap, InputForm::jsonl})
        EXPECT_EQ(input_form_by_name(name_of(form)), form);
    EXPECT_FALSE(input_form_by_name("xml").has_value());
}

TEST(Input, ABadLineIsAProblemAndTheNextOneIsRead)
{
    auto const seen = read("3031\n# note\n30zz\n\n3233 # behind\n", InputForm::hex);
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[0].first, "01");
    EXPECT_NE(seen[1].second.find("column 3"), std::string::npos) << seen[1].second;
    EXPECT_TRUE(seen[1].first.empty());
    EXPECT_EQ(seen[2].first, "23");
}

TEST(Input, DumpsMayLeaveOutEqualLinesAndFollowEachOther)
{
    auto const seen = read(
        "00000000  61 61 61 61 61 61 61 61  61 61 61 61 61 61 61 61  |aaaaaaaaaaaaaaaa|\n"
        "*\n"
        "00000030  62 63                                             |bc|\n"
        "00000032\n"
        "00000000  64 65                                             |de|\n",
        InputForm::hex);
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].first, std::string(48, 'a') + "bc");
    EXPECT_EQ(seen[1].first, "de");
    auto const gap = read("00000000: 6161\n00000009: 6262\n", InputForm::hex);
    ASSERT_EQ(gap.size(), 1U);
    EXPECT_NE(gap[0].second.find("offset"), std::string::npos);
}

TEST(Input, AStreamIsCutIntoItsFrames)
{
    std::string const stream(
        "\x00\x02"
        "ab"
        "\x00\x00"
        "\x00\x03"
        "cde",
        11);
    auto const seen = read(stream, InputForm::raw, framed("binary2"));
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].first, "ab");
    EXPECT_EQ(seen[1].first, "cde");
}

TEST(Input, AStreamOutOfStepEndsWithAProblem)
{
    auto const cut = read(std::string("\x00\x02"
                                      "ab"
                                      "\x00\x09"
                                      "c",
                                      7),
                          InputForm::raw, framed("binary2"));
    ASSERT_EQ(cut.size(), 2U);
    EXPECT_NE(cut[1].second.find("inside of a frame"), std::string::npos);
    auto const bad = read("0002abxx02cd", InputForm::raw, framed("ascii4"));
    ASSERT_EQ(bad.size(), 2U);
    EXPECT_NE(bad[1].second.find("no frame begins here"), std::string::npos);
}

TEST(Input, SkippedBytesAreInFrontOfEveryMessage)
{
    auto options = framed("ascii4");
    options.skip_bytes = 3;
    ByteSource source(as_bytes("0005HDRab0002xy"));
    auto const input = make_input(source, InputForm::raw, options);
    InputMessage message;
    ASSERT_TRUE(input->next(message));
    EXPECT_EQ(as_text(message.bytes), "ab");
    EXPECT_EQ(as_text(message.whole), "0005HDRab");
    ASSERT_TRUE(input->next(message));
    EXPECT_TRUE(message.bytes.empty());
    EXPECT_EQ(message.place.offset, 9U);
    EXPECT_FALSE(input->next(message));
}

TEST(Input, JsonLinesHoldHexOrFields)
{
    InputOptions options;
    options.dialect = &iso8583::dialect_1987_ascii();
    auto const seen = read(
        "{\"hex\":\"30313030\"}\n"
        "{\"mti\":\"0800\",\"fields\":{\"11\":\"123456\",\"3\":990000}}\n"
        "{\"t_ns\":1,\"rc\":\"00\"}\n[1]\n"
        "{\"mti\":\"0800\",\"fields\":{\"11\":\"1234567\"}}\n",
        InputForm::jsonl, options);
    ASSERT_EQ(seen.size(), 5U);
    EXPECT_EQ(seen[0].first, "0100");
    EXPECT_EQ(seen[1].first, "08002020000000000000990000123456");
    EXPECT_NE(seen[2].second.find("load --record"), std::string::npos);
    EXPECT_NE(seen[3].second.find("not a JSON object"), std::string::npos);
    EXPECT_NE(seen[4].second.find("DE 11"), std::string::npos) << seen[4].second;
    EXPECT_EQ(seen[4].second.find("1234567"), std::string::npos);
}

TEST(Input, ACaptureThatIsNoneIsAProblem)
{
    auto const seen = read(std::string("\xd4\xc3\xb2\xa1 nothing of the kind", 23), InputForm::pcap,
                           framed("binary2"));
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_NE(seen[0].second.find("capture"), std::string::npos);
}

TEST(Input, AMissingFileIsNamed)
{
    auto const opened = open_input("/no/such/file", std::nullopt);
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().find("/no/such/file"), std::string::npos);
}

}  // namespace
}  // namespace turnout::cli::message
