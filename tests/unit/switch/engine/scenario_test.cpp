// Runs tests/tables/*.txt: one line is one event and its expected result. Each scenario starts with
// the world of world.cpp; after each line the records are replayed into a second engine and all
// invariants are checked. Grammar: tests/tables/README.md.
#include "tests/unit/switch/engine/scenario_runner.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace turnout::engine::test {

namespace {

std::vector<std::string> tables()
{
    std::vector<std::string> paths;
    for (auto const& entry : std::filesystem::directory_iterator{"tests/tables"})
        if (entry.path().extension() == ".txt") paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::string name_of_table(testing::TestParamInfo<std::string> const& info)
{
    return std::filesystem::path{info.param}.stem().string();
}

}  // namespace

class ScenarioTable : public testing::TestWithParam<std::string> {};

TEST_P(ScenarioTable, EveryLineGivesItsExpectedResult)
{
    ScenarioRunner runner{GetParam()};
    runner.run();
    EXPECT_GT(runner.lines(), 0U) << "the table has no event";
}

INSTANTIATE_TEST_SUITE_P(Tables, ScenarioTable, testing::ValuesIn(tables()), name_of_table);

}  // namespace turnout::engine::test
