#include "switch/journal/segments.hpp"

#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/value_of.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace turnout::journal {

static constexpr std::string_view kPrefix = "seg-";
static constexpr std::string_view kSuffix = ".toj";
static constexpr std::size_t kDigits = 16;
// A commit that comes behind such a write waits for it, so it is small: with 1 MiB the p99 of
// answers was 16 ms at 20,000 a second.
static constexpr std::size_t kFillBytes = 256 * 1024;

std::string segment_name(std::uint64_t segment_no)
{
    char digits[kDigits];
    auto const end = std::to_chars(digits, digits + kDigits, segment_no, 16).ptr;
    auto const used = static_cast<std::size_t>(end - digits);
    return std::string(kPrefix) + std::string(kDigits - used, '0') + std::string(digits, used) +
           std::string(kSuffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) noexcept
{
    if (name.size() != kPrefix.size() + kDigits + kSuffix.size()) return {};
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return {};
    auto const digits = name.substr(kPrefix.size(), kDigits);
    std::uint64_t number = 0;
    auto const end = digits.data() + digits.size();
    auto const [stop, failed] = std::from_chars(digits.data(), end, number, 16);
    if (failed != std::errc{} || stop != end) return {};
    // One spelling per number: no capitals.
    if (std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; }))
        return {};
    return number;
}

Result<std::vector<std::uint64_t>, OpenError> list_segments(Disk& disk,
                                                            std::string const& directory)
{
    int error = 0;
    auto const names = disk.list(directory, error);
    if (error != 0)
        return OpenError{kExitIo, directory + ": cannot be listed: " + describe_errno(error)};
    std::vector<std::uint64_t> numbers;
    for (auto const& name : names)
        if (auto const number = parse_segment_name(name)) numbers.push_back(*number);
    std::sort(numbers.begin(), numbers.end());
    for (std::size_t i = 1; i < numbers.size(); ++i)
        if (numbers[i] != numbers[i - 1] + 1)
            return OpenError{kExitRefused,
                             directory + "/" + segment_name(numbers[i - 1] + 1) +
                                 ": missing, although a later segment is there; restore it "
                                 "from a backup or the archive"};
    return numbers;
}

Result<Segment, OpenError> open_segment(Disk& disk, std::string const& directory,
                                        std::uint64_t segment_no, OpenMode mode)
{
    Segment segment{.number = segment_no,
                    .pages = 0,
                    .path = directory + "/" + segment_name(segment_no),
                    .file = nullptr};
    int error = 0;
    segment.file = disk.open(segment.path, mode, error);
    if (segment.file == nullptr)
        return OpenError{kExitIo, segment.path + ": cannot be opened: " + describe_errno(error)};
    auto const bytes = segment.file->size_bytes();
    if (bytes % kPageBytes != 0 || bytes < kSegmentBytesMin || bytes / kPageBytes > UINT32_MAX)
        return OpenError{kExitRefused,
                         segment.path + ": a size of " + std::to_string(bytes) +
                             " bytes is no segment's; restore it from a backup or the archive"};
    segment.pages = static_cast<std::uint32_t>(bytes / kPageBytes);
    return segment;
}

bool CreateError::is_out_of_room() const noexcept
{
    return error == ENOSPC || error == EDQUOT;
}

static CreateError fill_with_zeros(File& file, std::string const& path, std::size_t segment_bytes,
                                   std::function<bool()> const& go_on)
{
    AlignedBuffer const zeros(kFillBytes);
    for (std::size_t at = 0; at < segment_bytes; at += kFillBytes) {
        if (!go_on()) return {ECANCELED, path + ": given up"};
        auto const piece = std::min(kFillBytes, segment_bytes - at);
        auto const put = file.pwrite({zeros.data(), piece}, at);
        // A full disk may first show as a short write.
        if (put.error == 0 && put.bytes < piece)
            return {ENOSPC, path + ": " + describe(put, piece)};
        if (put.error != 0) return {put.error, path + ": write failed: " + describe(put, piece)};
    }
    auto const error = file.sync();
    if (error != 0) return {error, path + ": sync failed: " + describe_errno(error)};
    return {};
}

Result<Segment, CreateError> create_segment(Disk& disk, std::string const& directory,
                                            std::uint64_t segment_no, std::size_t segment_bytes,
                                            bool write_sync, std::function<bool()> const& go_on)
{
    auto const path = directory + "/" + segment_name(segment_no);
    auto const temporary = path + ".tmp";
    [[maybe_unused]] auto const left = disk.remove(temporary);  // by a crash, or not there
    int error = 0;
    auto file = disk.open(temporary, {.write = true, .create = true}, error);
    if (file == nullptr)
        return CreateError{error, temporary + ": cannot be created: " + describe_errno(error)};
    auto failure = fill_with_zeros(*file, temporary, segment_bytes, go_on);
    if (failure.error == 0) {
        file.reset();
        failure.error = disk.rename(temporary, path);
        if (failure.error != 0)
            failure.text = path + ": rename failed: " + describe_errno(failure.error);
    }
    if (failure.error != 0) {
        file.reset();
        [[maybe_unused]] auto const removed = disk.remove(temporary);
        return failure;
    }
    if ((error = disk.sync_directory(directory)) != 0)
        return CreateError{error, directory + ": sync failed: " + describe_errno(error)};
    auto opened =
        open_segment(disk, directory, segment_no, {.write = true, .write_sync = write_sync});
    if (opened.has_error()) return CreateError{EIO, opened.error().text};
    return std::move(value_of(opened));
}

}  // namespace turnout::journal
