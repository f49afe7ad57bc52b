#include "protocol/core/crc32c.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout {
namespace {

using test::Bytes;

Bytes counting(std::size_t bytes, bool down)
{
    Bytes out(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        out[i] = static_cast<std::byte>(down ? bytes - 1 - i : i);
    return out;
}

Bytes noise(std::size_t bytes)
{
    test::Random random{bytes};
    Bytes out(bytes);
    for (auto& byte : out)
        byte = static_cast<std::byte>(random.next());
    return out;
}

// RFC 3720 appendix B.4; the checksums there are written byte by byte, lowest first.
TEST(Crc32c, GivesTheVectorsOfRfc3720)
{
    EXPECT_EQ(crc32c(Bytes(32, std::byte{0})), 0x8a9136aaU);
    EXPECT_EQ(crc32c(Bytes(32, std::byte{0xff})), 0x62a8ab43U);
    EXPECT_EQ(crc32c(counting(32, false)), 0x46dd794eU);
    EXPECT_EQ(crc32c(counting(32, true)), 0x113fdb5cU);
    auto const command = test::from_hex(
        "01C000000000000000000000000000001400000000000400000000140000001828000000000000000200000000"
        "000000");
    EXPECT_EQ(crc32c(command), 0xd9963a56U);
    EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
    EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, TableAgreesWithTheVectors)
{
    EXPECT_EQ(detail::crc32c_table(as_bytes("123456789"), 0), 0xe3069283U);
    EXPECT_EQ(detail::crc32c_table(counting(32, true), 0), 0x113fdb5cU);
}

// Every length around the steps of the three-stream loops, at odd addresses too.
TEST(Crc32c, HardwareAgreesWithTable)
{
    if (!detail::crc32c_hardware_supported()) {
        EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);  // the table, then
        return;
    }
    auto const data = noise(70'000);
    auto const all = ByteView{data};
    for (std::size_t bytes = 0; bytes < 2'200; ++bytes) {
        auto const part = all.subspan(bytes % 13, bytes);
        ASSERT_EQ(detail::crc32c_hardware(part, 7), detail::crc32c_table(part, 7)) << bytes;
    }
    for (std::size_t const bytes : {6'151UL, 6'152UL, 6'153UL, 12'304UL, 65'536UL, 69'987UL}) {
        auto const part = all.subspan(3, bytes);
        EXPECT_EQ(detail::crc32c_hardware(part, 0), detail::crc32c_table(part, 0)) << bytes;
    }
}

TEST(Crc32c, ContinuesWhereItStopped)
{
    auto const data = noise(1'000);
    auto const all = ByteView{data};
    auto const whole = crc32c(all);
    for (std::size_t cut = 0; cut <= data.size(); cut += 37)
        EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), whole) << cut;
}

TEST(Crc32c, NoticesEverySingleFlippedBit)
{
    auto data = noise(320);
    auto const good = crc32c(data);
    for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
        data[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        ASSERT_NE(crc32c(data), good) << bit;
        data[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    }
}

}  // namespace
}  // namespace turnout
