#include "tools/cli/command.hpp"

#include <array>
#include <cstdlib>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

struct Outcome {
    int code;
    std::string out, err;
};

Outcome run(std::vector<std::string> const& args)
{
    std::ostringstream out, err;
    auto const code = run_cli(args, {out, err, false, false});
    return {code, out.str(), err.str()};
}

std::vector<std::string> words(std::string_view name)
{
    std::istringstream in{std::string(name)};
    return {std::istream_iterator<std::string>(in), {}};
}

// Characters as they are seen; a continued UTF-8 byte has no width.
std::size_t width(std::string_view line)
{
    std::size_t seen = 0;
    for (auto const c : line)
        seen += (c & '\xC0') != '\x80' ? 1 : 0;
    return seen;
}

TEST(Cli, MistypedCommandsAreSuggested)
{
    struct Row {
        std::vector<std::string> args;
        char const* want;
    };
    for (auto const& row :
         {Row{{"laod"}, "unknown command 'laod'; did you mean 'load'?"},
          Row{{"relpay", "x"}, "unknown command 'relpay'; did you mean 'replay'?"},
          Row{{"journal", "verfy"},
              "unknown command 'journal verfy'; did you mean 'journal verify'?"},
          Row{{"help", "confg"}, "unknown command 'confg'; did you mean 'config'?"},
          Row{{"xyzzy"}, "unknown command 'xyzzy'\n"}}) {
        auto const out = run(row.args);
        EXPECT_EQ(out.code, exit_usage);
        EXPECT_NE(out.err.find(row.want), std::string::npos) << out.err;
        EXPECT_TRUE(out.out.empty());
    }
}

TEST(Cli, MistypedOptionsAreSuggestedEvenWhenARequiredOneIsMissing)
{
    auto const out = run({"load", "--tagret", "127.0.0.1:1"});
    EXPECT_EQ(out.code, exit_usage);
    EXPECT_NE(out.err.find("unknown option '--tagret'; did you mean '--target'?"),
              std::string::npos)
        << out.err;
    auto const with_value = run({"load", "--target=:1", "--durtion=5s"});
    EXPECT_NE(with_value.err.find("did you mean '--duration'?"), std::string::npos)
        << with_value.err;
}

TEST(Cli, BadValuesSayWhatWasWanted)
{
    struct Row {
        std::vector<std::string> args;
        char const* want;
    };
    for (auto const& row :
         {Row{{"load", "--target", "nohost"}, "'nohost' is not host:port"},
          Row{{"load", "--target", ":1", "-d", "1x"}, "'1x' is not a duration"},
          Row{{"load", "--target", ":1", "--rate", "fast"}, "'fast' is not a rate"},
          Row{{"load", "--target", ":1", "--mix", "cash=1"}, "'cash=1' is not a mix"},
          Row{{"load", "--target", ":1", "--amount", "5:1"}, "'5:1' is not MIN:MAX"},
          Row{{"load", "--target", ":1", "--window", "99999999999"}, "is not a count"},
          Row{{"load", "--target", ":1", "-c", "0"}, "--connections: 1 to 4096"},
          Row{{"load", "--target", ":1", "--currency", "1000"}, "'1000' is not 1 to 999"},
          Row{{"load", "--target", ":1", "--bin", "12345"}, "--bin: six digits"},
          Row{{"load", "--target", ":1", "--threshold", "p98<1ms"}, "threshold 'p98<1ms'"},
          Row{{"load", "--target", ":1", "--dialect", "93"}, "'93' is not 87binary"},
          Row{{"load", "--target", ":1", "--framing", "nak"}, "'nak' is not binary2, ascii4"},
          Row{{"load", "--target", ":1", "--header", "tpud"}, "'tpud' is not tpdu, base1"},
          Row{{"load", "--target", ":1", "--framing", "binary:1 max:20", "--header", "base1"},
              "the length cannot count the header"},
          Row{{"load"}, "--target is required"},
          Row{{"replay", "f.pcap"}, "--target is required"},
          Row{{"replay", "f", "--target", ":1", "--compare", "DE1"}, "'DE1' is not a list"},
          Row{{"replay", "f", "--target", ":1", "--restamp", "pan"}, "'pan' is not a list"},
          Row{{"journal", "cat", "--type", "pots"}, "no record type 'pots'"},
          Row{{"ledger", "accounts", "--kind", "custmer"}, "did you mean 'customer'?"}}) {
        auto const out = run(row.args);
        EXPECT_EQ(out.code, exit_usage) << row.want;
        EXPECT_NE(out.err.find(row.want), std::string::npos) << out.err;
        EXPECT_TRUE(out.out.empty());
    }
}

TEST(Cli, AMistypedCommandLineGivesAnObjectWhenJsonIsAskedFor)
{
    for (auto const& args : {std::vector<std::string>{"laod", "--json"},
                             {"journal", "verfy", "--json"},
                             {"load", "--json", "--tagret", ":1"},
                             {"load", "--json", "--target", ":1", "--rate", "x"},
                             {"load", "--json", "--target", ":1", "--cards", "0"},
                             {"replay", "f", "--json", "--target", ":1", "--loop", "0"},
                             {"journal", "cat", "--json", "--type", "pots"},
                             {"ledger", "accounts", "--json", "--kind", "custmer"}}) {
        auto const out = run(args);
        EXPECT_EQ(out.code, exit_usage);
        auto const object = nlohmann::json::parse(out.out, nullptr, false);
        ASSERT_TRUE(object.is_object()) << out.out;
        EXPECT_EQ(object["ok"], false);
        EXPECT_EQ(object["exit"], 2);
        EXPECT_EQ(object["remedy"].get<std::string>().rfind("turnout help", 0), 0U);
        EXPECT_NE(out.err.find(object["error"].get<std::string>()), std::string::npos);
    }
}

TEST(Cli, NoCommandShowsTheOverviewAsAnError)
{
    auto const none = run({});
    EXPECT_EQ(none.code, exit_usage);
    EXPECT_TRUE(none.out.empty());
    EXPECT_NE(none.err.find("Usage: turnout"), std::string::npos);
    auto const noun = run({"journal"});
    EXPECT_EQ(noun.code, exit_usage);
    EXPECT_NE(noun.err.find("journal verify"), std::string::npos);
    EXPECT_EQ(noun.err.find("trial-balance"), std::string::npos);
}

TEST(Cli, HelpOfEveryCommandStartsWithExamplesAndFitsEightyColumns)
{
    std::vector<std::vector<std::string>> pages{{"help"}, {"help", "journal"}};
    for (auto const& command : commands()) {
        auto asked = words(command.name);
        asked.insert(asked.begin(), "help");
        pages.push_back(asked);
    }
    for (auto const& page : pages) {
        auto const out = run(page);
        EXPECT_EQ(out.code, exit_ok);
        EXPECT_TRUE(out.err.empty());
        auto const is_list = page.size() == 2 && page.back() == "journal";
        EXPECT_TRUE(is_list || out.out.starts_with("Examples:\n  turnout ")) << out.out;
        std::istringstream lines(out.out);
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(width(line), 80U) << line;
    }
}

TEST(Cli, ThreeWaysToAskForHelpGiveTheSamePage)
{
    for (auto const& command : commands()) {
        auto const by_word = [&] {
            auto asked = words(command.name);
            asked.insert(asked.begin(), "help");
            return run(asked);
        }();
        for (auto const* flag : {"--help", "-h"}) {
            auto asked = words(command.name);
            asked.emplace_back(flag);
            EXPECT_EQ(run(asked).out, by_word.out) << command.name;
        }
    }
}

TEST(Cli, EveryCommandTakesJsonAndNoColor)
{
    for (auto const& command : commands()) {
        auto asked = words(command.name);
        asked.emplace_back("--help");
        auto const page = run(asked).out;
        EXPECT_NE(page.find("--json"), std::string::npos) << command.name;
        EXPECT_NE(page.find("--no-color"), std::string::npos) << command.name;
    }
}

TEST(Cli, TheLongestCommandNameCounts)
{
    EXPECT_NE(run({"message", "specs"}).out.find("87ascii"), std::string::npos);
    auto const shown = nlohmann::json::parse(run({"message", "specs", "show", "87ascii"}).out);
    EXPECT_EQ(shown["name"], "87ascii");
    EXPECT_EQ(run({"help", "message", "specs", "show"}).out,
              run({"message", "specs", "show", "--help"}).out);
    EXPECT_NE(run({"message", "spec", "--help"}).out.find("message spec import"),
              std::string::npos);
    EXPECT_EQ(run({"message", "spec"}).code, exit_usage);
}

TEST(Cli, CommandNamesAreUnique)
{
    std::set<std::string_view> seen;
    for (auto const& command : commands())
        EXPECT_TRUE(seen.insert(command.name).second);
    EXPECT_GE(seen.size(), 11U);
}

TEST(Cli, VersionIsTextOrOneObject)
{
    EXPECT_EQ(run({"version"}).out, run({"--version"}).out);
    auto const object = nlohmann::json::parse(run({"version", "--json"}).out);
    EXPECT_EQ(object["name"], "turnout");
    EXPECT_FALSE(object["version"].get<std::string>().empty());
    EXPECT_EQ(object["dialects"].size(), 6U);
}

TEST(Cli, ConfigDefaultPassesConfigCheck)
{
    auto const text = run({"config", "default"});
    EXPECT_EQ(text.code, exit_ok);
    EXPECT_NE(text.out.find("[node]"), std::string::npos);
    auto const object = nlohmann::json::parse(run({"config", "default", "--json"}).out);
    EXPECT_EQ(object["toml"], text.out);
}

TEST(Cli, AMissingConfigurationIsInvalidInTextAndJson)
{
    for (auto const* verb : {"check", "show"}) {
        auto const text = run({"config", verb, "-c", "/no/such.toml"});
        EXPECT_EQ(text.code, exit_invalid);
        EXPECT_NE(text.err.find("/no/such.toml"), std::string::npos);
        auto const json = run({"config", verb, "-c", "/no/such.toml", "--json"});
        EXPECT_EQ(json.code, exit_invalid);
        EXPECT_EQ(nlohmann::json::parse(json.out)["ok"], false);
    }
}

TEST(Cli, AClosedOutputIsAFailure)
{
    std::ostringstream out, err;
    out.setstate(std::ios::badbit);
    EXPECT_EQ(run_cli({"version"}, {out, err, false, false}), exit_failed);
}

TEST(Context, FailuresAreAlsoDataWithJson)
{
    std::ostringstream out, err;
    Context const context({out, err, false, false}, true, false);
    EXPECT_EQ(context.fail(exit_invalid, "it broke", "do that"), exit_invalid);
    auto const object = nlohmann::json::parse(out.str());
    EXPECT_EQ(object["ok"], false);
    EXPECT_EQ(object["error"], "it broke");
    EXPECT_EQ(object["remedy"], "do that");
    EXPECT_EQ(object["exit"], 3);
    EXPECT_EQ(err.str(), "error: it broke\ntry: do that\n");
}

TEST(Context, ColoursOnlyWhenAsked)
{
    std::ostringstream out, err;
    Context const plain({out, err, false, false}, false, false);
    Context const coloured({out, err, true, true}, false, true);
    EXPECT_EQ(plain.good("VALID"), "VALID");
    EXPECT_NE(coloured.good("VALID").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace turnout::cli
