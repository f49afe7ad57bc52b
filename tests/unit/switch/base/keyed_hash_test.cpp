#include "switch/base/keyed_hash.hpp"

#include <cstring>
#include <set>

#include <gtest/gtest.h>

namespace turnout {
namespace {

KeyedHash::Secret secret_of(unsigned seed)
{
    KeyedHash::Secret secret;
    for (std::size_t index = 0; index < secret.size(); ++index)
        secret[index] = static_cast<std::byte>(index * 31 + seed * 17 + (index * seed) % 251);
    return secret;
}

struct Key {
    std::uint64_t acquirer = 100'001;
    char terminal[9] = "TERM0001";
    unsigned mti_class = 2;
    std::uint32_t stan = 123'456;
    std::uint64_t time_ns = 1'700'000'000'000'000'000;
};

Hash128 dup(KeyedHash const& hash, Key const& key)
{
    return hash.dup_key(key.acquirer, key.terminal, key.mti_class, key.stan, key.time_ns);
}

TEST(KeyedHash, depends_on_every_part_of_the_duplicate_key)
{
    KeyedHash const hash(secret_of(1), secret_of(2));
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    auto const add = [&](Key const& key) {
        auto const value = dup(hash, key);
        return seen.insert({value.k0, value.k1}).second;
    };
    EXPECT_TRUE(add({}));
    EXPECT_FALSE(add({}));
    EXPECT_TRUE(add({.acquirer = 100'002}));
    EXPECT_TRUE(add({.terminal = "TERM0002"}));
    EXPECT_TRUE(add({.mti_class = 1}));
    EXPECT_TRUE(add({.stan = 123'457}));
    EXPECT_TRUE(add({.time_ns = 1'700'000'001'000'000'000}));
}

TEST(KeyedHash, durable_hashes_survive_another_boot_secret_and_pans_do_not)
{
    KeyedHash const before(secret_of(1), secret_of(2));
    KeyedHash const after(secret_of(1), secret_of(3));
    std::uint8_t const pan[10] = {0x99, 0x99, 0x01, 0x12, 0x34, 0x56, 0x78, 0x90, 0xFF, 0xFF};
    EXPECT_EQ(dup(before, {}), dup(after, {}));
    EXPECT_EQ(before.second_key(1, "TERM0001", "000000000001"),
              after.second_key(1, "TERM0001", "000000000001"));
    EXPECT_EQ(before.fingerprint(pan, 100, 978, 0), after.fingerprint(pan, 100, 978, 0));
    EXPECT_NE(before.pan(pan), after.pan(pan));
    EXPECT_NE(dup(before, {}), dup(KeyedHash(secret_of(4), secret_of(2)), {}));
}

TEST(KeyedHash, fingerprint_depends_on_card_amount_currency_and_processing_code)
{
    KeyedHash const hash(secret_of(1), secret_of(2));
    std::uint8_t const pan[10] = {1, 2, 3};
    std::uint8_t const other[10] = {1, 2, 4};
    std::set<std::uint64_t> const seen{
        hash.fingerprint(pan, 100, 978, 0), hash.fingerprint(other, 100, 978, 0),
        hash.fingerprint(pan, 101, 978, 0), hash.fingerprint(pan, 100, 840, 0),
        hash.fingerprint(pan, 100, 978, 200'000)};
    EXPECT_EQ(seen.size(), 5U);
}

TEST(KeyedHash, second_key_depends_on_each_part)
{
    KeyedHash const hash(secret_of(1), secret_of(2));
    auto const base = hash.second_key(1, "TERM0001", "000000000001");
    EXPECT_NE(base, hash.second_key(2, "TERM0001", "000000000001"));
    EXPECT_NE(base, hash.second_key(1, "TERM0002", "000000000001"));
    EXPECT_NE(base, hash.second_key(1, "TERM0001", "000000000002"));
}

}  // namespace
}  // namespace turnout
