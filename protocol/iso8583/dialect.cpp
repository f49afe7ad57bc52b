#include "protocol/iso8583/dialect.hpp"

#include <array>

namespace turnout::iso8583 {

std::span<Dialect const* const> dialects() noexcept
{
    static std::array<Dialect const*, 6> const all{&dialect_1987_binary(), &dialect_1987_ascii(),
                                                   &dialect_1987_ebcdic(), &dialect_1993_binary(),
                                                   &dialect_1993_ascii(),  &dialect_2003_binary()};
    return all;
}

Dialect const* dialect_by_name(std::string_view name) noexcept
{
    for (auto const* dialect : dialects())
        if (dialect->name == name) return dialect;
    return nullptr;
}

}  // namespace turnout::iso8583
