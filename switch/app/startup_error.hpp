// What ends a start: the code to exit with and a text that says what to do. Thrown at start-up
// only.
#pragma once
#include "protocol/core/check.hpp"
#include "protocol/core/result.hpp"
#include "switch/base/exit_code.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace turnout::app {

class StartupError : public std::runtime_error {
public:
    StartupError(int exit_code, std::string const& text)
        : std::runtime_error(text), exit_code_(exit_code)
    {
    }
    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

private:
    int exit_code_;
};

// The value of a result whose error was looked for already.
template <class T, class E>
[[nodiscard]] T taken(Result<T, E>&& result)
{
    auto* const value = result.operator->();
    TURNOUT_CHECK(value != nullptr, "an error is looked for before the value is taken");
    return std::move(*value);
}

}  // namespace turnout::app
