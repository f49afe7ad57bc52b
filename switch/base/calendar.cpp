#include "switch/base/calendar.hpp"

namespace turnout {

namespace {

struct Date {
    std::int64_t year;
    unsigned month, day;
};

constexpr bool is_leap(std::int64_t year) noexcept
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr unsigned days_in_month(std::int64_t year, unsigned month) noexcept
{
    constexpr unsigned char kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29U : kDays[month - 1];
}

// Proleptic Gregorian calendar in 400-year eras that start on 1 March, so that the leap day is the
// last day of a year and needs no special case.
constexpr std::int64_t days_from_date(Date date) noexcept
{
    auto const year = date.month <= 2 ? date.year - 1 : date.year;
    auto const era = year / 400;
    auto const year_of_era = year - era * 400;
    auto const shifted_month = (date.month + 9) % 12;
    auto const day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
    auto const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
                            static_cast<std::int64_t>(day_of_year);
    return era * 146'097 + day_of_era - 719'468;
}

constexpr Date date_from_days(std::int64_t days) noexcept
{
    days += 719'468;
    auto const era = days / 146'097;
    auto const day_of_era = days - era * 146'097;
    auto const year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    auto const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    auto const shifted_month = (5 * day_of_year + 2) / 153;
    auto const day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    auto const month =
        static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

static_assert(days_from_date({1970, 1, 1}) == 0);
static_assert(days_from_date({2024, 2, 29}) == 19'782);

constexpr std::int64_t kSecondsPerDay = 86'400;
// The same date in two neighbouring years is at most 366 days apart, so that one of the two is at
// most this far from any moment between them.
constexpr std::int64_t kHalfYearS = 183 * kSecondsPerDay;

Date date_of(UnixNanos at) noexcept
{
    return date_from_days(static_cast<std::int64_t>(at / kNanosPerSecond) / kSecondsPerDay);
}

}  // namespace

std::optional<UnixNanos> de7_to_ns(std::uint64_t mmddhhmmss, UnixNanos now) noexcept
{
    auto const month = static_cast<unsigned>(mmddhhmmss / 100'000'000 % 100);
    auto const day = static_cast<unsigned>(mmddhhmmss / 1'000'000 % 100);
    auto const hour = static_cast<unsigned>(mmddhhmmss / 10'000 % 100);
    auto const minute = static_cast<unsigned>(mmddhhmmss / 100 % 100);
    auto const second = static_cast<unsigned>(mmddhhmmss % 100);
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return {};

    auto const now_s = static_cast<std::int64_t>(now / kNanosPerSecond);
    auto const this_year = date_of(now).year;
    std::optional<UnixNanos> best;
    auto best_distance_s = kHalfYearS + 1;
    for (auto year = this_year - 1; year <= this_year + 1; ++year) {
        if (day > days_in_month(year, month)) continue;
        auto const at_s = days_from_date({year, month, day}) * kSecondsPerDay +
                          static_cast<std::int64_t>(hour * 3600 + minute * 60 + second);
        auto const distance_s = at_s > now_s ? at_s - now_s : now_s - at_s;
        if (at_s < 0 || distance_s >= best_distance_s) continue;
        best = static_cast<UnixNanos>(at_s) * kNanosPerSecond;
        best_distance_s = distance_s;
    }
    return best;
}

std::optional<UnixNanos> De7Memo::remember(std::uint64_t mmddhhmmss, UnixNanos now) noexcept
{
    auto const at = de7_to_ns(mmddhhmmss, now);
    if (!at) return at;
    minute_ = mmddhhmmss / 100;
    minute_ns_ = *at - mmddhhmmss % 100 * kNanosPerSecond;
    return at;
}

std::uint64_t ns_to_de7(UnixNanos at) noexcept
{
    auto const date = date_of(at);
    auto const second_of_day = at / kNanosPerSecond % kSecondsPerDay;
    return date.month * 100'000'000ULL + date.day * 1'000'000ULL + second_of_day / 3600 * 10'000 +
           second_of_day / 60 % 60 * 100 + second_of_day % 60;
}

std::uint16_t ns_to_yymm(UnixNanos at) noexcept
{
    auto const date = date_of(at);
    return static_cast<std::uint16_t>(static_cast<unsigned>(date.year % 100) * 100 + date.month);
}

std::uint32_t ns_to_yyyymmdd(UnixNanos at) noexcept
{
    auto const date = date_of(at);
    return static_cast<std::uint32_t>(date.year) * 10'000U + date.month * 100U + date.day;
}

}  // namespace turnout
