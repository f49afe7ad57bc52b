#include "protocol/iso8583/edition_1987.hpp"

#include "protocol/iso8583/dialect_buffer.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

EditionProblem problem_with(void (*change)(DialectSource&))
{
    auto source = source_of(dialect_1987_binary());
    change(source);
    DialectBuffer const buffer{source};
    return problem_for_1987(buffer.dialect());
}

TEST(Edition1987, TheBuiltInOnesOfTheEditionWillDoAndTheOthersNot)
{
    for (auto const* dialect :
         {&dialect_1987_binary(), &dialect_1987_ascii(), &dialect_1987_ebcdic()})
        EXPECT_TRUE(problem_for_1987(*dialect).ok()) << dialect->name;
    for (auto const* dialect :
         {&dialect_1993_binary(), &dialect_1993_ascii(), &dialect_2003_binary()})
        EXPECT_FALSE(problem_for_1987(*dialect).ok()) << dialect->name;
}

TEST(Edition1987, WhatNetworksChangeBesideItsFieldsIsTheirs)
{
    auto const problem = problem_with([](DialectSource& source) {
        source.fields[2].pad = DigitPad::right_f;
        source.fields[48].prefix = PrefixKind::binary;
        source.fields[48].prefix_digits = 2;
        source.fields[33] = {};
        source.fields[41].encoding = Encoding::ebcdic_500;
    });
    EXPECT_TRUE(problem.ok()) << problem.de << problem.reason;
}

TEST(Edition1987, NamesTheFieldThatIsNotTheEditions)
{
    EXPECT_EQ(problem_with([](DialectSource& s) { s.fields[12].length_max = 12; }).de, 12U);
    EXPECT_EQ(problem_with([](DialectSource& s) { s.fields[11] = {}; }).de, 11U);
    EXPECT_EQ(problem_with([](DialectSource& s) {
                  s.fields[2].attribute = Attribute::any;
                  s.fields[2].encoding = Encoding::ascii;
              }).de,
              2U);
    EXPECT_EQ(problem_with([](DialectSource& s) { s.fields[41].attribute = Attribute::any; }).de,
              41U);
    EXPECT_EQ(problem_with([](DialectSource& s) { s.fields[54].length_max = 20; }).de, 54U);
    EXPECT_EQ(problem_with([](DialectSource& s) {
                  s.fields[39].prefix = PrefixKind::ascii;
                  s.fields[39].prefix_digits = 2;
              }).de,
              39U);
}

TEST(Edition1987, AHeaderOfItsOwnBelongsToTheLink)
{
    auto const problem = problem_with([](DialectSource& s) {
        s.header.push_back({HeaderKind::tpdu, 5, "TPDU", {}});
    });
    EXPECT_EQ(problem.de, 0U);
    EXPECT_FALSE(problem.ok());
}

}  // namespace
}  // namespace turnout::iso8583
