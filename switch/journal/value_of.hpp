// The value of a Result that was tested before. Result's own operators return a null pointer when
// there is none, and compilers rightly warn about following it; this checks instead.
#pragma once
#include "protocol/core/check.hpp"
#include "protocol/core/result.hpp"

namespace turnout::journal {

template <class T, class E>
[[nodiscard]] T& value_of(Result<T, E>& result) noexcept
{
    auto* const value = result.operator->();
    TURNOUT_CHECK(value != nullptr, "result.value");
    return *value;
}

template <class T, class E>
[[nodiscard]] T const& value_of(Result<T, E> const& result) noexcept
{
    auto const* const value = result.operator->();
    TURNOUT_CHECK(value != nullptr, "result.value");
    return *value;
}

}  // namespace turnout::journal
