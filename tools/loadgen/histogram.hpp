// Latency histogram in the manner of HdrHistogram: three significant digits from 1 ns to 60 s in
// fixed memory (about 220 KiB), recording is O(1) without branches on the value's size. One thread
// owns it. Values above the range are counted in the last bucket and in overflow_count(), so that a
// clipped maximum is never silent.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <vector>

namespace turnout::loadgen {

class Histogram {
public:
    static constexpr unsigned kSubBucketBits = 11;  // 2048 sub-buckets: relative error <= 1/1024
    static constexpr std::uint64_t kValueMax = 60'000'000'000;  // 60 s in ns

    // Allocates all counters now; nothing afterwards.
    Histogram();

    void record(std::uint64_t value) noexcept
    {
        auto const clipped = value <= kValueMax ? value : kValueMax;
        overflow_ += static_cast<std::uint64_t>(value > kValueMax);
        ++counts_[index_of(clipped)];
        ++total_;
        if (value > max_) max_ = value;
        if (value < min_) min_ = value;
    }

    // Adds all of `other`; unchanged itself.
    void merge(Histogram const& other) noexcept;
    void reset() noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return total_; }
    [[nodiscard]] std::uint64_t overflow_count() const noexcept { return overflow_; }
    [[nodiscard]] std::uint64_t max() const noexcept { return max_; }  // exact; 0 when empty
    [[nodiscard]] std::uint64_t min() const noexcept { return total_ == 0 ? 0 : min_; }
    [[nodiscard]] double mean() const noexcept;
    [[nodiscard]] double standard_deviation() const noexcept;

    // Highest value that is equivalent to the one at this percentile (0..100); never above max().
    // 0 when empty.
    [[nodiscard]] std::uint64_t percentile(double percent) const noexcept;

    // HdrHistogram's percentile text (.hgrm): values divided by `unit_ns`, `ticks` lines per
    // halving of the distance to 100 %. Readable by its plotter.
    void write_hgrm(std::ostream& out, double unit_ns = 1000.0, unsigned ticks = 5) const;

private:
    static constexpr unsigned kHalfBits = kSubBucketBits - 1;
    static constexpr std::size_t kHalf = std::size_t{1} << kHalfBits;

    // Buckets double the unit of the one before; each but the first uses only its upper half.
    [[nodiscard]] static std::size_t index_of(std::uint64_t value) noexcept
    {
        auto const mask = (std::uint64_t{1} << kSubBucketBits) - 1;
        auto const bucket =
            static_cast<unsigned>(64 - __builtin_clzll(value | mask)) - kSubBucketBits;
        return (static_cast<std::size_t>(bucket) << kHalfBits) + (value >> bucket);
    }
    [[nodiscard]] static std::uint64_t lowest_at(std::size_t index) noexcept;
    [[nodiscard]] static std::uint64_t highest_at(std::size_t index) noexcept;

    std::vector<std::uint64_t> counts_;
    std::uint64_t total_ = 0;
    std::uint64_t overflow_ = 0;
    std::uint64_t max_ = 0;
    std::uint64_t min_ = UINT64_MAX;
};

}  // namespace turnout::loadgen
