// Taking the value out of a Result in a test: a missing one is a test failure, not a crash.
#pragma once
#include "protocol/core/result.hpp"

#include <gtest/gtest.h>

namespace turnout::test {

template <class T, class E>
[[nodiscard]] T value_of(Result<T, E> const& result)
{
    if (result.has_value()) return *result;
    ADD_FAILURE() << "an error where a value was expected";
    return T{};
}

}  // namespace turnout::test
