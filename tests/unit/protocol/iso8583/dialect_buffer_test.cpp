#include "protocol/iso8583/dialect_buffer.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/iso8583/notation.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/result.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

TEST(DialectBuffer, CopyOfABuiltInDialectSaysTheSame)
{
    for (auto const* dialect : dialects()) {
        DialectBuffer const own{source_of(*dialect)};
        EXPECT_EQ(own.dialect().name, dialect->name);
        EXPECT_EQ(own.dialect().form, dialect->form);
        EXPECT_EQ(own.dialect().fields, dialect->fields);
        EXPECT_EQ(own.dialect().nested.size(), dialect->nested.size());
        for (unsigned de = 0; de <= 128; ++de)
            EXPECT_EQ((*own.dialect().names)[de], (*dialect->names)[de]);
    }
}

TEST(DialectBuffer, KeepsItsAddressWhenMoved)
{
    DialectBuffer first{source_of(dialect_1993_ascii())};
    auto const* const address = &first.dialect();
    auto const second = std::move(first);
    EXPECT_EQ(&second.dialect(), address);
    EXPECT_EQ(second.dialect().name, "93ascii");
}

SpecProblem problem_with(void (*change)(FieldSpec&))
{
    auto spec = field_of_notation("LL:n:n19").value();
    change(spec);
    return problem_of(spec);
}

TEST(FieldSpec, WhatCannotBeIsNamed)
{
    EXPECT_EQ(problem_with([](FieldSpec&) {}), SpecProblem::none);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.encoding = Encoding::binary; }),
              SpecProblem::encoding_of_attribute);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.attribute = Attribute::ans; }),
              SpecProblem::encoding_of_attribute);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.prefix_digits = 7; }), SpecProblem::prefix_digits);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.prefix = PrefixKind::none; }),
              SpecProblem::prefix_digits);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.length_max = 0; }), SpecProblem::length_zero);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.length_max = 100; }),
              SpecProblem::length_over_prefix);
    EXPECT_EQ(problem_with([](FieldSpec& s) { s.length_min = 20; }), SpecProblem::length_order);
    EXPECT_EQ(problem_with([](FieldSpec& s) {
                  s.inclusive = true;
                  s.length_max = 99;
              }),
              SpecProblem::length_over_prefix);
    EXPECT_EQ(problem_with([](FieldSpec& s) {
                  s.attribute = Attribute::xn;
                  s.length_max = 1;
              }),
              SpecProblem::sign_length);
    EXPECT_EQ(problem_with([](FieldSpec& s) {
                  s.prefix = PrefixKind::none;
                  s.prefix_digits = 0;
                  s.inclusive = true;
              }),
              SpecProblem::inclusive_fixed);
    EXPECT_EQ(problem_with([](FieldSpec& s) {
                  s.prefix = PrefixKind::none;
                  s.prefix_digits = 0;
                  s.length_min = 3;
              }),
              SpecProblem::fixed_with_minimum);
    EXPECT_EQ(problem_with([](FieldSpec& s) {
                  s.prefix = PrefixKind::none;
                  s.prefix_digits = 0;
                  s.length_max = 200'000;
              }),
              SpecProblem::message_size);
}

TEST(DialectSource, WhatCannotBeIsNamedWithItsPlace)
{
    using Where = SourceProblem::Where;
    auto const problem = [](auto change) {
        auto source = source_of(dialect_1987_binary());
        change(source);
        return problem_of(source);
    };
    EXPECT_TRUE(problem([](DialectSource&) {}).ok());
    auto found = problem([](DialectSource& s) { s.fields[2].length_max = 0; });
    EXPECT_EQ(found.where, Where::field);
    EXPECT_EQ(found.index, 2U);
    EXPECT_EQ(found.spec, SpecProblem::length_zero);
    found = problem([](DialectSource& s) { s.fields[150] = s.fields[3]; });
    EXPECT_EQ(found.index, 150U);
    EXPECT_EQ(found.reason, "needs a third bitmap");
    found = problem([](DialectSource& s) { s.form.tertiary = Tertiary::contiguous; });
    EXPECT_EQ(found.index, 65U);
    found = problem([](DialectSource& s) { s.fields[48].nested = 9; });
    EXPECT_EQ(found.index, 48U);
    EXPECT_FALSE(found.ok());
    found = problem([](DialectSource& s) {
        s.header.push_back({HeaderKind::tpdu, 4, "TPDU", ""});
    });
    EXPECT_EQ(found.where, Where::header);
    found = problem([](DialectSource& s) { s.nested[0].subfield_count = 1; });
    EXPECT_EQ(found.where, Where::nested);
    found = problem([](DialectSource& s) { s.nested[1] = {NestedKind::tlv}; });
    EXPECT_EQ(found.where, Where::nested);
    EXPECT_EQ(found.index, 1U);
    found = problem([](DialectSource& s) {
        s.subfields.push_back({1, s.fields[3], "broken"});
        s.subfields[0].spec.length_max = 0;
    });
    EXPECT_EQ(found.where, Where::subfield);
}

TEST(Notation, SaysALayoutInAFewLetters)
{
    auto const pan = field_of_notation("LL:n:nrf19").value();
    EXPECT_EQ(pan.attribute, Attribute::n);
    EXPECT_EQ(pan.encoding, Encoding::bcd);
    EXPECT_EQ(pan.prefix, PrefixKind::bcd);
    EXPECT_EQ(pan.prefix_digits, 2);
    EXPECT_EQ(pan.pad, DigitPad::right_f);
    EXPECT_EQ(pan.length_max, 19U);
    EXPECT_EQ(field_of_notation("LLLL:b:b9999").value().prefix_digits, 2);
    EXPECT_EQ(field_of_notation("L:b:e255").value().prefix_digits, 1);
    EXPECT_EQ(field_of_notation("LL:e:n99:bytes").value().unit, LengthUnit::bytes);
    auto const inclusive = field_of_notation("LLL:a:a999:incl").value();
    EXPECT_TRUE(inclusive.inclusive);
    EXPECT_EQ(inclusive.length_max, 996U);
    EXPECT_EQ(field_of_notation("L:a:a17").value().length_max, 9U);
    for (auto const* const text :
         {"", "a", "q5", "LL:n", "LL:n:", "LL:q:n5", "Lx:n:n5", "n5x", "a5:incl", "a5:bytes",
          "LL:n:n5:what", "LLLLLLL:a:a9", "a0", "aq9", "LL:n:n99999999999"})
        EXPECT_FALSE(field_of_notation(text).has_value()) << text;
}

// The view knows what the copy may take; what the builder lacks is refused at its field.
TEST(BuilderCopy, TakesNeighboursTogetherAndStopsAtTheFirstThatDoesNotFit)
{
    auto const frame = test::golden("bench-0100-bcd.hex");
    auto const& dialect = dialect_1987_binary();
    MessageView view;
    ASSERT_TRUE(view.decode(dialect, frame).ok());
    std::array<std::byte, 300> out{};
    MessageBuilder builder{dialect, out, Mti{110}};
    builder.copy(view, {2, 3, 4, 7, 38, 70, 128});
    builder.text(39, "00");
    builder.copy(view, {41, 42, 49});
    auto const size = test::value_of(builder.finish());
    MessageView answer;
    ASSERT_TRUE(answer.decode(dialect, ByteView{out}.first(size)).ok());
    for (unsigned const de : {2U, 3U, 4U, 7U, 41U, 42U, 49U})
        EXPECT_EQ(test::to_hex(answer.wire(de)), test::to_hex(view.wire(de))) << de;
    EXPECT_FALSE(answer.has(38));
    EXPECT_FALSE(answer.has(11));

    MessageBuilder disordered{dialect, out, Mti{110}};
    disordered.text(39, "00");
    disordered.copy(view, {11, 12});
    EXPECT_EQ(disordered.finish().error().code, Errc::field_order);
    EXPECT_EQ(disordered.finish().error().de, 11U);
    for (std::size_t room = 0; room < 10 + 9 + 3; ++room) {
        MessageBuilder small{dialect, ByteSpan{out}.first(room), Mti{110}};
        small.copy(view, {2, 3});
        auto const error = small.finish().error();
        EXPECT_EQ(error.code, Errc::no_room) << room;
        EXPECT_EQ(error.de, room < 10 ? 0U : room < 19 ? 2U : 3U) << room;
    }
}

}  // namespace
}  // namespace turnout::iso8583
