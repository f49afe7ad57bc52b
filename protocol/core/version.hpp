// Version of the library, the same as that of the package: CMake reads this file. Before 1.0.0 a
// new minor version may change the interface; a new patch version never does.
#pragma once
#include <string_view>

namespace turnout {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr unsigned kVersionMajor = 0;
inline constexpr unsigned kVersionMinor = 1;
inline constexpr unsigned kVersionPatch = 0;

}  // namespace turnout
