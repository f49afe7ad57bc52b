// A secret is neither copied nor printed by accident: only moved.
#include "protocol/core/secret.hpp"

#include <array>
#include <ostream>

#ifndef TURNOUT_MISUSE
#define TURNOUT_MISUSE 0
#endif

using Key = turnout::Sensitive<std::array<unsigned char, 16>>;

Key take(Key& key, std::ostream& out)
{
#if TURNOUT_MISUSE == 1
    return Key{key};
#elif TURNOUT_MISUSE == 2
    out << key;
#endif
    out << "a key";
    return std::move(key);
}
