#include "protocol/core/crc32c.hpp"

#include <array>
#include <atomic>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace turnout {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected: bit 31 is x^0

constexpr std::uint32_t times_x(std::uint32_t crc) noexcept
{
    return crc >> 1U ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
}

// Eight tables: eight bytes a step.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() noexcept
{
    Tables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = times_x(crc);
        tables[0][i] = crc;
    }
    for (std::size_t t = 1; t < tables.size(); ++t)
        for (std::size_t i = 0; i < 256; ++i)
            tables[t][i] = tables[t - 1][i] >> 8U ^ tables[0][tables[t - 1][i] & 0xffU];
    return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

namespace detail {

std::uint32_t crc32c_table(ByteView bytes, std::uint32_t seed) noexcept
{
    auto crc = ~seed;
    auto const* at = bytes.data();
    auto left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        auto const word = load<std::uint64_t>(at) ^ crc;
        crc = 0;
        for (unsigned i = 0; i < 8; ++i)
            crc ^= kTables[7 - i][word >> 8U * i & 0xffU];
    }
    for (; left > 0; --left, ++at)
        crc = crc >> 8U ^ kTables[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xffU];
    return ~crc;
}

#if defined(__x86_64__)

bool crc32c_hardware_supported() noexcept
{
    return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
}

namespace {

// x^exponent modulo the polynomial.
constexpr std::uint32_t power_of_x(std::size_t exponent) noexcept
{
    std::uint32_t power = 0x80000000;
    for (std::size_t i = 0; i < exponent; ++i)
        power = times_x(power);
    return power;
}

// The instruction takes three cycles but a new one can start every cycle, so three streams of
// kBytes run side by side. A stream's crc is moved to where the next begins by a carry-less
// product with x^(8 * distance); the crc32 of that product brings the power back (64 bits, and
// one bit for the reflected product, hence -33 from a 32-bit value).
template <std::size_t kBytes>
[[gnu::target("sse4.2,pclmul"), gnu::always_inline]] inline std::uint64_t three_streams(
    std::byte const* at, std::uint64_t crc) noexcept
{
    static_assert(kBytes % 8 == 0);
    constexpr auto kTwo = power_of_x((2 * kBytes + 8) * 8 - 33);
    constexpr auto kOne = power_of_x((kBytes + 8) * 8 - 33);
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kBytes; i += 8) {
        crc = _mm_crc32_u64(crc, load<std::uint64_t>(at + i));
        second = _mm_crc32_u64(second, load<std::uint64_t>(at + kBytes + i));
        third = _mm_crc32_u64(third, load<std::uint64_t>(at + 2 * kBytes + i));
    }
    auto const moved_first = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(crc)),
                                                  _mm_cvtsi64_si128(kTwo), 0);
    auto const moved_second = _mm_clmulepi64_si128(
        _mm_cvtsi64_si128(static_cast<long long>(second)), _mm_cvtsi64_si128(kOne), 0);
    auto const moved =
        static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_xor_si128(moved_first, moved_second)));
    return _mm_crc32_u64(third, load<std::uint64_t>(at + 3 * kBytes) ^ moved);
}

// 104 makes a step of exactly 320 bytes, a journal record.
constexpr std::size_t kLongBytes = 2048;
constexpr std::size_t kMiddleBytes = 336;
constexpr std::size_t kShortBytes = 104;

template <std::size_t kBytes>
constexpr std::size_t kStep = 3 * kBytes + 8;

}  // namespace

[[gnu::target("sse4.2,pclmul")]] std::uint32_t crc32c_hardware(ByteView bytes,
                                                               std::uint32_t seed) noexcept
{
    std::uint64_t crc = ~seed;
    auto const* at = bytes.data();
    auto left = bytes.size();
    for (; left >= kStep<kLongBytes>; left -= kStep<kLongBytes>, at += kStep<kLongBytes>)
        crc = three_streams<kLongBytes>(at, crc);
    for (; left >= kStep<kMiddleBytes>; left -= kStep<kMiddleBytes>, at += kStep<kMiddleBytes>)
        crc = three_streams<kMiddleBytes>(at, crc);
    for (; left >= kStep<kShortBytes>; left -= kStep<kShortBytes>, at += kStep<kShortBytes>)
        crc = three_streams<kShortBytes>(at, crc);
    for (; left >= 8; left -= 8, at += 8)
        crc = _mm_crc32_u64(crc, load<std::uint64_t>(at));
    auto tail = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++at)
        tail = _mm_crc32_u8(tail, static_cast<unsigned char>(*at));
    return ~tail;
}

#else

bool crc32c_hardware_supported() noexcept
{
    return false;
}
std::uint32_t crc32c_hardware(ByteView bytes, std::uint32_t seed) noexcept
{
    return crc32c_table(bytes, seed);
}

#endif

}  // namespace detail

namespace {

using Function = std::uint32_t (*)(ByteView, std::uint32_t) noexcept;

std::uint32_t choose_and_run(ByteView bytes, std::uint32_t seed) noexcept;

// Relaxed is enough: every thread that still sees the first value chooses the same function.
constinit std::atomic<Function> chosen{choose_and_run};

std::uint32_t choose_and_run(ByteView bytes, std::uint32_t seed) noexcept
{
    auto const function =
        detail::crc32c_hardware_supported() ? detail::crc32c_hardware : detail::crc32c_table;
    chosen.store(function, std::memory_order_relaxed);
    return function(bytes, seed);
}

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) noexcept
{
    return chosen.load(std::memory_order_relaxed)(bytes, seed);
}

}  // namespace turnout
