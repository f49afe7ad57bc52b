#include "tools/cli/message/diagnosis_dialects.hpp"

#include <array>

namespace turnout::cli::message {
namespace {

using namespace iso8583;

constexpr std::array<Charset, 3> kCharsets{Charset::ascii, Charset::bcd, Charset::ebcdic};
constexpr std::array<BitmapForm, 3> kBitmaps{BitmapForm::binary, BitmapForm::hex,
                                             BitmapForm::hex_ebcdic};

std::string_view name_of(Charset charset) noexcept
{
    return charset == Charset::ascii ? "ASCII" : charset == Charset::bcd ? "packed" : "EBCDIC";
}

std::string_view name_of(BitmapForm form) noexcept
{
    return form == BitmapForm::binary       ? "binary bit map"
           : form == BitmapForm::hex_ebcdic ? "bit map in EBCDIC hex digits"
                                            : "bit map in hex digits";
}

void pad_right(DialectSource& source) noexcept
{
    for (auto& spec : source.fields)
        if (spec.encoding == Encoding::bcd) spec.pad = DigitPad::right_zero;
}

void to_ebcdic(DialectSource& source) noexcept
{
    for (auto& spec : source.fields) {
        if (spec.encoding == Encoding::ascii) spec.encoding = Encoding::ebcdic_1047;
        if (is_hex(spec.encoding)) spec.encoding = Encoding::binary;
        if (spec.prefix == PrefixKind::ascii) spec.prefix = PrefixKind::ebcdic;
    }
    source.form.mti = Charset::ebcdic;
    source.form.bitmap = BitmapForm::binary;
}

struct Table {
    DialectSource source;
    std::string base;
    std::string changes;
    unsigned edition;
};

std::vector<Table> tables()
{
    std::vector<Table> out;
    for (auto const* dialect : dialects()) {
        auto const source = source_of(*dialect);
        auto const base = std::string(dialect->name);
        auto const edition = edition_of(*dialect);
        out.push_back({source, base, {}, edition});
        if (dialect->form.mti == Charset::bcd && edition < 2) {
            auto other = source;
            pad_right(other);
            out.push_back({other, base, "odd digits padded on the right", edition});
        }
        if (dialect->form.mti == Charset::ascii && edition == 1) {
            auto other = source;
            to_ebcdic(other);
            out.push_back({other, base, "EBCDIC instead of ASCII", edition});
        }
    }
    return out;
}

void add_variants(Table const& table, std::vector<TriedDialect>& out)
{
    auto const add = [&](DialectSource source, std::string changes) {
        if (!problem_of(source).ok()) return;
        out.push_back(
            {DialectBuffer{std::move(source)}, table.base, std::move(changes), table.edition});
    };
    add(table.source, table.changes);
    for (auto const mti : kCharsets) {
        for (auto const bitmap : kBitmaps) {
            auto source = table.source;
            source.form.mti = mti;
            source.form.bitmap = bitmap;
            if (source.form == table.source.form) continue;
            auto changes = table.changes;
            if (mti != table.source.form.mti)
                changes += (changes.empty() ? "" : "; ") + std::string(name_of(mti)) + " MTI";
            if (bitmap != table.source.form.bitmap)
                changes += (changes.empty() ? "" : "; ") + std::string(name_of(bitmap));
            add(std::move(source), std::move(changes));
        }
    }
    if (table.source.form.tertiary != Tertiary::none || table.source.form.bitmap_fixed16) return;
    auto both = table.source;
    both.form.bitmap_fixed16 = true;
    add(std::move(both),
        table.changes + (table.changes.empty() ? "" : "; ") + "always two bit maps");
}

}  // namespace

std::vector<TriedDialect> const& tried_dialects()
{
    static auto const kTried = [] {
        std::vector<TriedDialect> out;
        for (auto const& table : tables())
            add_variants(table, out);
        return out;
    }();
    return kTried;
}

unsigned edition_of(Dialect const& dialect) noexcept
{
    if (dialect.name.starts_with("87")) return 0;
    if (dialect.name.starts_with("93")) return 1;
    if (dialect.name.starts_with("03") || dialect.name.starts_with("2003")) return 2;
    return 9;
}

std::string family_of(Dialect const& dialect, unsigned edition)
{
    constexpr std::array<std::string_view, 3> kEditions{"1987", "1993", "2003"};
    auto text = edition < kEditions.size() ? std::string(kEditions[edition]) + ", " : std::string{};
    text += std::string(name_of(dialect.form.mti)) + " MTI, ";
    if (dialect.form.bitmap_fixed16) text += "always two: ";
    return text + std::string(name_of(dialect.form.bitmap));
}

}  // namespace turnout::cli::message
