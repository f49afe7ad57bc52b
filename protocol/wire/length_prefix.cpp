#include "protocol/wire/length_prefix.hpp"

namespace turnout::wire {

std::size_t first_not_length(PrefixForm form, ByteView seen) noexcept
{
    auto const is_bcd = form == PrefixForm::bcd2 || form == PrefixForm::bcd3;
    auto const zero = form >= PrefixForm::ebcdic2 ? 0xf0U : 0x30U;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        auto const byte = static_cast<std::uint64_t>(seen[i]);
        if (is_bcd ? nibbles_above_9(byte) != 0 : (byte ^ zero) > 9) return i;
    }
    return seen.size();
}

}  // namespace turnout::wire
