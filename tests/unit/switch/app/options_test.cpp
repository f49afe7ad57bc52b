#include "switch/app/options.hpp"

#include <gtest/gtest.h>

namespace turnout::app {
namespace {

Parsed parse(std::vector<char const*> arguments)
{
    arguments.insert(arguments.begin(), "turnoutd");
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, reads_a_configuration_with_overrides)
{
    auto const parsed =
        parse({"-c", "t.toml", "--set", "engine.spin_us=5", "--set", "log.level=warn"});
    ASSERT_FALSE(parsed.exit_code.has_value()) << parsed.text;
    EXPECT_EQ(parsed.options.config, "t.toml");
    EXPECT_EQ(parsed.options.overrides,
              (std::vector<std::string>{"engine.spin_us=5", "log.level=warn"}));
}

TEST(Options, reads_a_trial_run)
{
    auto const parsed = parse(
        {"--dev", "--data", "d", "--port", "0", "--demo-cards", "7", "--ready-file", "r.json"});
    ASSERT_FALSE(parsed.exit_code.has_value()) << parsed.text;
    EXPECT_TRUE(parsed.options.dev);
    EXPECT_EQ(parsed.options.data, "d");
    EXPECT_EQ(parsed.options.port, 0U);
    EXPECT_EQ(parsed.options.demo_cards, 7U);
    EXPECT_EQ(parsed.options.ready_file, "r.json");
}

TEST(Options, help_starts_with_examples_and_fits_eighty_columns)
{
    for (auto const* flag : {"-h", "--help"}) {
        auto const parsed = parse({flag});
        EXPECT_EQ(parsed.exit_code, 0);
        EXPECT_EQ(parsed.text.rfind("Examples:\n", 0), 0U);
        std::size_t start = 0;
        for (auto end = parsed.text.find('\n'); end != std::string::npos;
             end = parsed.text.find('\n', start)) {
            EXPECT_LE(end - start, 80U) << parsed.text.substr(start, end - start);
            start = end + 1;
        }
    }
}

TEST(Options, version_is_one_line)
{
    auto const parsed = parse({"--version"});
    EXPECT_EQ(parsed.exit_code, 0);
    EXPECT_EQ(parsed.text.rfind("turnoutd ", 0), 0U);
    EXPECT_EQ(parsed.text.find('\n'), parsed.text.size() - 1);
}

struct Wrong {
    std::vector<char const*> arguments;
    char const* says;
};

TEST(Options, usage_errors_exit_with_two_and_say_what_is_wrong)
{
    for (auto const& [arguments, says] : {
             Wrong{{}, "a configuration is needed"},
             Wrong{{"--dve"}, "did you mean '--dev'?"},
             Wrong{{"--confg=x", "--dev"}, "did you mean '--config'?"},
             Wrong{{"--nonsense"}, "unknown argument '--nonsense'"},
             Wrong{{"-c", "t.toml", "--dev"}, "--dev has its own configuration"},
             Wrong{{"-c", "t.toml", "--port", "1"}, "go with --dev"},
             Wrong{{"--dev", "--port", "70000"}, "--port"},
             Wrong{{"--dev", "--port", "x"}, "--port"},
             Wrong{{"--dev", "--demo-cards", "0"}, "--demo-cards"},
             Wrong{{"-c"}, "--config"},
         }) {
        auto const parsed = parse(arguments);
        EXPECT_EQ(parsed.exit_code, 2) << says;
        EXPECT_NE(parsed.text.find(says), std::string::npos) << says << " in " << parsed.text;
        EXPECT_NE(parsed.text.find("Try: turnoutd --help"), std::string::npos);
    }
}

}  // namespace
}  // namespace turnout::app
