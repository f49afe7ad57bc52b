#include "switch/security/page_mac.hpp"

#include "tests/support/bytes.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace turnout::security {
namespace {

// NIST SP 800-38B, appendix D.3: AES-256.
constexpr char kKey[] = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

PageMac::Key256 key()
{
    auto const bytes = test::from_hex(kKey);
    PageMac::Key256 key{};
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
}

struct Vector {
    char const* message;
    char const* tag;
};
constexpr Vector kVectors[] = {
    {"", "028962F61B7BF89EFC6B551F4667D983"},
    {"6bc1bee22e409f96e93d7e117393172a", "28A7023F452E8F82BD4BF28D8C37C35C"},
    {"6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
     "AAF3D8F1DE5640C232F5B169B9C911E6"},
};

TEST(PageMac, AgreesWithThePublishedVectorsHoweverOftenItIsUsed)
{
    PageMac mac(key());
    for (int round = 0; round < 2; ++round)
        for (auto const& vector : kVectors) {
            auto const message = test::from_hex(vector.message);
            auto const tag = mac.of(message);
            EXPECT_EQ(test::to_hex(tag), vector.tag);
            EXPECT_TRUE(mac.is_right(message, tag));
        }
}

TEST(PageMac, EveryBitOfTagAndPageCounts)
{
    PageMac mac(key());
    std::vector<std::byte> page(64);
    auto const tag = mac.of(page);
    for (std::size_t bit = 0; bit < page.size() * 8; ++bit) {
        page[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        EXPECT_FALSE(mac.is_right(page, tag)) << bit;
        page[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
    for (std::size_t bit = 0; bit < tag.size() * 8; ++bit) {
        auto wrong = tag;
        wrong[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        EXPECT_FALSE(mac.is_right(page, wrong)) << bit;
    }
}

}  // namespace
}  // namespace turnout::security
