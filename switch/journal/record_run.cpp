#include "switch/journal/record_run.hpp"

#include "protocol/core/check.hpp"
#include "protocol/core/crc32c.hpp"

namespace turnout::journal {

static std::uint16_t frame_flag_of(std::uint16_t record_type) noexcept
{
    if (record_type == static_cast<std::uint16_t>(record::Type::epoch_start)) return epoch_start;
    if (record_type == static_cast<std::uint16_t>(record::Type::recovery)) return recovery;
    return 0;
}

static constexpr bool is_record_size(std::size_t bytes) noexcept
{
    return bytes >= sizeof(record::Header) && bytes <= limits::record_bytes_max && bytes % 8 == 0;
}

RecordRun cut_records(ByteView staged, Sequence after_seq, std::uint64_t after_ts_ns) noexcept
{
    RecordRun whole;  // up to the last end of a group
    RecordRun run{.last_seq = after_seq, .last_ts_ns = after_ts_ns};
    while (staged.size() - run.bytes >= sizeof(record::Header)) {
        auto const header = load<record::Header>(staged.data() + run.bytes);
        TURNOUT_CHECK(is_record_size(header.record_bytes), "journal.record.size");
        if (header.record_bytes > staged.size() - run.bytes) break;
        TURNOUT_CHECK(header.seq == run.last_seq + 1, "journal.record.sequence");
        TURNOUT_CHECK(header.ts_ns > run.last_ts_ns, "journal.record.time");
        run.bytes += header.record_bytes;
        run.records += 1;
        run.last_seq = header.seq;
        run.last_ts_ns = header.ts_ns;
        run.frame_flags = static_cast<std::uint16_t>(run.frame_flags | frame_flag_of(header.type));
        if ((header.flags & record::linked_next) == 0) whole = run;
    }
    return whole;
}

std::uint32_t record_crc32c(ByteView record) noexcept
{
    constexpr auto kAt = offsetof(record::Header, crc32c);
    constexpr std::byte kZero[sizeof(record::Header::crc32c)]{};
    auto const head = crc32c(record.first(kAt));
    return crc32c(record.subspan(kAt + sizeof kZero), crc32c(kZero, head));
}

// The text is the fault of this record, nullptr when there is none.
static char const* check_record(ByteView rest, Sequence seq, std::uint64_t after_ts_ns) noexcept
{
    if (rest.size() < sizeof(record::Header)) return "is cut short";
    auto const header = load<record::Header>(rest.data());
    if (!is_record_size(header.record_bytes) || header.record_bytes > rest.size())
        return "has an impossible length";
    if (header.seq != seq) return "is not the next in sequence";
    if (header.ts_ns <= after_ts_ns) return "is older than the record before it";
    if (header.crc32c != record_crc32c(rest.first(header.record_bytes)))
        return "has a wrong checksum";
    return nullptr;
}

std::optional<RecordFault> visit_records(ByteView body, FrameHeader const& frame,
                                         std::uint64_t after_ts_ns, Replay const& visit)
{
    auto seq = frame.first_seq;
    std::uint32_t flags = 0;
    while (!body.empty()) {
        if (auto const* const what = check_record(body, seq, after_ts_ns))
            return RecordFault{seq, what, false};
        auto const header = load<record::Header>(body.data());
        if (visit)
            if (auto const* const what = visit(body.first(header.record_bytes)))
                return RecordFault{seq, what, true};
        body = body.subspan(header.record_bytes);
        after_ts_ns = header.ts_ns;
        flags = header.flags;
        ++seq;
    }
    if (seq != frame.last_seq + 1 || seq - frame.first_seq != frame.record_count)
        return RecordFault{seq, "is missing: its frame announces another number", false};
    if (after_ts_ns != frame.ts_ns)
        return RecordFault{frame.last_seq, "has not the time that its frame announces", false};
    if ((flags & record::linked_next) != 0)
        return RecordFault{frame.last_seq, "is linked to a record outside its frame", false};
    return {};
}

}  // namespace turnout::journal
