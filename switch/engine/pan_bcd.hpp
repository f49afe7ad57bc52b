// The PAN as commands, records and the card table hold it: ten bytes of BCD, padded with F.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace turnout::engine {

// `digits` are 1 to 19 ASCII digits; anything beyond is cut.
inline void pan_to_bcd(std::string_view digits, std::uint8_t (&pan)[10]) noexcept
{
    std::memset(pan, 0xFF, sizeof pan);
    for (std::size_t at = 0; at < digits.size() && at < 2 * sizeof pan; ++at) {
        auto const digit = static_cast<unsigned>(digits[at] - '0') & 0x0FU;
        auto& pair = pan[at / 2];
        pair = static_cast<std::uint8_t>(at % 2 == 0 ? (digit << 4U | 0x0FU)
                                                     : ((pair & 0xF0U) | digit));
    }
}

}  // namespace turnout::engine
