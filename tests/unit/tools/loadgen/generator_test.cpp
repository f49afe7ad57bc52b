#include "tests/unit/tools/responder.hpp"
#include "tools/loadgen/load.hpp"

#include <cstdio>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace turnout::loadgen {
namespace {

constexpr std::uint64_t kMilli = 1'000'000;

LoadOptions options_for(test::Responder const& responder)
{
    LoadOptions options;
    options.target = {"127.0.0.1", responder.port()};
    options.dialect = &iso8583::dialect_1987_binary();
    options.connections = 4;
    options.rate = Rate{2'000};
    options.duration_ns = 300 * kMilli;
    options.warmup_ns = 50 * kMilli;
    options.timeout_ns = 2'000 * kMilli;
    options.cards = 100;
    options.entropy = 0xfeed;
    return options;
}

struct Run {
    LoadStatus status = LoadStatus::finished;
    LoadResult result;
    std::string error;
};

Run run(LoadOptions const& options, std::atomic<int> const* stop = nullptr)
{
    Run out;
    Hooks hooks;
    hooks.stop = stop;
    out.status = run_load(options, hooks, out.result, out.error);
    return out;
}

std::string temporary(char const* name)
{
    return testing::TempDir() + name + std::to_string(::getpid());
}

TEST(Generator, AtAFixedRateEveryDueMessageIsSentAndAnswered)
{
    test::Responder responder({});
    auto const out = run(options_for(responder));
    responder.stop();
    ASSERT_EQ(out.status, LoadStatus::finished) << out.error;
    EXPECT_EQ(out.result.sent, 600U);
    EXPECT_EQ(out.result.answered, 600U);
    EXPECT_EQ(out.result.sent_all, 700U);
    EXPECT_EQ(out.result.approved(), 600U);
    EXPECT_EQ(out.result.dropped, 0U);
    EXPECT_EQ(out.result.corrected.count(), 600U);
    EXPECT_EQ(out.result.lag.count(), 600U);
    EXPECT_GE(out.result.corrected.percentile(50.0), out.result.raw.percentile(50.0));
    EXPECT_EQ(responder.requests, 700U);
    EXPECT_EQ(responder.sign_ons, 1U);
    EXPECT_EQ(responder.repeated_keys, 0U);
    EXPECT_EQ(responder.undecodable, 0U);
}

TEST(Generator, AsciiWithFourDigitFramingWorksToo)
{
    test::Responder responder(
        {.dialect = &iso8583::dialect_1987_ascii(), .framing = wire::Framing::ascii4});
    auto options = options_for(responder);
    options.dialect = &iso8583::dialect_1987_ascii();
    options.framing = wire::Framing::ascii4;
    options.verify = true;
    auto const out = run(options);
    EXPECT_EQ(out.result.answered, 600U);
    EXPECT_EQ(out.result.mismatched, 0U);
}

TEST(Generator, SaturatingKeepsTheWindowFullAndUsesNoKeyTwice)
{
    test::Responder responder({});
    auto options = options_for(responder);
    options.rate.reset();
    options.window = 32;
    auto const out = run(options);
    responder.stop();
    ASSERT_EQ(out.status, LoadStatus::finished) << out.error;
    EXPECT_GT(out.result.answered, 1'000U);
    EXPECT_EQ(out.result.answered_all, out.result.sent_all);
    EXPECT_EQ(out.result.dropped, 0U);
    EXPECT_EQ(responder.repeated_keys, 0U);
    EXPECT_TRUE(validity_of(options, out.result).valid);
}

TEST(Generator, ACountEndsTheRun)
{
    test::Responder responder({});
    auto options = options_for(responder);
    options.warmup_ns = 0;
    options.count = 150;
    for (auto const saturating : {false, true}) {
        if (saturating) options.rate.reset();
        options.window = saturating ? 8 : 0;
        auto const out = run(options);
        EXPECT_EQ(out.result.sent, 150U);
        EXPECT_EQ(out.result.answered, 150U);
    }
}

TEST(Generator, DeclinesAreCountedByCode)
{
    test::Responder responder({.decline_every = 10, .decline_code = "51"});
    auto options = options_for(responder);
    options.warmup_ns = 0;
    options.count = 200;
    auto const out = run(options);
    EXPECT_EQ(out.result.codes.count("51"), 20U);
    EXPECT_EQ(out.result.codes.count("00"), 180U);
    EXPECT_EQ(out.result.business(), 20U);
}

TEST(Generator, SilenceBecomesATimeOut)
{
    test::Responder responder({.silent_every = 10});
    auto options = options_for(responder);
    options.timeout_ns = 50 * kMilli;
    options.warmup_ns = 0;
    options.count = 200;
    auto const out = run(options);
    EXPECT_EQ(out.result.timeouts, 20U);
    EXPECT_EQ(out.result.answered, 180U);
    EXPECT_EQ(out.result.late, 0U);
}

TEST(Generator, AnAnswerAfterTheTimeOutIsLateAndNotAnAnswer)
{
    test::Responder responder({.delay_ms = 40});
    auto options = options_for(responder);
    options.connections = 1;
    options.rate = Rate{20};
    options.timeout_ns = 15 * kMilli;
    options.warmup_ns = 0;
    auto const out = run(options);
    EXPECT_GE(out.result.late, 1U);
    EXPECT_EQ(out.result.answered, 0U);
    EXPECT_EQ(out.result.timeouts, out.result.sent);
}

TEST(Generator, SecondAnswersAreCountedOnce)
{
    test::Responder responder({.twice_every = 5});
    auto options = options_for(responder);
    options.warmup_ns = 0;
    options.count = 100;
    auto const out = run(options);
    EXPECT_EQ(out.result.answered, 100U);
    EXPECT_GE(out.result.duplicates, 19U);  // the last one may come after the end
}

TEST(Generator, WhatDoesNotFitTheWindowIsDroppedAndMakesTheRunInvalid)
{
    test::Responder responder({.silent_every = 1});
    auto options = options_for(responder);
    options.connections = 1;
    options.window = 10;
    options.warmup_ns = 0;
    options.duration_ns = 100 * kMilli;
    options.timeout_ns = 500 * kMilli;
    auto const out = run(options);
    EXPECT_EQ(out.result.sent, 10U);
    EXPECT_EQ(out.result.dropped, 190U);
    auto const validity = validity_of(options, out.result);
    EXPECT_FALSE(validity.valid);
}

TEST(Generator, DroppedMessagesAloneMakeTheRunInvalidAndSaySo)
{
    LoadResult result;
    result.sent = result.answered = 100;
    result.corrected.record(1'000);
    LoadOptions options;
    options.rate = Rate{100};
    EXPECT_TRUE(validity_of(options, result).valid);
    result.dropped = 3;
    EXPECT_EQ(validity_of(options, result).reason, "3 due messages could not be sent");
}

TEST(Generator, LagAboveTheLimitMakesTheRunInvalid)
{
    LoadOptions options;
    options.rate = Rate{100};
    LoadResult result;
    result.sent = result.answered = 100;
    for (int i = 0; i < 100; ++i)
        result.corrected.record(500'000);
    for (int i = 0; i < 100; ++i)
        result.lag.record(99'000);
    EXPECT_TRUE(validity_of(options, result).valid);
    for (int i = 0; i < 10; ++i)
        result.lag.record(101'000);
    EXPECT_FALSE(validity_of(options, result).valid);
    // A slow peer allows more: 10 % of its p50.
    for (int i = 0; i < 1'000; ++i)
        result.corrected.record(2'000'000);
    EXPECT_TRUE(validity_of(options, result).valid);
}

TEST(Generator, NoListenerIsReportedAsSuch)
{
    std::uint16_t port = 0;
    {
        test::Responder responder({});
        port = responder.port();
    }
    LoadOptions options;
    options.dialect = &iso8583::dialect_1987_binary();
    options.target = {"127.0.0.1", port};
    options.rate = Rate{100};
    auto const out = run(options);
    EXPECT_EQ(out.status, LoadStatus::cannot_connect);
    EXPECT_NE(out.error.find("cannot connect"), std::string::npos) << out.error;
}

TEST(Generator, ARefusedSignOnEndsTheRunBeforeAnyTraffic)
{
    test::Responder responder({.sign_on_code = "58"});
    auto const out = run(options_for(responder));
    responder.stop();
    EXPECT_EQ(out.status, LoadStatus::refused);
    EXPECT_EQ(out.error, "sign-on refused with 58");
    EXPECT_EQ(responder.requests, 0U);
}

TEST(Generator, LosingEveryConnectionEndsTheRunAndCountsTheUnanswered)
{
    test::Responder responder({.silent_every = 2, .close_after = 100});
    auto options = options_for(responder);
    options.warmup_ns = 0;
    auto const out = run(options);
    EXPECT_EQ(out.status, LoadStatus::lost_all);
    EXPECT_EQ(out.result.connections_lost, 4U);
    EXPECT_GE(out.result.lost, 40U);
    EXPECT_EQ(out.result.sent, out.result.answered + out.result.lost + out.result.timeouts);
}

TEST(Generator, ReconnectGoesOnToTheEndAndSignsOnAgain)
{
    test::Responder responder({.close_after = 100});
    auto options = options_for(responder);
    options.warmup_ns = 0;
    options.reconnect = true;
    auto const out = run(options);
    responder.stop();
    EXPECT_EQ(out.status, LoadStatus::finished) << out.error;
    EXPECT_EQ(out.result.reconnects, 4U);
    EXPECT_EQ(responder.sign_ons, 2U);
    EXPECT_GT(responder.requests, 150U);
    EXPECT_EQ(responder.repeated_keys, 0U);
    EXPECT_FALSE(validity_of(options, out.result).valid);
}

TEST(Generator, AStopRequestBringsAPartialReport)
{
    test::Responder responder({});
    auto options = options_for(responder);
    options.duration_ns = 60'000 * kMilli;
    std::atomic<int> stop{0};
    std::thread interrupter([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        stop = 1;
    });
    auto const out = run(options, &stop);
    interrupter.join();
    EXPECT_EQ(out.status, LoadStatus::interrupted);
    EXPECT_GT(out.result.answered, 0U);
    EXPECT_LT(out.result.measured_ns, 10'000 * kMilli);
}

TEST(Generator, WrongEchoesAreFoundByVerify)
{
    test::Responder responder({.wrong_rrn = true});
    auto options = options_for(responder);
    options.verify = true;
    options.warmup_ns = 0;
    options.count = 50;
    auto const out = run(options);
    EXPECT_EQ(out.result.mismatched, 50U);
    EXPECT_FALSE(validity_of(options, out.result).valid);
}

TEST(Generator, ADemoMixRefersToItsOwnMessages)
{
    test::Responder responder({});
    auto options = options_for(responder);
    options.mix = *Mix::parse("demo");
    options.connections = 1;  // DE 90 does not name the terminal
    options.verify = true;
    options.warmup_ns = 0;
    options.count = 2'000;
    options.rate = Rate{2'000};  // a machine that is busy keeps up with it
    options.duration_ns = 3'000 * kMilli;
    auto const out = run(options);
    responder.stop();
    EXPECT_EQ(out.result.answered, 2'000U);
    EXPECT_EQ(out.result.mismatched, 0U);
    EXPECT_GT(responder.by_mti[100], 500U);
    EXPECT_GT(responder.by_mti[200], 700U);
    EXPECT_GT(responder.by_mti[220], 50U);
    EXPECT_GT(responder.by_mti[420], 30U);
    EXPECT_EQ(responder.repeated_keys, 0U);
    // Each original is reversed once, and was really sent.
    EXPECT_EQ(responder.originals.size(), responder.by_mti[420]);
    for (auto const& original : responder.originals) {
        auto const start = std::to_string(std::stoul(original.substr(0, 4))) + "/" +
                           std::to_string(std::stoul(original.substr(4, 6))) + "/" +
                           std::to_string(std::stoull(original.substr(10, 10))) + "/";
        auto const found = responder.keys.lower_bound(start);
        ASSERT_NE(found, responder.keys.end());
        EXPECT_TRUE(found->starts_with(start)) << original;
    }
}

TEST(Generator, TheSameSeedSendsTheSameCardsAndAmounts)
{
    auto const amounts = [](std::uint64_t seed) {
        test::Responder responder({});
        auto options = options_for(responder);
        options.connections = 1;
        options.warmup_ns = 0;
        options.count = 50;
        options.seed = seed;
        options.record_path = temporary("seed");
        (void)run(options);
        std::ifstream file(options.record_path);
        std::vector<std::uint64_t> out;
        for (std::string line; std::getline(file, line);)
            out.push_back(nlohmann::json::parse(line).at("amount").get<std::uint64_t>());
        std::remove(options.record_path.c_str());
        return out;
    };
    auto const first = amounts(1);
    EXPECT_EQ(first.size(), 50U);
    EXPECT_EQ(first, amounts(1));
    EXPECT_NE(first, amounts(2));
}

TEST(Generator, TheRecordHasALinePerMessageAndNoPan)
{
    test::Responder responder({.silent_every = 10});
    auto options = options_for(responder);
    options.timeout_ns = 50 * kMilli;
    options.warmup_ns = 0;
    options.count = 100;
    options.record_path = temporary("record");
    auto const out = run(options);
    ASSERT_EQ(out.status, LoadStatus::finished) << out.error;
    std::ifstream file(options.record_path);
    unsigned answered = 0, silent = 0;
    for (std::string line; std::getline(file, line);) {
        EXPECT_EQ(line.find("999901"), std::string::npos) << line;
        auto const object = nlohmann::json::parse(line);
        for (auto const* key :
             {"t_ns", "mti", "stan", "de7", "terminal", "rrn", "amount", "rc", "approval"})
            EXPECT_TRUE(object.contains(key)) << key;
        EXPECT_EQ(object["mti"], "0100");
        EXPECT_EQ(object["stan"].get<std::string>().size(), 6U);
        EXPECT_EQ(object["de7"].get<std::string>().size(), 10U);
        EXPECT_EQ(object["terminal"].get<std::string>().size(), 8U);
        EXPECT_EQ(object["rrn"].get<std::string>().size(), 12U);
        if (object["rc"].is_null()) {
            ++silent;
            EXPECT_TRUE(object["approval"].is_null());
        } else {
            ++answered;
            EXPECT_EQ(object["rc"], "00");
            EXPECT_EQ(object["approval"], "A12345");
        }
    }
    EXPECT_EQ(answered, 90U);
    EXPECT_EQ(silent, 10U);
    std::remove(options.record_path.c_str());
}

TEST(Generator, ARecordThatCannotBeWrittenIsAnErrorBeforeTheRun)
{
    test::Responder responder({});
    auto options = options_for(responder);
    options.record_path = "/no/such/directory/record.jsonl";
    auto const out = run(options);
    EXPECT_EQ(out.status, LoadStatus::cannot_record);
    EXPECT_NE(out.error.find("/no/such/directory"), std::string::npos);
}

}  // namespace
}  // namespace turnout::loadgen
