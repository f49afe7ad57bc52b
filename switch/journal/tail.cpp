#include "switch/journal/tail.hpp"

#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/segments.hpp"
#include "switch/journal/value_of.hpp"

#include <algorithm>

namespace turnout::journal {

namespace {

constexpr std::size_t kReadBytes = 512 * 1024;
constexpr char kRemedy[] =
    "; nothing was changed: restore the directory from a backup or replica, `turnout journal "
    "verify` shows what is readable";

std::string place(ScanSource const& source, ChainEnd const& at)
{
    return source.directory + "/" + segment_name(at.segment_no) + " page " +
           std::to_string(at.page_index) + ", after sequence " + std::to_string(at.last_seq);
}

TailReport damaged(ScanSource const& source, ChainEnd const& at, std::string const& what)
{
    return {TailVerdict::damaged, place(source, at) + ": " + what + kRemedy, {}};
}

bool any_sector_zero(ByteView bytes) noexcept
{
    for (std::size_t at = 0; at < bytes.size(); at += kSectorBytes)
        if (all_zero(bytes.subspan(at, std::min(kSectorBytes, bytes.size() - at)))) return true;
    return false;
}

// Can what lies at `at` be a write of ours that only partly arrived? A disk writes whole sectors,
// so a part that is missing shows as a zero sector inside the frame's content.
bool can_be_torn(ByteView pages, FrameFault fault) noexcept
{
    switch (fault) {
        case FrameFault::absent:
            return true;
        case FrameFault::zero:
            return all_zero(pages.first(kSectorBytes));
        case FrameFault::segment_crc:
            // Only the first and the last sector of a segment header carry anything.
            return all_zero(pages.first(kSectorBytes)) ||
                   all_zero(pages.subspan(kPageBytes - kSectorBytes, kSectorBytes));
        case FrameFault::body_crc: {
            auto const body_bytes = load<FrameHeader>(pages.data()).body_bytes;
            auto const content = kFrameHeaderBytes + body_bytes;
            return content <= pages.size() && any_sector_zero(pages.first(content));
        }
        default:
            return false;
    }
}

// Looks at every page from `at` to the end of the last segment.
class RestScan {
public:
    RestScan(ScanSource const& source, ChainEnd const& at) : source_(source), at_(at) {}

    [[nodiscard]] TailReport run()
    {
        for (auto no = at_.segment_no; no <= source_.last_segment && go_on(); ++no)
            scan_segment(no, no == at_.segment_no ? at_.page_index : 0);
        if (report_.verdict == TailVerdict::clean && !report_.dirty.empty())
            report_.verdict = TailVerdict::torn;
        return std::move(report_);
    }

private:
    [[nodiscard]] bool go_on() const noexcept { return report_.verdict == TailVerdict::clean; }

    void scan_segment(std::uint64_t segment_no, std::uint32_t page)
    {
        auto const opened = open_segment(source_.disk, source_.directory, segment_no, {});
        if (opened.has_error()) {
            report_ = {TailVerdict::io, opened.error().text, {}};
            return;
        }
        auto const& segment = value_of(opened);
        while (page < segment.pages && go_on()) {
            auto const bytes = std::min(kReadBytes, (segment.pages - page) * kPageBytes);
            auto const out = memory_.span().first(bytes);
            auto const got = segment.file->pread(out, page * kPageBytes);
            if (!got.is_complete(bytes)) {
                report_ = {TailVerdict::io,
                           segment.path + ": page " + std::to_string(page) +
                               ": read failed: " + describe(got, bytes),
                           {}};
                return;
            }
            for (std::size_t at = 0; at < bytes && go_on(); at += kPageBytes, ++page)
                look_at(ByteView(out).subspan(at, kPageBytes), segment_no, page);
        }
    }

    void look_at(ByteView page, std::uint64_t segment_no, std::uint32_t page_index)
    {
        if (all_zero(page)) return;
        auto const is_bad_one = segment_no == at_.segment_no && page_index == at_.page_index;
        if (!is_bad_one && (is_intact_frame_header(page) || is_intact_segment_header(page))) {
            report_ = damaged(source_, at_,
                              "the chain of frames stops here, but " + segment_name(segment_no) +
                                  " page " + std::to_string(page_index) +
                                  " is intact: something between them was lost");
            return;
        }
        if (report_.dirty.size() == kFramePagesMax) {
            report_ = damaged(source_, at_, "more is written behind here than one frame can leave");
            return;
        }
        report_.dirty.push_back({segment_no, page_index});
    }

    ScanSource const& source_;
    ChainEnd const& at_;
    AlignedBuffer memory_{kReadBytes};
    TailReport report_;
};

// The pages where the next frame was expected, as many as one can have. Empty: `absent`.
Result<AlignedBuffer, OpenError> read_stop(ScanSource const& source, ChainEnd const& at)
{
    AlignedBuffer pages(kFrameBytesMax);
    if (at.segment_no > source.last_segment) return pages;
    auto const opened = open_segment(source.disk, source.directory, at.segment_no, {});
    if (opened.has_error()) return opened.error();
    auto const& segment = value_of(opened);
    auto const count = std::min<std::size_t>(kFramePagesMax, segment.pages - at.page_index);
    auto const out = pages.span().first(count * kPageBytes);
    auto const got = segment.file->pread(out, at.page_index * kPageBytes);
    if (!got.is_complete(out.size()))
        return OpenError{kExitIo, segment.path + ": page " + std::to_string(at.page_index) +
                                      ": read failed: " + describe(got, out.size())};
    return pages;
}

}  // namespace

TailReport classify_tail(ScanSource const& source, ChainEnd const& at, FrameFault fault)
{
    auto const pages = read_stop(source, at);
    if (pages.has_error()) return {TailVerdict::io, pages.error().text, {}};
    auto const& stop = value_of(pages);
    if (!can_be_torn({stop.data(), stop.size()}, fault)) return damaged(source, at, text_of(fault));
    auto report = RestScan(source, at).run();
    if (report.verdict == TailVerdict::damaged || report.verdict == TailVerdict::io) return report;
    if (source.witness->last_seq > at.last_seq)
        return damaged(source, at,
                       "the witness has seen sequence " + std::to_string(source.witness->last_seq) +
                           " on stable storage: acknowledged frames are missing");
    return report;
}

std::optional<OpenError> erase_torn_tail(Disk& disk, std::string const& directory,
                                         std::vector<DirtyPage> const& dirty)
{
    AlignedBuffer const zeros(kPageBytes);
    for (auto const& page : dirty) {
        auto const opened = open_segment(disk, directory, page.segment_no, {.write = true});
        if (opened.has_error()) return opened.error();
        auto const& segment = value_of(opened);
        auto const put =
            segment.file->pwrite({zeros.data(), kPageBytes}, page.page_index * kPageBytes);
        auto const error = put.is_complete(kPageBytes) ? segment.file->sync() : 0;
        if (!put.is_complete(kPageBytes) || error != 0)
            return OpenError{kExitIo,
                             segment.path + ": page " + std::to_string(page.page_index) +
                                 ": cannot erase the torn frame: " +
                                 (error != 0 ? describe_errno(error) : describe(put, kPageBytes))};
    }
    return {};
}

}  // namespace turnout::journal
