#include "switch/base/keyed_hash.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace turnout {

static_assert(kHashSecretBytes >= XXH3_SECRET_SIZE_MIN);

KeyedHash::KeyedHash(Secret const& durable, Secret const& boot) noexcept
    : durable_(durable), boot_(boot)
{
}

KeyedHash::~KeyedHash()
{
    // explicit_bzero is not removed by the optimiser, unlike a memset of a dying object.
    explicit_bzero(durable_.data(), durable_.size());
    explicit_bzero(boot_.data(), boot_.size());
}

static Hash128 hash128(void const* data, std::size_t bytes,
                       KeyedHash::Secret const& secret) noexcept
{
    auto const hash = XXH3_128bits_withSecret(data, bytes, secret.data(), secret.size());
    return {hash.low64, hash.high64};
}

Hash128 KeyedHash::dup_key(std::uint64_t acquirer, char const terminal[8], unsigned mti_class,
                           std::uint32_t stan, std::uint64_t time_ns) const noexcept
{
    struct Input {
        std::uint64_t acquirer;
        char terminal[8];
        std::uint64_t time_ns;
        std::uint32_t stan;
        std::uint32_t mti_class;
    } input{acquirer, {}, time_ns, stan, mti_class};
    static_assert(sizeof(Input) == 32);
    std::memcpy(input.terminal, terminal, sizeof input.terminal);
    return hash128(&input, sizeof input, durable_);
}

Hash128 KeyedHash::second_key(std::uint64_t acquirer, char const terminal[8],
                              char const rrn[12]) const noexcept
{
    struct Input {
        std::uint64_t acquirer;
        char terminal[8];
        char rrn[12];
        std::uint32_t zero;
    } input{acquirer, {}, {}, 0};
    static_assert(sizeof(Input) == 32);
    std::memcpy(input.terminal, terminal, sizeof input.terminal);
    std::memcpy(input.rrn, rrn, sizeof input.rrn);
    return hash128(&input, sizeof input, durable_);
}

std::uint64_t KeyedHash::fingerprint(std::uint8_t const pan[10], std::int64_t amount,
                                     std::uint16_t currency, std::uint32_t proc_code) const noexcept
{
    struct Input {
        std::int64_t amount;
        std::uint32_t proc_code;
        std::uint16_t currency;
        std::uint8_t pan[10];
    } input{amount, proc_code, currency, {}};
    static_assert(sizeof(Input) == 24);
    std::memcpy(input.pan, pan, sizeof input.pan);
    return XXH3_64bits_withSecret(&input, sizeof input, durable_.data(), durable_.size());
}

std::uint64_t KeyedHash::reference(std::uint64_t fingerprint, std::uint64_t original_k0,
                                   std::uint64_t second_k0, std::int64_t replacement) const noexcept
{
    std::uint64_t const input[] = {fingerprint, original_k0, second_k0,
                                   static_cast<std::uint64_t>(replacement)};
    return XXH3_64bits_withSecret(input, sizeof input, durable_.data(), durable_.size());
}

Hash128 KeyedHash::pan(std::uint8_t const pan[10]) const noexcept
{
    return hash128(pan, 10, boot_);
}

}  // namespace turnout
