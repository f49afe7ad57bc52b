#include "protocol/core/version.hpp"

#include <string>

#include <gtest/gtest.h>

namespace turnout {
namespace {

TEST(Version, PartsAreThoseOfTheText)
{
    EXPECT_EQ(kVersion, std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor) + "." +
                            std::to_string(kVersionPatch));
}

}  // namespace
}  // namespace turnout
