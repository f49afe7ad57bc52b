#include "switch/base/log.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace turnout {
namespace {

std::string temporary_file(char const* name)
{
    return (std::filesystem::temp_directory_path() /
            (std::string("turnout-log-test-") + name + std::to_string(::getpid())))
        .string();
}

std::string take(std::string const& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::filesystem::remove(path);
    return text.str();
}

TEST(Log, writes_json_lines_that_no_value_can_break)
{
    auto const path = temporary_file("json");
    log::open({.level = LogLevel::info, .file = path, .format = LogFormat::json});
    log::info("name=\"{}\"", "a\"b\\c\nd\x01");
    log::close();
    auto const text = take(path);
    EXPECT_NE(text.find(R"("message":"name=\"a\"b\\c\nd\u0001\"")"), std::string::npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Log, opens_a_file_anew_after_it_was_moved_away)
{
    auto const path = temporary_file("rotated");
    log::open({.level = LogLevel::info, .file = path, .format = LogFormat::text});
    EXPECT_TRUE(log::goes_to_file());
    log::write_now(LogLevel::info, "before");
    std::filesystem::rename(path, path + ".1");
    EXPECT_TRUE(log::reopen());
    log::write_now(LogLevel::error, "after");
    log::close();
    EXPECT_FALSE(log::goes_to_file());
    EXPECT_TRUE(log::reopen()) << "nothing is open, nothing to do";
    auto const old = take(path + ".1");
    auto const text = take(path);
    EXPECT_NE(old.find("info before"), std::string::npos) << old;
    EXPECT_EQ(old.find("after"), std::string::npos) << old;
    EXPECT_NE(text.find("error after"), std::string::npos) << text;
}

TEST(Log, writes_text_with_level_and_keeps_one_line_per_event)
{
    auto const path = temporary_file("text");
    log::open({.level = LogLevel::warn, .file = path, .format = LogFormat::text});
    log::warn("two\nlines");
    log::info("below the level");
    log::close();
    auto const text = take(path);
    EXPECT_NE(text.find(" warning two\\nlines\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("below"), std::string::npos);
    log::open({.level = LogLevel::info, .file = {}, .format = LogFormat::text});
    log::close();
}

TEST(LogGate, lets_a_few_lines_per_second_pass_and_counts_the_rest)
{
    log::Gate gate(2);
    EXPECT_TRUE(gate.allow(1'000));
    EXPECT_TRUE(gate.allow(1'100));
    EXPECT_FALSE(gate.allow(1'200));
    EXPECT_FALSE(gate.allow(1'999));
    EXPECT_TRUE(gate.allow(2'000));
    EXPECT_EQ(gate.take_suppressed(), 2U);
    EXPECT_EQ(gate.take_suppressed(), 0U);
}

}  // namespace
}  // namespace turnout
