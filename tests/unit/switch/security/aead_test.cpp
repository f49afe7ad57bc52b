#include "switch/security/aead.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace turnout::security {
namespace {

std::vector<std::byte> from_hex(std::string_view hex)
{
    std::vector<std::byte> out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out.push_back(
            static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return out;
}

template <std::size_t kBytes>
std::array<std::byte, kBytes> array_from_hex(std::string_view hex)
{
    std::array<std::byte, kBytes> out{};
    auto const bytes = from_hex(hex);
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

// Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
auto const kKey =
    array_from_hex<32>("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
auto const kNonce = array_from_hex<12>("cafebabefacedbaddecaf888");
auto const kAssociated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
auto const kPlain = from_hex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b5"
    "25b16aedf5aa0de657ba637b39");
auto const kCipher = from_hex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10568288"
    "38"
    "c5f61e6393ba7a0abcc9f662");
auto const kTag = array_from_hex<16>("76fc6ece0f4e1768cddf8853bb2d551b");

TEST(Aead, MatchesThePublishedVector)
{
    Aead aead(kKey);
    std::vector<std::byte> cipher(kPlain.size());
    AeadTag tag{};
    ASSERT_TRUE(aead.seal(kNonce, kAssociated, kPlain, cipher, tag));
    EXPECT_EQ(cipher, kCipher);
    EXPECT_EQ(tag, kTag);
}

TEST(Aead, OpensInPlaceAndAgain)
{
    Aead aead(kKey);
    for (int i = 0; i < 3; ++i) {
        auto body = kCipher;
        ASSERT_TRUE(aead.open(kNonce, kAssociated, body, body, kTag));
        EXPECT_EQ(body, kPlain);
    }
}

TEST(Aead, RefusesAnyChange)
{
    Aead aead(kKey);
    std::vector<std::byte> plain(kPlain.size());
    auto const opens = [&](AeadNonce nonce, std::vector<std::byte> const& associated,
                           std::vector<std::byte> const& cipher, AeadTag tag) {
        return aead.open(nonce, associated, cipher, plain, tag);
    };
    ASSERT_TRUE(opens(kNonce, kAssociated, kCipher, kTag));
    for (std::size_t i = 0; i < kCipher.size(); ++i) {
        auto changed = kCipher;
        changed[i] ^= std::byte{1};
        EXPECT_FALSE(opens(kNonce, kAssociated, changed, kTag)) << i;
    }
    for (std::size_t i = 0; i < kAssociated.size(); ++i) {
        auto changed = kAssociated;
        changed[i] ^= std::byte{1};
        EXPECT_FALSE(opens(kNonce, changed, kCipher, kTag)) << i;
    }
    auto tag = kTag;
    tag[15] ^= std::byte{0x80};
    EXPECT_FALSE(opens(kNonce, kAssociated, kCipher, tag));
    auto nonce = kNonce;
    nonce[0] ^= std::byte{1};
    EXPECT_FALSE(opens(nonce, kAssociated, kCipher, kTag));
    EXPECT_TRUE(opens(kNonce, kAssociated, kCipher, kTag)) << "a failure leaves no trace";
}

TEST(Aead, SealsAndOpensAlternately)
{
    Aead aead(kKey);
    for (std::size_t bytes : {1U, 15U, 16U, 320U, 65'408U}) {
        std::vector<std::byte> plain(bytes, std::byte{0x5A});
        std::vector<std::byte> cipher(bytes);
        AeadTag tag{};
        ASSERT_TRUE(aead.seal(kNonce, kAssociated, plain, cipher, tag));
        EXPECT_NE(cipher, plain);
        ASSERT_TRUE(aead.open(kNonce, kAssociated, cipher, cipher, tag));
        EXPECT_EQ(cipher, plain);
    }
}

}  // namespace
}  // namespace turnout::security
