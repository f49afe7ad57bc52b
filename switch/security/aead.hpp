// AES-256-GCM for journal frames: one context that is keyed once and reused, so that a frame costs
// no cipher look-up and no allocation. One object per thread; not thread-safe. The caller owns the
// rule that a nonce is never used twice under a key (docs/formats/journal.md).
#pragma once
#include "protocol/core/bytes.hpp"

#include <array>
#include <cstddef>

struct evp_cipher_ctx_st;

namespace turnout::security {

inline constexpr std::size_t kAeadTagBytes = 16;
inline constexpr std::size_t kAeadNonceBytes = 12;
using AeadTag = std::array<std::byte, kAeadTagBytes>;
using AeadNonce = std::array<std::byte, kAeadNonceBytes>;

class Aead {
public:
    using Key256 = std::array<std::byte, 32>;

    // Copies the key into the context. Throws std::runtime_error when the cryptographic library
    // has no AES-256-GCM (start-up only).
    explicit Aead(Key256 const& key);
    ~Aead();
    Aead(Aead const&) = delete;
    Aead& operator=(Aead const&) = delete;

    // Encrypts `plain` into `cipher` (same size; may be the same memory, must not overlap
    // otherwise) and authenticates `associated` with it. False: the library failed, `cipher` and
    // `tag` are garbage.
    [[nodiscard]] bool seal(AeadNonce const& nonce, ByteView associated, ByteView plain,
                            ByteSpan cipher, AeadTag& tag) noexcept;
    // The other way round. False: not authentic; `plain` then holds garbage that must not be used.
    [[nodiscard]] bool open(AeadNonce const& nonce, ByteView associated, ByteView cipher,
                            ByteSpan plain, AeadTag const& tag) noexcept;

private:
    // Two contexts, because turning one from sealing to opening expands the key again.
    evp_cipher_ctx_st* sealing_ = nullptr;
    evp_cipher_ctx_st* opening_ = nullptr;
};

}  // namespace turnout::security
