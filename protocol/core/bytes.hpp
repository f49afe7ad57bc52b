// Byte views and bounded integer loads and stores. Nothing here allocates, throws or reads past
// what it is given: the callers check sizes once, these functions only move bytes.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace turnout {

using ByteView = std::span<std::byte const>;  // borrowed, read-only
using ByteSpan = std::span<std::byte>;        // borrowed, writable

static_assert(std::endian::native == std::endian::little,
              "disk structures are written as they lie");

// Views the bytes of a text; lifetime is that of the text.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept
{
    return {reinterpret_cast<std::byte const*>(text.data()), text.size()};
}

// Views bytes as text without looking at them; lifetime is that of the bytes.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept
{
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// Unaligned native load; `at` must have sizeof(T) readable bytes.
template <class T>
requires std::is_trivially_copyable_v<T>
[[nodiscard]] inline T load(std::byte const* at) noexcept
{
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

// Unaligned native store; `at` must have sizeof(T) writable bytes.
template <class T>
requires std::is_trivially_copyable_v<T>
inline void store(std::byte* at, T const& value) noexcept
{
    std::memcpy(at, &value, sizeof value);
}

// Two bytes, most significant first, as network length headers use them.
[[nodiscard]] inline std::uint16_t load_be16(std::byte const* at) noexcept
{
    return __builtin_bswap16(load<std::uint16_t>(at));
}
inline void store_be16(std::byte* at, std::uint16_t value) noexcept
{
    store(at, __builtin_bswap16(value));
}
[[nodiscard]] inline std::uint64_t load_be64(std::byte const* at) noexcept
{
    return __builtin_bswap64(load<std::uint64_t>(at));
}
inline void store_be64(std::byte* at, std::uint64_t value) noexcept
{
    store(at, __builtin_bswap64(value));
}

}  // namespace turnout
