#include "protocol/iso8583/edition_1987.hpp"

namespace turnout::iso8583 {

namespace {

enum class Need : std::uint8_t { required, optional };
enum class Form : std::uint8_t { digits, text, either };

struct Row {
    std::uint8_t de;
    std::uint8_t units;  // fixed: exactly; variable: at most, DE 54: at least
    bool fixed;
    Form form;
    Need need;
};

constexpr unsigned kBalances = 54;
constexpr Row kRows[] = {
    {2, 19, false, Form::digits, Need::required},  {3, 6, true, Form::digits, Need::required},
    {4, 12, true, Form::digits, Need::required},   {7, 10, true, Form::digits, Need::required},
    {11, 6, true, Form::digits, Need::required},   {12, 6, true, Form::digits, Need::optional},
    {13, 4, true, Form::digits, Need::optional},   {14, 4, true, Form::digits, Need::optional},
    {18, 4, true, Form::digits, Need::optional},   {22, 3, true, Form::digits, Need::optional},
    {32, 11, false, Form::digits, Need::optional}, {33, 11, false, Form::digits, Need::optional},
    {37, 12, true, Form::text, Need::required},    {38, 6, true, Form::text, Need::required},
    {39, 2, true, Form::text, Need::required},     {41, 8, true, Form::text, Need::required},
    {42, 15, true, Form::text, Need::optional},    {49, 3, true, Form::either, Need::required},
    {54, 40, false, Form::text, Need::optional},   {70, 3, true, Form::digits, Need::required},
    {90, 42, true, Form::digits, Need::required},  {95, 42, true, Form::text, Need::optional},
};

// Characters that the codec checks and that are one byte each, whatever the code page.
bool is_plain_text(FieldSpec const& spec) noexcept
{
    return is_text(spec.attribute) && spec.attribute != Attribute::any &&
           (spec.encoding == Encoding::ascii || is_ebcdic(spec.encoding));
}

std::string_view problem_of(Row const& row, FieldSpec const& spec) noexcept
{
    if (!spec.defined()) return row.need == Need::optional ? std::string_view{} : "is not defined";
    auto const is_digits = spec.attribute == Attribute::n;
    if (row.form == Form::digits && !is_digits) return "does not hold digits (n)";
    if (!is_digits && !is_plain_text(spec)) return "does not hold ASCII or EBCDIC text";
    if (row.form == Form::text && is_digits) return "does not hold text (an, ans)";
    if (spec.fixed() != row.fixed)
        return row.fixed ? "has no fixed length, as it has in the 1987 edition"
                         : "has a fixed length, unlike in the 1987 edition";
    if (row.de == kBalances)
        return spec.length_max < row.units ? "holds less than two balances" : std::string_view{};
    auto const differs = row.fixed ? spec.length_max != row.units : spec.length_max > row.units;
    return differs ? "has another length than in the 1987 edition" : std::string_view{};
}

}  // namespace

EditionProblem problem_for_1987(Dialect const& dialect) noexcept
{
    if (!dialect.header.empty())
        return {0, "has a message header of its own; name it beside the framing instead"};
    for (auto const& row : kRows)
        if (auto const reason = problem_of(row, dialect.fields[row.de]); !reason.empty())
            return {row.de, reason};
    return {};
}

}  // namespace turnout::iso8583
