#include "switch/journal/scanner.hpp"

#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/handoff.hpp"
#include "switch/journal/segments.hpp"
#include "switch/journal/value_of.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

namespace turnout::journal {

namespace {

constexpr std::size_t kReadBytesMax = 2 * 1024 * 1024;
constexpr std::size_t kCarryBytes =
    kFrameBytesMax;                 // room before the data for a frame's first part
constexpr std::size_t kChunks = 6;  // two for each thread: one at work, one handed over

struct DecodedFrame {
    FrameHeader header;
    std::size_t body_at;
};

struct Chunk {
    explicit Chunk(std::size_t read_bytes) : memory(kCarryBytes + read_bytes)
    {
        frames.reserve(memory.size() / kPageBytes);
    }
    AlignedBuffer memory;
    std::uint64_t segment_no = 0;
    std::uint32_t segment_pages = 0;
    std::uint32_t first_page = 0;  // of the data at kCarryBytes
    std::size_t bytes = 0;         // of that data
    std::string io_error;
    std::vector<DecodedFrame> frames;
};

// The three stages and what they share. `free` feeds the reader, `raw` the decoder, `done` the
// caller, who puts chunks back into `free`.
class Pipeline {
public:
    Pipeline(ScanSource const& source, ChainEnd const& from, std::size_t read_bytes)
        : source_(source),
          decoded_(from),
          reader_(source.group, source.keys),
          read_bytes_(read_bytes)
    {
        for (std::size_t i = 0; i < kChunks; ++i)
            free_.put(std::make_unique<Chunk>(read_bytes));
    }

    [[nodiscard]] ScanStop run(ChainEnd& at, ScanTotals& totals, OnFrame const& on_frame,
                               Replay const& on_record);

private:
    using ChunkPtr = std::unique_ptr<Chunk>;

    void read_disk(ChainEnd from);
    [[nodiscard]] bool read_segment(std::uint64_t segment_no, std::uint32_t page);
    void decode();
    [[nodiscard]] bool decode_chunk(Chunk& chunk);
    [[nodiscard]] FrameFault check_witness(FrameHeader const& header) const noexcept;
    [[nodiscard]] bool visit(Chunk const& chunk, ScanTotals& totals, OnFrame const& on_frame,
                             Replay const& on_record);

    ScanSource const& source_;
    ChainEnd decoded_;       // decoder thread; the caller reads it after the join
    ScanStop decoded_stop_;  // likewise
    ScanStop visited_stop_;
    std::uint64_t visited_ts_ns_ = 0;
    FrameReader reader_;
    std::size_t read_bytes_;
    AlignedBuffer carry_{kCarryBytes};
    std::size_t carry_bytes_ = 0;
    Handoff<ChunkPtr> free_, raw_, done_;
};

void Pipeline::read_disk(ChainEnd from)
{
    for (auto no = from.segment_no; no <= source_.last_segment; ++no)
        if (!read_segment(no, no == from.segment_no ? from.page_index : 0)) break;
    raw_.close();
}

bool Pipeline::read_segment(std::uint64_t segment_no, std::uint32_t page)
{
    auto const segment = open_segment(source_.disk, source_.directory, segment_no, {});
    auto const pages = segment.has_value() ? value_of(segment).pages : page + 1;
    while (page < pages) {
        auto taken = free_.take();
        if (!taken) return false;
        auto& chunk = **taken;
        chunk.segment_no = segment_no;
        chunk.segment_pages = pages;
        chunk.first_page = page;
        chunk.bytes = std::min(read_bytes_, (pages - page) * kPageBytes);
        chunk.io_error = segment.has_error() ? segment.error().text : std::string();
        if (segment.has_value()) {
            auto const out = chunk.memory.span().subspan(kCarryBytes, chunk.bytes);
            auto const got = value_of(segment).file->pread(out, page * kPageBytes);
            if (!got.is_complete(out.size()))
                chunk.io_error = value_of(segment).path + ": page " + std::to_string(page) +
                                 ": read failed: " + describe(got, out.size());
        }
        page += static_cast<std::uint32_t>(chunk.bytes / kPageBytes);
        raw_.put(std::move(*taken));
    }
    return segment.has_value();
}

void Pipeline::decode()
{
    while (auto taken = raw_.take()) {
        auto const go_on = decode_chunk(**taken);
        done_.put(std::move(*taken));
        if (!go_on) {
            free_.abort();
            done_.close();
            return;
        }
    }
    // All segments are read: what comes next would be in one that does not exist.
    decoded_stop_.fault = FrameFault::absent;
    done_.close();
}

FrameFault Pipeline::check_witness(FrameHeader const& header) const noexcept
{
    auto const* const witness = source_.witness;
    if (witness == nullptr || witness->last_seq < header.first_seq ||
        witness->last_seq > header.last_seq)
        return FrameFault::none;
    auto const same = witness->last_seq == header.last_seq && witness->tag == header.tag;
    return same ? FrameFault::none : FrameFault::witness;
}

// False: the scan ends in this chunk, decoded_stop_ says why.
bool Pipeline::decode_chunk(Chunk& chunk)
{
    chunk.frames.clear();
    // After the end of a segment the rest of it is skipped.
    if (chunk.segment_no != decoded_.segment_no) return true;
    if (!chunk.io_error.empty()) {
        decoded_stop_ = {ScanStop::Kind::io, FrameFault::none, {}, chunk.io_error};
        return false;
    }
    auto at = kCarryBytes - carry_bytes_;
    auto const end = kCarryBytes + chunk.bytes;
    if (carry_bytes_ > 0) std::memcpy(chunk.memory.data() + at, carry_.data(), carry_bytes_);
    carry_bytes_ = 0;
    while (at < end) {
        auto const rest = chunk.memory.span().subspan(at, end - at);
        if (decoded_.page_index == 0) {
            decoded_stop_.fault = reader_.check_segment(rest, decoded_, chunk.segment_pages);
            if (decoded_stop_.fault != FrameFault::none) return false;
            decoded_.page_index = 1;
            at += kPageBytes;
            continue;
        }
        FrameHeader header;
        auto fault = reader_.check_header(rest, decoded_, chunk.segment_pages, header);
        auto const frame_bytes = fault == FrameFault::none ? header.pages * kPageBytes : 0;
        if (frame_bytes > rest.size()) {
            carry_bytes_ = rest.size();
            std::memcpy(carry_.data(), rest.data(), carry_bytes_);
            return true;
        }
        if (fault == FrameFault::none) fault = check_witness(header);
        if (fault == FrameFault::none) fault = reader_.open_body(header, rest.first(frame_bytes));
        decoded_stop_.fault = fault;
        if (fault != FrameFault::none) return false;
        chunk.frames.push_back({header, at + kFrameHeaderBytes});
        FrameReader::advance(decoded_, header);
        at += frame_bytes;
        if (decoded_.segment_no != chunk.segment_no) return true;
    }
    return true;
}

bool Pipeline::visit(Chunk const& chunk, ScanTotals& totals, OnFrame const& on_frame,
                     Replay const& on_record)
{
    for (auto const& frame : chunk.frames) {
        auto const& header = frame.header;
        if (on_frame)
            on_frame({.first_seq = header.first_seq,
                      .last_seq = header.last_seq,
                      .epoch = header.epoch,
                      .ts_ns = header.ts_ns,
                      .segment_no = header.segment_no,
                      .page_index = header.page_index,
                      .pages = header.pages,
                      .body_bytes = header.body_bytes,
                      .records = header.record_count,
                      .flags = header.flags});
        ByteView const body{chunk.memory.data() + frame.body_at, header.body_bytes};
        if (auto const fault = visit_records(body, header, visited_ts_ns_, on_record)) {
            visited_stop_ = {ScanStop::Kind::record, FrameFault::none, *fault,
                             source_.directory + "/" + segment_name(chunk.segment_no) + " page " +
                                 std::to_string(header.page_index)};
            return false;
        }
        visited_ts_ns_ = header.ts_ns;
        totals.frames += 1;
        totals.records += header.record_count;
        totals.body_bytes += header.body_bytes;
        totals.padding_bytes += header.pages * kPageBytes - kFrameHeaderBytes - header.body_bytes;
    }
    return true;
}

ScanStop Pipeline::run(ChainEnd& at, ScanTotals& totals, OnFrame const& on_frame,
                       Replay const& on_record)
{
    visited_ts_ns_ = at.ts_ns;
    std::thread reading([this, from = at] { read_disk(from); });
    std::thread decoding([this] { decode(); });
    auto good = true;
    while (auto taken = done_.take()) {
        good = good && visit(**taken, totals, on_frame, on_record);
        if (!good) {
            free_.abort();
            raw_.abort();
        }
        free_.put(std::move(*taken));
    }
    reading.join();
    decoding.join();
    if (!good) return visited_stop_;
    at = decoded_;
    return decoded_stop_;
}

}  // namespace

ScanStop scan(ScanSource const& source, ChainEnd& at, ScanTotals& totals, OnFrame const& on_frame,
              Replay const& on_record)
{
    if (at.segment_no > source.last_segment)
        return {ScanStop::Kind::end, FrameFault::absent, {}, {}};
    auto const first = open_segment(source.disk, source.directory, at.segment_no, {});
    if (first.has_error()) return {ScanStop::Kind::io, FrameFault::none, {}, first.error().text};
    // Small segments get small chunks, so that a small journal opens fast.
    auto const read_bytes = std::min(kReadBytesMax, value_of(first).pages * kPageBytes);
    Pipeline pipeline(source, at, read_bytes);
    return pipeline.run(at, totals, on_frame, on_record);
}

}  // namespace turnout::journal
