#include "switch/security/page_mac.hpp"

#include "protocol/core/check.hpp"

#include <stdexcept>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace turnout::security {

PageMac::PageMac(Key256 const& key)
{
    char cipher[] = "AES-256-CBC";
    OSSL_PARAM const parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end()};
    auto* const mac = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
    if (mac != nullptr) context_ = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    auto const* const octets = reinterpret_cast<unsigned char const*>(key.data());
    if (context_ != nullptr && EVP_MAC_init(context_, octets, key.size(), parameters) == 1) return;
    EVP_MAC_CTX_free(context_);
    throw std::runtime_error("OpenSSL offers no AES-256-CMAC");
}

PageMac::~PageMac()
{
    // Freeing the context cleanses the expanded key.
    EVP_MAC_CTX_free(context_);
}

PageMac::Tag PageMac::of(ByteView page) noexcept
{
    Tag tag{};
    std::size_t bytes = 0;
    // Without a key it starts over under the one it has.
    auto const ok = EVP_MAC_init(context_, nullptr, 0, nullptr) == 1 &&
                    EVP_MAC_update(context_, reinterpret_cast<unsigned char const*>(page.data()),
                                   page.size()) == 1 &&
                    EVP_MAC_final(context_, reinterpret_cast<unsigned char*>(tag.data()), &bytes,
                                  tag.size()) == 1;
    TURNOUT_CHECK(ok && bytes == tag.size(), "page_mac.final");
    return tag;
}

bool PageMac::is_right(ByteView page, Tag const& tag) noexcept
{
    auto const expected = of(page);
    return CRYPTO_memcmp(expected.data(), tag.data(), tag.size()) == 0;
}

}  // namespace turnout::security
