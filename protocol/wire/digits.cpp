#include "protocol/wire/digits.hpp"

namespace turnout::wire {

unsigned decimal_digits(std::uint64_t value) noexcept
{
    unsigned digits = 1;
    while (!fits_digits(digits, value))
        ++digits;
    return digits;
}

void put_ascii_number(std::byte* out, std::size_t digits, std::uint64_t value) noexcept
{
    auto at = digits;
    for (; at >= 2; at -= 2) {
        auto const pair = static_cast<unsigned>(value % 100U);
        value /= 100U;
        out[at - 1] = static_cast<std::byte>(0x30U + pair % 10U);
        out[at - 2] = static_cast<std::byte>(0x30U + pair / 10U);
    }
    if (at == 1) out[0] = static_cast<std::byte>(0x30U + value % 10U);
}

void put_bcd_number(std::byte* out, std::size_t digits, std::uint64_t value) noexcept
{
    auto at = (digits + 1U) / 2U;
    for (; at > digits % 2U; --at) {
        out[at - 1] = bcd_pair(static_cast<unsigned>(value % 100U));
        value /= 100U;
    }
    if (at == 1) out[0] = static_cast<std::byte>(value % 10U);
}

}  // namespace turnout::wire
