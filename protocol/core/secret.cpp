#include "protocol/core/secret.hpp"

#include <algorithm>

namespace turnout {

void wipe(ByteSpan bytes) noexcept
{
    if (bytes.empty()) return;
    std::memset(bytes.data(), 0, bytes.size());
    // Claims to read the memory, so the store above is not dead.
    asm volatile("" : : "r"(bytes.data()) : "memory");
}

std::string mask_pan(std::string_view pan)
{
    constexpr std::size_t kHead = 6;
    constexpr std::size_t kTail = 4;
    std::string shown{pan};
    auto const head = pan.size() >= 13 ? kHead : 0;
    auto const tail = pan.size() >= 8 ? kTail : 0;
    for (auto i = head; i + tail < shown.size(); ++i)
        shown[i] = '*';
    return shown;
}

std::string mask_all(std::string_view value)
{
    return std::string(std::min<std::size_t>(value.size(), 16), '*');
}

}  // namespace turnout
