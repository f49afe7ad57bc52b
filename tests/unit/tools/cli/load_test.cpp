#include "tests/unit/tools/loadgen/replay_files.hpp"
#include "tests/unit/tools/responder.hpp"
#include "tools/cli/command.hpp"

#include <csignal>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

struct Outcome {
    int code;
    std::string out, err;
};

Outcome load(test::Responder const& responder, std::vector<std::string> const& more)
{
    std::vector<std::string> args{"load",    "--target", responder.target(), "-c", "4",
                                  "--cards", "100"};
    args.insert(args.end(), more.begin(), more.end());
    std::ostringstream out, err;
    auto const code = run_cli(args, {out, err, false, false});
    return {code, out.str(), err.str()};
}

TEST(LoadCommand, TextReportHasItsLines)
{
    test::Responder responder({.decline_every = 10});
    auto const out = load(responder, {"--rate", "1k", "--count", "200"});
    ASSERT_EQ(out.code, exit_ok) << out.err;
    for (auto const* want :
         {"open model, 1,000/s, 4 connections, seed 42, latency from intended send time\n",
          "sent 200  answered 200  dropped 0  time-outs 0  late 0  generator lag p99 ",
          "p50      p90      p99      p99.9    p99.99   max", "\ncorrected   ", "\nuncorrected ",
          "approved 90.00 %  BD 10.00 %  TD 0.00 %", "\ndeclined    51 ", "\nthroughput  "})
        EXPECT_NE(out.out.find(want), std::string::npos) << want << "\n" << out.out;
    EXPECT_TRUE(out.err.empty()) << out.err;
    EXPECT_EQ(out.out.find('\x1b'), std::string::npos);
}

TEST(LoadCommand, JsonIsOneObjectWithTheDocumentedKeys)
{
    test::Responder responder({.decline_every = 20, .decline_code = "91"});
    auto const out = load(responder, {"--rate", "1k", "--count", "200", "--json"});
    ASSERT_EQ(out.code, exit_ok) << out.err;
    auto const report = nlohmann::json::parse(out.out);
    for (auto const* key : {"valid",
                            "reason",
                            "interrupted",
                            "sent",
                            "answered",
                            "approved",
                            "business_declined",
                            "technical_declined",
                            "approved_percent",
                            "bd_percent",
                            "td_percent",
                            "approved_codes",
                            "declined",
                            "timeouts",
                            "lost",
                            "dropped",
                            "late",
                            "unmatched",
                            "duplicates",
                            "malformed",
                            "mismatched",
                            "connections_lost",
                            "reconnects",
                            "throughput_per_s",
                            "seconds",
                            "corrected",
                            "raw",
                            "lag_p99_ns",
                            "lag_max_ns",
                            "generator_cpu_s",
                            "whole_run",
                            "target",
                            "model",
                            "rate_per_s",
                            "window",
                            "connections",
                            "dialect",
                            "framing",
                            "seed",
                            "mix",
                            "cards",
                            "warmup_s",
                            "timeout_s",
                            "thresholds_missed"})
        EXPECT_TRUE(report.contains(key)) << key;
    for (auto const* key :
         {"p50_ns", "p90_ns", "p99_ns", "p999_ns", "p9999_ns", "max_ns", "mean_ns", "count"})
        EXPECT_TRUE(report["corrected"].contains(key) && report["raw"].contains(key)) << key;
    EXPECT_EQ(report["sent"], 200);
    EXPECT_EQ(report["approved"], 190);
    EXPECT_EQ(report["declined"]["91"], 10);
    EXPECT_EQ(report["technical_declined"], 10);
    EXPECT_EQ(report["dialect"], "87binary");
    EXPECT_EQ(report["model"], "open");
    EXPECT_EQ(report["seed"], 42);
}

TEST(LoadCommand, MissedThresholdsExitWithFour)
{
    test::Responder responder({.decline_every = 2, .decline_code = "91"});
    auto const missed = load(
        responder, {"--rate", "1k", "--count", "100", "--threshold", "td<1%,p50<1h", "--json"});
    EXPECT_EQ(missed.code, exit_threshold);
    EXPECT_NE(missed.err.find("threshold missed: td<1%"), std::string::npos) << missed.err;
    EXPECT_EQ(nlohmann::json::parse(missed.out)["thresholds_missed"],
              nlohmann::json::array({"td<1%"}));
}

TEST(LoadCommand, NothingThatListensExitsWithFive)
{
    std::ostringstream out, err;
    std::string target;
    {
        test::Responder responder({});
        target = responder.target();
    }
    auto const code = run_cli({"load", "--target", target, "--json"}, {out, err, false, false});
    EXPECT_EQ(code, exit_unreachable);
    EXPECT_EQ(nlohmann::json::parse(out.str())["exit"], 5);
    EXPECT_NE(err.str().find("cannot connect to 127.0.0.1:"), std::string::npos);
}

TEST(LoadCommand, APeerThatNeverAnswersExitsWithFive)
{
    test::Responder responder({.silent_every = 1});
    auto const out = load(responder, {"--rate", "1k", "--count", "20", "--timeout", "100ms"});
    EXPECT_EQ(out.code, exit_unreachable);
    EXPECT_NE(out.out.find("INVALID: nothing was answered"), std::string::npos) << out.out;
}

TEST(LoadCommand, ARefusedSignOnExitsWithOneAndNoSignOnAvoidsIt)
{
    test::Responder responder({.sign_on_code = "91"});
    auto const refused = load(responder, {"--count", "10"});
    EXPECT_EQ(refused.code, exit_failed);
    EXPECT_NE(refused.err.find("sign-on refused with 91"), std::string::npos);
    EXPECT_EQ(load(responder, {"--count", "10", "--no-signon"}).code, exit_ok);
}

TEST(LoadCommand, ReportHistogramAndRecordAreWritten)
{
    test::Responder responder({});
    test::TemporaryFile const report("out.json"), hgrm("out.hgrm"), record("out.jsonl");
    auto const out = load(responder, {"--rate", "1k", "--count", "50", "--out", report.path(),
                                      "--hgrm", hgrm.path(), "--record", record.path()});
    ASSERT_EQ(out.code, exit_ok) << out.err;
    std::ifstream json(report.path()), text(hgrm.path()), lines(record.path());
    EXPECT_EQ(nlohmann::json::parse(json)["sent"], 50);
    std::string first;
    std::getline(text, first);
    EXPECT_EQ(first, "       Value     Percentile TotalCount 1/(1-Percentile)");
    unsigned count = 0;
    for (std::string line; std::getline(lines, line);)
        ++count;
    EXPECT_EQ(count, 50U);
}

TEST(LoadCommand, AReportThatCannotBeWrittenFails)
{
    test::Responder responder({});
    auto const out = load(responder, {"--count", "10", "--out", "/no/such/dir/out.json"});
    EXPECT_EQ(out.code, exit_failed);
    EXPECT_NE(out.err.find("cannot write '/no/such/dir/out.json'"), std::string::npos);
}

TEST(LoadCommand, CtrlCPrintsThePartialReportAndExitsWith130)
{
    test::Responder responder({});
    std::thread interrupter([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        ::kill(::getpid(), SIGINT);
    });
    auto const out = load(responder, {"--rate", "1k", "-d", "60s", "--warmup", "0s", "--json"});
    interrupter.join();
    EXPECT_EQ(out.code, exit_interrupted);
    auto const report = nlohmann::json::parse(out.out);
    EXPECT_EQ(report["interrupted"], true);
    EXPECT_GT(report["answered"].get<int>(), 50);
    EXPECT_LT(report["seconds"].get<double>(), 10.0);
}

TEST(LoadCommandDeathTest, ASecondCtrlCStopsAtOnce)
{
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(
        {
            // A peer that accepts and stays silent: the drain would take the whole time-out.
            test::Responder responder({.silent_every = 1});
            std::thread interrupter([] {
                for (int i = 0; i < 2; ++i) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(150));
                    ::kill(::getpid(), SIGINT);
                }
            });
            (void)load(responder, {"--rate", "1k", "-d", "60s", "--timeout", "60s"});
            std::_Exit(0);
        },
        testing::ExitedWithCode(exit_interrupted), "");
}

}  // namespace
}  // namespace turnout::cli
