// Order-independent digest of a set of entries: the sum, modulo 2^64 in two lanes, of the XXH3-128
// hashes of their packed fields, each kind of entry with its own seed. Adding, changing or removing
// an entry costs one or two hashes, never a scan. It finds errors, not forgers: the journal's
// frames are authenticated.
#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace turnout::ledger {

struct Digest {
    std::uint64_t lo = 0;
    std::uint64_t hi = 0;
    friend constexpr bool operator==(Digest, Digest) noexcept = default;
    constexpr Digest& operator+=(Digest other) noexcept
    {
        lo += other.lo;
        hi += other.hi;
        return *this;
    }
    constexpr Digest& operator-=(Digest other) noexcept
    {
        lo -= other.lo;
        hi -= other.hi;
        return *this;
    }
};

enum class Entry : std::uint8_t {
    account = 1,
    card,
    product,
    participant,
    hold,
    transaction,
    settings,
};

[[nodiscard]] Digest hash_bytes(Entry kind, void const* bytes, std::size_t count) noexcept;

template <class T>
requires std::has_unique_object_representations_v<T>
[[nodiscard]] Digest hash_entry(Entry kind, T const& fields) noexcept
{
    return hash_bytes(kind, &fields, sizeof fields);
}

}  // namespace turnout::ledger
