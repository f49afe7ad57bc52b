#include "protocol/wire/emv_tags.hpp"

#include "protocol/wire/tlv.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

TEST(EmvTags, NamesTheUsualSet)
{
    for (std::uint32_t const tag :
         {0x4FU,   0x84U,   0x82U,   0x95U,   0x9AU,   0x9CU,   0x5F2AU, 0x5F34U, 0x9F02U,
          0x9F03U, 0x9F09U, 0x9F10U, 0x9F1AU, 0x9F1EU, 0x9F26U, 0x9F27U, 0x9F33U, 0x9F34U,
          0x9F35U, 0x9F36U, 0x9F37U, 0x9F41U, 0x8AU,   0x91U,   0x71U,   0x72U}) {
        auto const* const fact = find_emv_tag(tag);
        ASSERT_NE(fact, nullptr) << tag;
        EXPECT_FALSE(fact->name.empty());
        EXPECT_TRUE(is_tlv_tag(tag));
        EXPECT_FALSE(fact->secret) << fact->name;
    }
    EXPECT_EQ(find_emv_tag(0x9F36)->name, "Application transaction counter");
    EXPECT_EQ(find_emv_tag(0), nullptr);
    EXPECT_EQ(find_emv_tag(0xDFFF7F), nullptr);
}

TEST(EmvTags, CardDataIsMarkedSecret)
{
    for (std::uint32_t const tag : {0x56U, 0x57U, 0x5AU, 0x5F20U, 0x5F24U, 0x5F30U, 0x99U, 0x9F0BU,
                                    0x9F1FU, 0x9F20U, 0x9F6BU}) {
        auto const* const fact = find_emv_tag(tag);
        ASSERT_NE(fact, nullptr) << tag;
        EXPECT_TRUE(fact->secret) << fact->name;
    }
}

TEST(EmvTags, TemplatesAreTheConstructedTags)
{
    EXPECT_EQ(find_emv_tag(0x71)->format, EmvFormat::elements);
    EXPECT_EQ(find_emv_tag(0x6F)->format, EmvFormat::elements);
    EXPECT_EQ(find_emv_tag(0x8A)->format, EmvFormat::text);
    EXPECT_EQ(find_emv_tag(0x9A)->format, EmvFormat::digits);
}

}  // namespace
}  // namespace turnout::wire
