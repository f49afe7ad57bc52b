#include "switch/security/aead.hpp"

#include "protocol/core/check.hpp"

#include <climits>
#include <stdexcept>

#include <openssl/evp.h>

namespace turnout::security {

static_assert(std::is_same_v<EVP_CIPHER_CTX, evp_cipher_ctx_st>);

static unsigned char const* octets(std::byte const* at) noexcept
{
    return reinterpret_cast<unsigned char const*>(at);
}

static unsigned char* octets(std::byte* at) noexcept
{
    return reinterpret_cast<unsigned char*>(at);
}

Aead::Aead(Key256 const& key) : sealing_(EVP_CIPHER_CTX_new()), opening_(EVP_CIPHER_CTX_new())
{
    auto* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    auto const ok =
        cipher != nullptr && sealing_ != nullptr && opening_ != nullptr &&
        EVP_EncryptInit_ex2(sealing_, cipher, octets(key.data()), nullptr, nullptr) == 1 &&
        EVP_DecryptInit_ex2(opening_, cipher, octets(key.data()), nullptr, nullptr) == 1;
    EVP_CIPHER_free(cipher);
    if (ok) return;
    EVP_CIPHER_CTX_free(sealing_);
    EVP_CIPHER_CTX_free(opening_);
    throw std::runtime_error("OpenSSL offers no AES-256-GCM");
}

Aead::~Aead()
{
    // Freeing a context cleanses the expanded key.
    EVP_CIPHER_CTX_free(sealing_);
    EVP_CIPHER_CTX_free(opening_);
}

bool Aead::seal(AeadNonce const& nonce, ByteView associated, ByteView plain, ByteSpan cipher,
                AeadTag& tag) noexcept
{
    TURNOUT_CHECK(plain.size() <= INT_MAX && associated.size() <= INT_MAX, "aead.size");
    TURNOUT_CHECK(cipher.size() == plain.size(), "aead.seal.sizes");
    int used = 0;
    return EVP_EncryptInit_ex2(sealing_, nullptr, nullptr, octets(nonce.data()), nullptr) == 1 &&
           EVP_EncryptUpdate(sealing_, nullptr, &used, octets(associated.data()),
                             static_cast<int>(associated.size())) == 1 &&
           EVP_EncryptUpdate(sealing_, octets(cipher.data()), &used, octets(plain.data()),
                             static_cast<int>(plain.size())) == 1 &&
           EVP_EncryptFinal_ex(sealing_, octets(cipher.data()), &used) == 1 &&
           EVP_CIPHER_CTX_ctrl(sealing_, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                               tag.data()) == 1;
}

bool Aead::open(AeadNonce const& nonce, ByteView associated, ByteView cipher, ByteSpan plain,
                AeadTag const& tag) noexcept
{
    TURNOUT_CHECK(cipher.size() <= INT_MAX && associated.size() <= INT_MAX, "aead.size");
    TURNOUT_CHECK(cipher.size() == plain.size(), "aead.open.sizes");
    auto expected = tag;  // the library takes a mutable pointer
    int used = 0;
    return EVP_DecryptInit_ex2(opening_, nullptr, nullptr, octets(nonce.data()), nullptr) == 1 &&
           EVP_CIPHER_CTX_ctrl(opening_, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(expected.size()),
                               expected.data()) == 1 &&
           EVP_DecryptUpdate(opening_, nullptr, &used, octets(associated.data()),
                             static_cast<int>(associated.size())) == 1 &&
           EVP_DecryptUpdate(opening_, octets(plain.data()), &used, octets(cipher.data()),
                             static_cast<int>(cipher.size())) == 1 &&
           EVP_DecryptFinal_ex(opening_, octets(plain.data()), &used) == 1;
}

}  // namespace turnout::security
