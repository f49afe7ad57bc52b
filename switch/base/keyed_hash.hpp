// Fast keyed hashes for look-ups (XXH3 with a secret): duplicate keys and fingerprints with a
// secret that is kept with the keys, PANs with one that lives for one run. Not a MAC: never use it
// where a peer could profit from a forged value without the full compare behind it.
#pragma once
#include "protocol/core/bytes.hpp"

#include <array>
#include <cstdint>

namespace turnout {

struct Hash128 {
    std::uint64_t k0 = 0;
    std::uint64_t k1 = 0;
    friend constexpr bool operator==(Hash128, Hash128) noexcept = default;
};

inline constexpr std::size_t kHashSecretBytes = 192;

class KeyedHash {
public:
    using Secret = std::array<std::byte, kHashSecretBytes>;
    // Copies both secrets; wiped on destruction.
    KeyedHash(Secret const& durable, Secret const& boot) noexcept;
    ~KeyedHash();

    // Duplicate key: acquirer, terminal (8 bytes, space-padded), MTI class, STAN, time ns.
    [[nodiscard]] Hash128 dup_key(std::uint64_t acquirer, char const terminal[8],
                                  unsigned mti_class, std::uint32_t stan,
                                  std::uint64_t time_ns) const noexcept;
    // Second key: acquirer, terminal, RRN (12 bytes).
    [[nodiscard]] Hash128 second_key(std::uint64_t acquirer, char const terminal[8],
                                     char const rrn[12]) const noexcept;
    // Content of a request: PAN (10 BCD bytes), amount, currency, processing code.
    [[nodiscard]] std::uint64_t fingerprint(std::uint8_t const pan[10], std::int64_t amount,
                                            std::uint16_t currency,
                                            std::uint32_t proc_code) const noexcept;
    // A fingerprint extended by what the message refers to: keys of its original, DE 95 amount.
    [[nodiscard]] std::uint64_t reference(std::uint64_t fingerprint, std::uint64_t original_k0,
                                          std::uint64_t second_k0,
                                          std::int64_t replacement) const noexcept;
    // PAN under the boot secret: card look-up; differs from run to run.
    [[nodiscard]] Hash128 pan(std::uint8_t const pan[10]) const noexcept;

private:
    Secret durable_;
    Secret boot_;
};

}  // namespace turnout
