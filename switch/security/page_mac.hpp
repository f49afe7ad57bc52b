// AES-256-CMAC (NIST SP 800-38B) over one page of a file that the journal trusts but no frame's
// chain covers: CONTROL and tail.witness. Keyed once and reused, without allocation. One object per
// thread; not thread-safe.
#pragma once
#include "protocol/core/bytes.hpp"

#include <array>
#include <cstddef>

struct evp_mac_ctx_st;

namespace turnout::security {

class PageMac {
public:
    using Key256 = std::array<std::byte, 32>;
    using Tag = std::array<std::byte, 16>;

    // Copies the key into the context. Throws std::runtime_error when the cryptographic library
    // has no CMAC (start-up only).
    explicit PageMac(Key256 const& key);
    ~PageMac();
    PageMac(PageMac const&) = delete;
    PageMac& operator=(PageMac const&) = delete;

    // Aborts when the library fails: a page without a tag must never be written.
    [[nodiscard]] Tag of(ByteView page) noexcept;
    // In constant time.
    [[nodiscard]] bool is_right(ByteView page, Tag const& tag) noexcept;

private:
    evp_mac_ctx_st* context_ = nullptr;
};

}  // namespace turnout::security
