#include "protocol/iso8583/dialect.hpp"

#include "tests/unit/protocol/iso8583/reference_decoder.hpp"

#include <set>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

// The wire notation of a field, written from the product's table.
std::string notation(FieldSpec const& spec)
{
    std::string const prefix = spec.length == LengthKind::ascii2   ? "LL:a:"
                               : spec.length == LengthKind::ascii3 ? "LLL:a:"
                               : spec.length == LengthKind::bcd2   ? "LL:n:"
                               : spec.length == LengthKind::bcd3   ? "LLL:n:"
                                                                   : "";
    std::string form;
    switch (spec.kind) {
        case FieldKind::undefined:
            return "";
        case FieldKind::ascii_digits:
        case FieldKind::text:
        case FieldKind::signed_digits_ascii:
            form = "a";
            break;
        case FieldKind::bcd_digits:
            form = "n";
            break;
        case FieldKind::binary:
            form = "b";
            break;
        case FieldKind::hex_binary:
            form = "h";
            break;
        case FieldKind::track_bcd:
            form = "z";
            break;
        case FieldKind::signed_digits_bcd:
            form = "x";
            break;
    }
    return prefix + form + std::to_string(spec.length_max);
}

TEST(Dialect, TablesMatchTheStandardsWireNotation)
{
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        EXPECT_EQ(notation(dialect_1987_ascii().fields[de]), test::reference_notation(true, de))
            << de;
        EXPECT_EQ(notation(dialect_1987_binary().fields[de]), test::reference_notation(false, de))
            << de;
    }
}

TEST(Dialect, SecretsAreSecretInEveryDialect)
{
    std::set<unsigned> const expected{2, 14, 34, 35, 36, 45, 48, 52, 53, 55, 64, 96, 102, 103, 128};
    for (auto const* dialect : dialects())
        for (unsigned de = 2; de <= kFieldsMax; ++de)
            EXPECT_EQ(dialect->fields[de].secret, expected.contains(de)) << de;
}

TEST(Dialect, IsFoundByName)
{
    EXPECT_EQ(dialect_by_name("87binary"), &dialect_1987_binary());
    EXPECT_EQ(dialect_by_name("87ascii"), &dialect_1987_ascii());
    EXPECT_EQ(dialect_by_name("87"), nullptr);
    EXPECT_EQ(dialects().size(), 2U);
}

TEST(Dialect, EveryFieldHasAName)
{
    for (unsigned de = 0; de <= kFieldsMax; ++de)
        EXPECT_FALSE((*dialect_1987_ascii().names)[de].empty()) << de;
    EXPECT_EQ((*dialect_1987_ascii().names)[4], "Amount, transaction");
}

// An offset has 16 bits: no message of any dialect may need more.
TEST(Dialect, LongestMessageFitsTheOffsets)
{
    for (auto const* dialect : dialects()) {
        std::size_t bytes = 4 + 2 * 16;
        for (unsigned de = 2; de <= kFieldsMax; ++de) {
            auto const& spec = dialect->fields[de];
            bytes += prefix_bytes(spec.length) + value_bytes(spec.kind, spec.length_max);
        }
        EXPECT_LT(bytes, 65'535U);
    }
}

}  // namespace
}  // namespace turnout::iso8583
