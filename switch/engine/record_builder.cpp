#include "switch/engine/record_builder.hpp"

#include "protocol/core/check.hpp"
#include "protocol/core/crc32c.hpp"

#include <new>

namespace turnout::engine {

namespace {

bool is_transfer(record::Type type) noexcept
{
    return type >= record::Type::post && type <= record::Type::decline;
}

}  // namespace

RecordBuilder::RecordBuilder(Engine::State& state, Outbox& out, record::Type type, UnixNanos ts,
                             std::uint32_t origin) noexcept
    : state_(state), out_(out), context_(nullptr), bytes_(sizeof(record::Header))
{
    auto* const at = out.records.data() + out.record_bytes;
    TURNOUT_CHECK(out.records.size() - out.record_bytes >= limits::record_bytes_max,
                  "the outbox has room for a record");
    TURNOUT_CHECK(reinterpret_cast<std::uintptr_t>(at) % 8 == 0, "the outbox is aligned");
    header_ = new (at) record::Header{};
    if (is_transfer(type)) {
        context_ = new (at + bytes_) record::Context{};
        bytes_ += sizeof(record::Context);
    }
    header_->type = static_cast<std::uint16_t>(type);
    header_->seq = state.last_seq + 1;
    header_->ts_ns = ts;
    header_->origin = origin;
}

RecordBuilder::Touched& RecordBuilder::touch(std::uint32_t account) noexcept
{
    for (std::size_t at = 0; at < touched_count_; ++at)
        if (touched_[at].account == account) return touched_[at];
    TURNOUT_CHECK(touched_count_ < touched_.size(), "a record touches few accounts");
    auto& touched = touched_[touched_count_++];
    touched.account = account;
    touched.fields = state_.ledger[account];
    return touched;
}

bool RecordBuilder::add_leg(std::uint32_t account, record::Effect effect, record::Role role,
                            std::int64_t amount) noexcept
{
    auto& fields = touch(account).fields;
    if (!ledger::add_to_sums(fields, effect, amount)) return false;
    ++fields.version;
    record::Leg leg{};
    leg.account_lo = fields.id_lo;
    leg.account_hi = fields.id_hi;
    leg.amount = amount;
    leg.after = ledger::balance_after(fields, effect);
    leg.version = fields.version;
    leg.currency = fields.currency;
    leg.effect = static_cast<std::uint8_t>(effect);
    leg.role = static_cast<std::uint8_t>(role);
    hints_.accounts[context_->legs++] = account;
    append(leg);
    return true;
}

void RecordBuilder::append(void const* bytes, std::size_t count) noexcept
{
    TURNOUT_DCHECK(bytes_ + count <= limits::record_bytes_max && count % 8 == 0,
                   "a record keeps to its limit and to 8-byte bounds");
    std::memcpy(out_.records.data() + out_.record_bytes + bytes_, bytes, count);
    bytes_ += count;
}

ApplyErrc RecordBuilder::try_commit() noexcept
{
    auto const bytes = out_.records.subspan(out_.record_bytes, bytes_);
    header_->record_bytes = static_cast<std::uint32_t>(bytes_);
    header_->crc32c = 0;
    header_->crc32c = crc32c(bytes);
    RecordView const view{header_, bytes.subspan(sizeof(record::Header))};
    auto const result = apply_record(state_, view, hints_);
    if (result != ApplyErrc::ok) return result;
    out_.record_bytes += bytes_;
    out_.last_seq = header_->seq;
    return ApplyErrc::ok;
}

Sequence RecordBuilder::commit() noexcept
{
    auto const result = try_commit();
    TURNOUT_CHECK(result == ApplyErrc::ok, "a record that was just decided applies");
    return header_->seq;
}

}  // namespace turnout::engine
