#include "protocol/iso8583/dialect.hpp"

#include "tests/unit/protocol/iso8583/reference_decoder.hpp"

#include <set>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

// The wire notation of a field, written from the product's table.
std::string notation(FieldSpec const& spec)
{
    if (!spec.defined()) return "";
    std::string text(spec.prefix_digits, 'L');
    if (!spec.fixed())
        text += spec.prefix == PrefixKind::ascii ? ":a:"
                : spec.prefix == PrefixKind::bcd ? ":n:"
                                                 : ":e:";
    auto const bcd = spec.encoding == Encoding::bcd;
    if (spec.attribute == Attribute::b)
        text += spec.encoding == Encoding::binary ? 'b' : 'h';
    else if (is_ebcdic(spec.encoding))
        text += 'e';
    else
        text += !bcd                              ? 'a'
                : spec.attribute == Attribute::z  ? 'z'
                : spec.attribute == Attribute::xn ? 'x'
                                                  : 'n';
    if (bcd && pads_right(spec.pad) && spec.length_max % 2 != 0) text += 'r';
    return text + std::to_string(spec.length_max);
}

TEST(Dialect, TablesMatchTheStandardsWireNotation)
{
    for (unsigned de = 2; de <= 128; ++de) {
        EXPECT_EQ(notation(dialect_1987_ascii().fields[de]), test::reference_notation(true, de))
            << de;
        EXPECT_EQ(notation(dialect_1987_binary().fields[de]), test::reference_notation(false, de))
            << de;
    }
}

TEST(Dialect, SecretsAreSecretInEveryDialect)
{
    for (auto const* dialect : dialects()) {
        std::set<unsigned> expected{2, 14, 34, 35, 36, 45, 48, 52, 53, 55, 64, 96, 102, 103, 128};
        if (dialect == &dialect_2003_binary()) expected.insert(49);  // verification data
        for (unsigned de = 2; de <= kFieldsMax; ++de)
            EXPECT_EQ(dialect->fields[de].secret, expected.contains(de)) << dialect->name << de;
    }
}

TEST(Dialect, IsFoundByName)
{
    EXPECT_EQ(dialect_by_name("87binary"), &dialect_1987_binary());
    EXPECT_EQ(dialect_by_name("87ascii"), &dialect_1987_ascii());
    EXPECT_EQ(dialect_by_name("87"), nullptr);
    EXPECT_EQ(dialect_by_name("87ebcdic"), &dialect_1987_ebcdic());
    EXPECT_EQ(dialect_by_name("93binary"), &dialect_1993_binary());
    EXPECT_EQ(dialect_by_name("93ascii"), &dialect_1993_ascii());
    EXPECT_EQ(dialect_by_name("03binary"), &dialect_2003_binary());
    EXPECT_EQ(dialects().size(), 6U);
}

TEST(Dialect, EveryFieldHasAName)
{
    for (auto const* dialect : dialects())
        for (unsigned de = 0; de <= 128; ++de)
            EXPECT_FALSE((*dialect->names)[de].empty()) << dialect->name << de;
    EXPECT_EQ((*dialect_1987_ascii().names)[4], "Amount, transaction");
}

// An offset has 16 bits: no message of the editions before 2003, which has fields of 9999 bytes,
// may need more.
TEST(Dialect, LongestMessageFitsTheOffsets)
{
    for (auto const* dialect : dialects()) {
        if (dialect == &dialect_2003_binary()) continue;
        std::size_t bytes = 4 + 2 * 16;
        for (unsigned de = 2; de <= kFieldsMax; ++de) {
            auto const& spec = dialect->fields[de];
            if (spec.defined()) bytes += prefix_bytes(spec) + value_bytes(spec, spec.length_max);
        }
        EXPECT_LT(bytes, 65'535U) << dialect->name;
    }
}

TEST(Dialect, BuiltInFieldsHaveNoProblem)
{
    for (auto const* dialect : dialects())
        for (unsigned de = 2; de <= kFieldsMax; ++de)
            EXPECT_EQ(problem_of(dialect->fields[de]), SpecProblem::none) << dialect->name << de;
}

}  // namespace
}  // namespace turnout::iso8583
