#include "tests/unit/tools/loadgen/replay_files.hpp"
#include "tests/unit/tools/responder.hpp"
#include "tools/cli/command.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

struct Outcome {
    int code;
    std::string out, err;
};

Outcome replay(std::string const& path, std::string const& target,
               std::vector<std::string> const& more)
{
    std::vector<std::string> args{"replay", path, "--target", target};
    args.insert(args.end(), more.begin(), more.end());
    std::ostringstream out, err;
    auto const code = run_cli(args, {out, err, false, false});
    return {code, out.str(), err.str()};
}

std::string line(std::uint32_t stan, char const* expected_code)
{
    return "{\"hex\":\"" + test::hex(test::build({.stan = stan})) + "\",\"expect\":\"" +
           test::hex(test::build({.mti = 110, .stan = stan, .code = expected_code})) + "\"}\n";
}

TEST(ReplayCommand, EqualAnswersExitWithZeroAndDifferentOnesWithOne)
{
    test::TemporaryFile const file("cmd.jsonl");
    test::Responder responder({});
    file.write(line(1, "00") + line(2, "00"));
    auto const same = replay(file.path(), responder.target(), {"--compare", "DE39", "--topspeed"});
    EXPECT_EQ(same.code, exit_ok) << same.err;
    EXPECT_NE(same.out.find("compared 2  same 2\n"), std::string::npos) << same.out;
    file.write(line(1, "00") + line(2, "51"));
    auto const differs =
        replay(file.path(), responder.target(), {"--compare", "39", "--topspeed", "--json"});
    EXPECT_EQ(differs.code, exit_failed);
    auto const object = nlohmann::json::parse(differs.out);
    for (auto const* key : {"file",        "requests", "streams",        "recorded_answers",
                            "undecodable", "skipped",  "broken_streams", "sent",
                            "answered",    "timeouts", "unmatched",      "unbuildable",
                            "unsent",      "codes",    "compared",       "same",
                            "different",   "examples", "latency",        "seconds"})
        EXPECT_TRUE(object.contains(key)) << key;
    EXPECT_EQ(object["different"]["39"], 1);
    EXPECT_EQ(object["examples"][0]["got"], "00");
}

TEST(ReplayCommand, AFileThatCannotBeReadSaysWhy)
{
    for (auto const& [path, why] :
         {std::pair{"/no/such.jsonl", "No such file"}, {"/", "Is a directory"}}) {
        auto const out = replay(path, "127.0.0.1:1", {});
        EXPECT_EQ(out.code, exit_invalid);
        EXPECT_NE(out.err.find(why), std::string::npos) << out.err;
    }
}

TEST(ReplayCommand, WithoutCompareDifferencesDoNotMatter)
{
    test::TemporaryFile const file("plain.jsonl");
    file.write(line(1, "51"));
    test::Responder responder({});
    auto const out = replay(file.path(), responder.target(), {"--restamp", "stan,rrn,time"});
    EXPECT_EQ(out.code, exit_ok) << out.err;
    EXPECT_EQ(out.out.find("compared"), std::string::npos);
}

TEST(ReplayCommand, AFileWithoutRequestsIsInvalid)
{
    test::TemporaryFile const file("empty.jsonl");
    file.write("");
    EXPECT_EQ(replay(file.path(), ":1", {}).code, exit_invalid);
    EXPECT_EQ(replay("/no/such.pcap", ":1", {}).code, exit_invalid);
}

TEST(ReplayCommand, NothingThatListensExitsWithFive)
{
    test::TemporaryFile const file("five.jsonl");
    file.write(line(1, "00"));
    std::string target;
    {
        test::Responder responder({});
        target = responder.target();
    }
    EXPECT_EQ(replay(file.path(), target, {}).code, exit_unreachable);
}

}  // namespace
}  // namespace turnout::cli
