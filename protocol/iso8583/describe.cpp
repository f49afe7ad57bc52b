#include "protocol/iso8583/describe.hpp"

#include "protocol/core/secret.hpp"
#include "protocol/iso8583/response_code.hpp"

namespace turnout::iso8583 {
namespace {

std::string padded(std::uint64_t value, std::size_t digits)
{
    auto text = std::to_string(value);
    return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

// What a code stands for, empty for fields without codes.
std::string_view code_name(MessageView const& view, unsigned de)
{
    auto const value = view.number(de);
    if (!value.has_value()) return {};
    auto const code = static_cast<unsigned>(*value);
    switch (de) {
        case 3:
            return transaction_type_name(code / 10'000U);
        case 39:
            return meaning(static_cast<ResponseCode>(code));
        case 70:
            return network_code_name(code);
        default:
            return {};
    }
}

}  // namespace

std::string describe_field(MessageView const& view, unsigned de)
{
    if (!view.has(de)) return {};
    std::string text(std::size_t{2} * view.length(de), ' ');
    auto const written = view.text(de, text);
    text.resize(written.has_value() ? *written : 0);
    if (!view.dialect().fields[de].secret) return text;
    return de == 2 ? mask_pan(text) : mask_all(text);
}

std::string describe(MessageView const& view)
{
    std::string text = view.has_mti() ? padded(view.mti().value, 4) : std::string{"no MTI"};
    text += '\n';
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        text += "DE " + padded(de, 3) + " " + std::string{(*view.dialect().names)[de]} + ": " +
                describe_field(view, de);
        if (auto const name = code_name(view, de); !name.empty())
            text += " (" + std::string{name} + ")";
        text += '\n';
    }
    return text;
}

std::string describe(DecodeError const& error, Dialect const& dialect)
{
    if (error.ok()) return std::string{meaning(error.code)};
    auto const de = error.de <= kFieldsMax ? error.de : 0U;
    return "DE " + std::to_string(error.de) + " (" + std::string{(*dialect.names)[de]} +
           "), byte " + std::to_string(error.offset_bytes) + ": " +
           std::string{meaning(error.code)};
}

}  // namespace turnout::iso8583
