#include "switch/engine/apply.hpp"

#include "protocol/core/crc32c.hpp"

namespace turnout::engine {

namespace {

bool is_transfer(record::Type type) noexcept
{
    return type >= record::Type::post && type <= record::Type::decline;
}

// Reserved bytes are zero, so that a later version may give them a meaning.
bool is_clean(record::Context const& context) noexcept
{
    return context.zero1 == 0 && context.zero2 == 0 && context.zero3 == 0 && context.zero4 == 0;
}

ApplyErrc apply_transfer_record(Engine::State& state, RecordView const& record,
                                Hints const& hints) noexcept
{
    if (record.body.size() < sizeof(record::Context)) return ApplyErrc::bad_layout;
    auto const& context = *reinterpret_cast<record::Context const*>(record.body.data());
    auto const type = static_cast<record::Type>(record.header->type);
    auto const tail_bytes = type == record::Type::tombstone ? sizeof(TombstoneTail) : 0;
    auto const legs_bytes = context.legs * sizeof(record::Leg);
    if (!is_clean(context) || context.legs > limits::legs_per_record_max ||
        record.body.size() != sizeof context + legs_bytes + tail_bytes)
        return ApplyErrc::bad_layout;
    auto const* const legs =
        reinterpret_cast<record::Leg const*>(record.body.data() + sizeof context);
    return detail::apply_transfer(
        state,
        {*record.header, context, {legs, context.legs}, record.body.last(tail_bytes), hints});
}

}  // namespace

bool view_record(ByteView bytes, RecordView& view) noexcept
{
    if (bytes.size() < sizeof(record::Header) || bytes.size() % 8 != 0 ||
        bytes.size() > limits::record_bytes_max ||
        reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0)
        return false;
    auto const* const header = reinterpret_cast<record::Header const*>(bytes.data());
    if (header->record_bytes != bytes.size()) return false;
    constexpr std::uint32_t kNoCrc = 0;
    constexpr auto kCrcAt = offsetof(record::Header, crc32c);
    auto crc = crc32c(bytes.first(kCrcAt));
    crc = crc32c(std::as_bytes(std::span{&kNoCrc, 1}), crc);
    crc = crc32c(bytes.subspan(kCrcAt + sizeof kNoCrc), crc);
    if (crc != header->crc32c) return false;
    view = {header, bytes.subspan(sizeof(record::Header))};
    return true;
}

ApplyErrc apply_record(Engine::State& state, RecordView const& record, Hints const& hints) noexcept
{
    auto const& header = *record.header;
    if (header.seq != state.last_seq + 1 || header.ts_ns <= state.last_ts)
        return ApplyErrc::bad_sequence;
    // A checkpoint's digest is that of the state it found, so nothing may change before it.
    auto const type = static_cast<record::Type>(header.type);
    if (type != record::Type::checkpoint) state.transactions.roll(header.ts_ns);
    auto const result = is_transfer(type) ? apply_transfer_record(state, record, hints)
                                          : detail::apply_other(state, record);
    if (result != ApplyErrc::ok) return result;
    state.last_seq = header.seq;
    state.last_ts = header.ts_ns;
    return ApplyErrc::ok;
}

}  // namespace turnout::engine
