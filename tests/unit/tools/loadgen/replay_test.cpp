#include "tests/unit/tools/loadgen/replay_files.hpp"
#include "tests/unit/tools/responder.hpp"
#include "tools/loadgen/replayer.hpp"

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

SourceOptions source_options()
{
    return {&iso8583::dialect_1987_binary(), wire::Framing::binary2, std::nullopt};
}

// Three requests and their answers; the second request arrives in two segments, the third answer
// together with the second.
void write_capture(std::string const& path)
{
    test::Capture capture(path);
    auto const answer = [](std::uint32_t stan, char const* code) {
        return test::build({.mti = 110, .stan = stan, .code = code});
    };
    capture.message(true, test::build({.stan = 1}), 1'000);
    capture.message(false, answer(1, "00"), 2'000);
    auto const second = test::Capture::framed(test::build({.stan = 2}));
    capture.data(true, {second.begin(), second.begin() + 31}, 11'000);
    capture.data(true, {second.begin() + 31, second.end()}, 12'000);
    capture.message(true, test::build({.stan = 3}), 21'000);
    auto both = test::Capture::framed(answer(2, "51"));
    auto const third = test::Capture::framed(answer(3, "00"));
    both.insert(both.end(), third.begin(), third.end());
    capture.data(false, both, 22'000);
}

struct Run {
    LoadStatus status;
    ReplayResult result;
    std::string error;
};

Run run(ReplaySource const& source, ReplayOptions const& options)
{
    Run out{};
    out.status = run_replay(source, options, nullptr, out.result, out.error);
    return out;
}

ReplayOptions options_for(test::Responder const& responder)
{
    ReplayOptions options;
    options.target = {"127.0.0.1", responder.port()};
    options.dialect = &iso8583::dialect_1987_binary();
    options.timeout_ns = 500'000'000;
    return options;
}

TEST(ReplaySource, ACaptureGivesRequestsWithTheirAnswersAndTimes)
{
    test::TemporaryFile const file("source.pcap");
    write_capture(file.path());
    auto const source = load_replay_source(file.path(), source_options());
    ASSERT_TRUE(source.has_value()) << source.error();
    ASSERT_EQ((*source).messages.size(), 3U);
    EXPECT_EQ((*source).streams, 1U);
    EXPECT_EQ((*source).answers, 3U);
    EXPECT_EQ((*source).undecodable, 0U);
    auto const& messages = (*source).messages;
    EXPECT_EQ(messages[0].at_ns, 0U);
    EXPECT_EQ(messages[1].at_ns, 11'000'000U);  // when it was complete
    EXPECT_EQ(messages[2].at_ns, 20'000'000U);
    EXPECT_EQ(messages[1].request, test::build({.stan = 2}));
    EXPECT_EQ(messages[1].expect, test::build({.mti = 110, .stan = 2, .code = "51"}));
}

TEST(ReplaySource, OnlyRequestsTowardThePortAreTaken)
{
    test::TemporaryFile const file("port.pcap");
    write_capture(file.path());
    auto options = source_options();
    options.dst_port = 8583;
    auto const toward = load_replay_source(file.path(), options);
    options.dst_port = 9;
    auto const away = load_replay_source(file.path(), options);
    ASSERT_TRUE(toward.has_value() && away.has_value());
    EXPECT_EQ((*toward).messages.size(), 3U);
    EXPECT_EQ((*away).messages.size(), 0U);
}

TEST(ReplaySource, JsonLinesCarryHexTimeAndExpectation)
{
    test::TemporaryFile const file("lines.jsonl");
    auto const answer = test::build({.mti = 110, .code = "00"});
    file.write("{\"hex\":\"" + test::hex(test::build({})) + "\",\"at_ns\":7000}\n\n" +
               "{\"hex\":\"" + test::hex(test::build({.stan = 2})) +
               "\",\"at_ns\":5000,\"expect\":\"" + test::hex(answer) + "\"}\n" + "{\"hex\":\"" +
               test::hex(answer) + "\"}\n" + "{\"hex\":\"01\"}\n");
    auto const source = load_replay_source(file.path(), source_options());
    ASSERT_TRUE(source.has_value()) << source.error();
    ASSERT_EQ((*source).messages.size(), 2U);
    EXPECT_EQ((*source).messages[0].expect, answer);  // in order of time
    EXPECT_EQ((*source).messages[1].at_ns, 2'000U);
    EXPECT_EQ((*source).skipped, 1U);
    EXPECT_EQ((*source).undecodable, 1U);
}

TEST(ReplaySource, ErrorsNameFileAndLineAndNoValue)
{
    test::TemporaryFile const file("bad.jsonl");
    struct Row {
        char const* line;
        char const* want;
    };
    for (auto const& row :
         {Row{"9999010000000018", "is not a JSON object"},
          Row{"{\"hex\":\"9999010000000018z\"}", "\"hex\" is not hexadecimal"},
          Row{"{\"body\":\"00\"}", "has no \"hex\""},
          Row{"{\"hex\":\"00\",\"at_ns\":-1}", "\"at_ns\" is not a whole number"},
          Row{"{\"hex\":\"00\",\"expect\":1}", "\"expect\" is not hexadecimal"}}) {
        file.write(std::string("\n") + row.line + "\n");
        auto const source = load_replay_source(file.path(), source_options());
        ASSERT_FALSE(source.has_value()) << row.line;
        EXPECT_EQ(source.error(), file.path() + ":2: " + row.want);
    }
    EXPECT_FALSE(load_replay_source("/no/such/file.jsonl", source_options()).has_value());
    EXPECT_FALSE(load_replay_source("/no/such/file.pcap", source_options()).has_value());
}

TEST(Replay, ACaptureIsSentAndItsAnswersAreCompared)
{
    test::TemporaryFile const file("run.pcap");
    write_capture(file.path());
    auto const source = load_replay_source(file.path(), source_options());
    ASSERT_TRUE(source.has_value());
    test::Responder responder({});
    auto options = options_for(responder);
    options.compare = {39, 37};
    auto const out = run(*source, options);
    responder.stop();
    ASSERT_EQ(out.status, LoadStatus::finished) << out.error;
    EXPECT_EQ(out.result.sent, 3U);
    EXPECT_EQ(out.result.answered, 3U);
    EXPECT_EQ(out.result.compared, 3U);
    EXPECT_EQ(out.result.same, 2U);
    EXPECT_EQ(out.result.different.at(39), 1U);
    ASSERT_EQ(out.result.examples.size(), 1U);
    EXPECT_EQ(out.result.examples[0].message, 2U);
    EXPECT_EQ(out.result.examples[0].expected, "51");
    EXPECT_EQ(out.result.examples[0].got, "00");
    EXPECT_GE(out.result.elapsed_ns, 20'000'000U);  // at the recorded speed
}

TEST(Replay, SecretElementsAreMaskedInDifferences)
{
    ReplaySource source;
    source.streams = 1;
    source.messages.push_back({test::build({.stan = 1}),
                               test::build({.mti = 110, .code = "00", .pan = "9999010000000026"}),
                               0, 0});
    test::Responder responder({});
    auto options = options_for(responder);
    options.compare = {2};
    auto const out = run(source, options);
    ASSERT_EQ(out.result.examples.size(), 1U);
    EXPECT_EQ(out.result.examples[0].expected, "***");
    EXPECT_EQ(out.result.examples[0].got, "***");
}

TEST(Replay, LoopsAtTopSpeedWithNewNumbersNeverRepeatAKey)
{
    ReplaySource source;
    source.streams = 2;
    for (std::uint32_t i = 1; i <= 50; ++i)
        source.messages.push_back({test::build({.stan = i}), {}, i * 1'000'000'000ULL, i % 2});
    test::Responder responder({});
    auto options = options_for(responder);
    options.topspeed = true;
    options.loops = 20;
    options.restamp = {true, true, true};
    options.sign_on = true;
    auto const out = run(source, options);
    responder.stop();
    EXPECT_EQ(out.result.sent, 1'000U);
    EXPECT_EQ(out.result.answered, 1'000U);
    EXPECT_EQ(responder.repeated_keys, 0U);
    EXPECT_EQ(responder.sign_ons, 1U);
    EXPECT_LT(out.result.elapsed_ns, 20'000'000'000U);
}

TEST(Replay, WithoutNewNumbersTheBytesAreThoseOfTheFile)
{
    ReplaySource source;
    source.streams = 1;
    for (int i = 0; i < 3; ++i)
        source.messages.push_back({test::build({}), {}, 0, 0});
    test::Responder responder({});
    auto const out = run(source, options_for(responder));
    responder.stop();
    EXPECT_EQ(out.result.answered, 3U);
    EXPECT_EQ(responder.repeated_keys, 2U);
}

TEST(Replay, SilenceIsATimeOut)
{
    ReplaySource source;
    source.streams = 1;
    for (std::uint32_t i = 1; i <= 4; ++i)
        source.messages.push_back({test::build({.stan = i}), {}, 0, 0});
    test::Responder responder({.silent_every = 2});
    auto options = options_for(responder);
    options.timeout_ns = 60'000'000;
    auto const out = run(source, options);
    EXPECT_EQ(out.result.answered, 2U);
    EXPECT_EQ(out.result.timeouts, 2U);
}

TEST(Replay, ALostConnectionIsReported)
{
    ReplaySource source;
    source.streams = 1;
    for (std::uint32_t i = 1; i <= 100; ++i)
        source.messages.push_back({test::build({.stan = i}), {}, i * 2'000'000ULL, 0});
    test::Responder responder({.close_after = 10});
    auto const out = run(source, options_for(responder));
    EXPECT_EQ(out.status, LoadStatus::lost_all);
    EXPECT_LT(out.result.sent, 100U);
}

}  // namespace
}  // namespace turnout::loadgen
