#include "tools/loadgen/histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace turnout::loadgen {

static constexpr unsigned kBuckets = 26;  // 2048 << 25 is the first power above 60 s in ns

static_assert((std::uint64_t{1} << (Histogram::kSubBucketBits + kBuckets - 1)) >
              Histogram::kValueMax);

Histogram::Histogram() : counts_((kBuckets + 1) * kHalf) {}

void Histogram::merge(Histogram const& other) noexcept
{
    for (std::size_t i = 0; i < counts_.size(); ++i)
        counts_[i] += other.counts_[i];
    total_ += other.total_;
    overflow_ += other.overflow_;
    max_ = std::max(max_, other.max_);
    min_ = std::min(min_, other.min_);
}

void Histogram::reset() noexcept
{
    std::fill(counts_.begin(), counts_.end(), 0);
    total_ = overflow_ = max_ = 0;
    min_ = UINT64_MAX;
}

std::uint64_t Histogram::lowest_at(std::size_t index) noexcept
{
    if (index < 2 * kHalf) return index;
    auto const bucket = (index >> kHalfBits) - 1;
    return (index - (bucket << kHalfBits)) << bucket;
}

std::uint64_t Histogram::highest_at(std::size_t index) noexcept
{
    return lowest_at(index + 1) - 1;
}

double Histogram::mean() const noexcept
{
    if (total_ == 0) return 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        auto const middle = static_cast<double>(lowest_at(i) + highest_at(i)) / 2.0;
        sum += middle * static_cast<double>(counts_[i]);
    }
    return sum / static_cast<double>(total_);
}

double Histogram::standard_deviation() const noexcept
{
    if (total_ == 0) return 0.0;
    auto const average = mean();
    double sum = 0.0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        auto const middle = static_cast<double>(lowest_at(i) + highest_at(i)) / 2.0;
        sum += (middle - average) * (middle - average) * static_cast<double>(counts_[i]);
    }
    return std::sqrt(sum / static_cast<double>(total_));
}

std::uint64_t Histogram::percentile(double percent) const noexcept
{
    if (total_ == 0) return 0;
    auto const share = std::clamp(percent, 0.0, 100.0) / 100.0;
    // At least one value, and the rank rounds up: p100 is the last value, p0 the first.
    auto const wanted = std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total_) - 1e-9)), 1,
        total_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= wanted) return std::min(highest_at(i), max_);
    }
    return max_;
}

static void write_line(std::ostream& out, double value, double share, std::uint64_t seen)
{
    std::array<char, 96> line{};
    auto const count = static_cast<unsigned long long>(seen);
    // The line of 100 % has no fourth column: it would be infinite.
    if (share < 1.0)
        std::snprintf(line.data(), line.size(), "%12.3f %2.12f %10llu %14.2f\n", value, share,
                      count, 1.0 / (1.0 - share));
    else
        std::snprintf(line.data(), line.size(), "%12.3f %2.12f %10llu\n", value, share, count);
    out << line.data();
}

void Histogram::write_hgrm(std::ostream& out, double unit_ns, unsigned ticks) const
{
    out << "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
    std::uint64_t seen = 0;
    double next = 0.0;  // percentile of the next line, 0..1
    auto const all = static_cast<double>(total_);
    for (std::size_t i = 0; i < counts_.size() && seen < total_; ++i) {
        if (counts_[i] == 0) continue;
        seen += counts_[i];
        auto const value = static_cast<double>(std::min(highest_at(i), max_)) / unit_ns;
        auto const reached = static_cast<double>(seen) / all;
        // The last value gets one tick line and then the line of 100 %.
        for (bool more = true; more && next <= reached; more = seen < total_) {
            write_line(out, value, next, seen);
            // Ticks per halving of the rest: 0..50 %, 50..75 %, 75..87.5 % ...
            auto const halvings = std::floor(std::log2(1.0 / (1.0 - next)) + 1e-9) + 1.0;
            next += 1.0 / (static_cast<double>(ticks) * std::exp2(halvings));
        }
        if (seen == total_) write_line(out, value, 1.0, seen);
    }
    std::array<char, 256> tail{};
    std::snprintf(tail.data(), tail.size(),
                  "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n"
                  "#[Max     = %12.3f, Total count    = %12llu]\n"
                  "#[Buckets = %12u, SubBuckets     = %12u]\n",
                  mean() / unit_ns, standard_deviation() / unit_ns,
                  static_cast<double>(max_) / unit_ns, static_cast<unsigned long long>(total_),
                  kBuckets, 1U << kSubBucketBits);
    out << tail.data();
}

}  // namespace turnout::loadgen
