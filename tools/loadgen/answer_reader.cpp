#include "tools/loadgen/answer_reader.hpp"

#include <cstring>

namespace turnout::loadgen {
namespace {

constexpr std::size_t bitmap_bytes(iso8583::Dialect const& dialect, bool secondary) noexcept
{
    auto const each = iso8583::bitmap_bytes(dialect);
    return secondary ? 2 * each : each;
}

// The first bit of the primary bitmap; `body` has been decoded.
bool has_secondary(iso8583::Dialect const& dialect, ByteView body) noexcept
{
    auto const first = std::to_integer<unsigned>(body[mti_bytes(dialect)]);
    return dialect.form.bitmap == iso8583::BitmapForm::binary ? (first & 0x80U) != 0 : first >= '8';
}

// Six digits; UINT32_MAX when one of them is none.
std::uint32_t read_stan(bool bcd, std::byte const* at) noexcept
{
    std::uint32_t value = 0;
    for (unsigned i = 0; i < (bcd ? 3U : 6U); ++i) {
        auto const raw = std::to_integer<std::uint32_t>(at[i]);
        auto const high = bcd ? raw >> 4U : 0U;
        auto const low = bcd ? raw & 15U : raw - '0';
        if (high > 9 || low > 9) return UINT32_MAX;
        value = bcd ? value * 100 + high * 10 + low : value * 10 + low;
    }
    return value;
}

}  // namespace

bool AnswerReader::matches(Shape const& shape, ByteView body) const noexcept
{
    if (body.size() != shape.body_bytes ||
        std::memcmp(body.data(), shape.key.data(), shape.key_bytes) != 0)
        return false;
    for (std::size_t i = 0; i < shape.prefix_count; ++i) {
        auto const& prefix = shape.prefixes[i];
        if (std::memcmp(body.data() + prefix.at, prefix.value.data(), prefix.bytes) != 0)
            return false;
    }
    return true;
}

bool AnswerReader::read_at(Shape const& shape, ByteView body, Answer& out) const noexcept
{
    out.mti = shape.mti;
    out.stan = read_stan(dialect_.form.mti == iso8583::Charset::bcd, body.data() + shape.stan_at);
    std::memcpy(out.terminal.data(), body.data() + shape.terminal_at, out.terminal.size());
    if (shape.code_at != 0)
        std::memcpy(out.code.data(), body.data() + shape.code_at, out.code.size());
    else
        out.code = {'?', '?'};
    if (shape.approval_at != 0)
        std::memcpy(out.approval.data(), body.data() + shape.approval_at, out.approval.size());
    else
        out.approval[0] = 0;
    return out.stan != UINT32_MAX;
}

bool AnswerReader::read_in_full(ByteView body, Answer& out) noexcept
{
    ++full_;
    if (!view_.decode(dialect_, body).ok()) return false;
    auto const stan = view_.number(11);
    auto const terminal = view_.value(41);
    if (!stan.has_value() || terminal.size() != out.terminal.size()) return false;
    out.mti = view_.mti();
    out.stan = static_cast<std::uint32_t>(*stan);
    std::memcpy(out.terminal.data(), terminal.data(), out.terminal.size());
    out.code = {'?', '?'};
    out.approval[0] = 0;
    if (auto const code = view_.value(39); code.size() == out.code.size())
        std::memcpy(out.code.data(), code.data(), out.code.size());
    if (auto const approval = view_.value(38); approval.size() == out.approval.size())
        std::memcpy(out.approval.data(), approval.data(), out.approval.size());
    return true;
}

void AnswerReader::learn(ByteView body) noexcept
{
    if (shape_count_ == kShapesMax) return;
    Shape shape{};
    shape.key_bytes = mti_bytes(dialect_) + bitmap_bytes(dialect_, has_secondary(dialect_, body));
    shape.body_bytes = body.size();
    if (shape.key_bytes > body.size()) return;
    std::memcpy(shape.key.data(), body.data(), shape.key_bytes);
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
        auto const prefix_bytes = view_.wire(de).size() - view_.value(de).size();
        if (prefix_bytes == 0) continue;
        if (prefix_bytes > 3 || shape.prefix_count == kPrefixesMax) return;
        auto& prefix = shape.prefixes[shape.prefix_count++];
        prefix.at = static_cast<std::uint16_t>(view_.wire(de).data() - body.data());
        prefix.bytes = static_cast<std::uint8_t>(prefix_bytes);
        std::memcpy(prefix.value.data(), view_.wire(de).data(), prefix_bytes);
    }
    auto const at = [&](unsigned de) {
        return view_.has(de) ? static_cast<std::uint16_t>(view_.value(de).data() - body.data())
                             : std::uint16_t{0};
    };
    shape.mti = view_.mti();
    shape.stan_at = at(11);
    shape.approval_at = at(38);
    shape.code_at = at(39);
    shape.terminal_at = at(41);
    shapes_[shape_count_++] = shape;
}

bool AnswerReader::read(ByteView body, Answer& out) noexcept
{
    if (full_ >= full_first_) {
        if (last_ < shape_count_ && matches(shapes_[last_], body))
            return read_at(shapes_[last_], body, out);
        for (std::size_t i = 0; i < shape_count_; ++i) {
            if (!matches(shapes_[i], body)) continue;
            last_ = i;
            return read_at(shapes_[i], body, out);
        }
    }
    if (!read_in_full(body, out)) return false;
    auto known = false;
    for (std::size_t i = 0; i < shape_count_ && !known; ++i)
        known = matches(shapes_[i], body);
    if (!known) learn(body);
    return true;
}

}  // namespace turnout::loadgen
