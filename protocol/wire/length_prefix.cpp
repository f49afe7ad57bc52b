#include "protocol/wire/length_prefix.hpp"

namespace turnout::wire {

std::size_t first_not_length(PrefixForm form, ByteView seen) noexcept
{
    auto const is_bcd = form == PrefixForm::bcd2 || form == PrefixForm::bcd3;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        auto const byte = static_cast<std::uint64_t>(seen[i]);
        if (is_bcd ? nibbles_above_9(byte) != 0 : digit_of(seen[i]) > 9) return i;
    }
    return seen.size();
}

}  // namespace turnout::wire
