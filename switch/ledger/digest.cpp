#include "switch/ledger/digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace turnout::ledger {

Digest hash_bytes(Entry kind, void const* bytes, std::size_t count) noexcept
{
    auto const hash = XXH3_128bits_withSeed(bytes, count, static_cast<std::uint64_t>(kind));
    return {hash.low64, hash.high64};
}

}  // namespace turnout::ledger
