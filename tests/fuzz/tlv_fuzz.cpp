// Any bytes as BER-TLV and as datasets: reading stays inside, what was read is written again byte
// for byte, and a walk over all levels agrees with a naive recursive reading.
#include "protocol/core/check.hpp"
#include "protocol/wire/dataset.hpp"
#include "protocol/wire/tlv.hpp"

#include <algorithm>
#include <vector>

namespace turnout::wire {
namespace {

using Bytes = std::vector<std::byte>;

bool same(ByteView a, ByteView b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// The elements of all levels, counted by recursion; false at the first error.
bool count(ByteView bytes, TlvPadding padding, unsigned depth, std::size_t& elements)
{
    if (depth == kTlvDepthMax) return false;
    TlvReader reader(bytes, padding);
    for (Tlv tlv; reader.next(tlv);) {
        ++elements;
        TURNOUT_CHECK(is_tlv_tag(tlv.tag) || tlv.tag == 0xff, "fuzz.tag");
        TURNOUT_CHECK(same(bytes.subspan(tlv.offset_bytes, tlv.head.size()), tlv.head),
                      "fuzz.offset");
        if (tlv.constructed() && !count(tlv.value, padding, depth + 1, elements)) return false;
    }
    return reader.error().ok();
}

void read_elements(ByteView bytes, TlvPadding padding)
{
    Bytes out(bytes.size());
    TlvWriter writer(out);
    Bytes again(bytes.size());
    TlvWriter canonical(again);  // lengths in the shortest form: never longer than what was read
    TlvReader reader(bytes, padding);
    for (Tlv tlv; reader.next(tlv);) {
        writer.copy(tlv.wire());
        canonical.put(tlv.tag, tlv.value);
    }
    writer.copy(reader.trailing());
    TURNOUT_CHECK(writer.finish() == TlvErrc::ok, "fuzz.room");
    TURNOUT_CHECK(canonical.finish() == TlvErrc::ok, "fuzz.canonical_room");
    TURNOUT_CHECK(same(out, bytes), "fuzz.same_bytes");
    if (!reader.error().ok())
        TURNOUT_CHECK(reader.error().offset_bytes <= bytes.size(), "fuzz.error_offset");

    std::size_t walked = 0;
    auto const error = walk_tlv(
        bytes,
        [&](Tlv const& tlv, unsigned depth) {
            ++walked;
            TURNOUT_CHECK(depth < kTlvDepthMax, "fuzz.depth");
            TURNOUT_CHECK(bytes.data() + tlv.offset_bytes == tlv.head.data(), "fuzz.place");
        },
        padding);
    std::size_t counted = 0;
    TURNOUT_CHECK(count(bytes, padding, 0, counted) == error.ok(), "fuzz.same_verdict");
    TURNOUT_CHECK(walked == counted, "fuzz.same_elements");
}

void read_datasets(ByteView bytes)
{
    Bytes out;
    DatasetReader reader(bytes);
    for (Dataset dataset; reader.next(dataset);) {
        Bytes wire(dataset.wire.size());
        std::size_t written = 0;
        TURNOUT_CHECK(write_dataset(wire, dataset.id, dataset.content, written) == DatasetErrc::ok,
                      "fuzz.dataset_room");
        out.insert(out.end(), wire.begin(), wire.end());
        DatasetBitmap bitmap;
        if (read_dataset_bitmap(dataset.content, bitmap) != DatasetErrc::ok) continue;
        TURNOUT_CHECK(bitmap.size_bytes <= dataset.content.size(), "fuzz.bitmap_size");
        std::byte shortest[16];
        auto const used = write_dataset_bitmap(shortest, bitmap.present, bitmap.tlv_follows);
        TURNOUT_CHECK(used >= 2 && used <= bitmap.size_bytes, "fuzz.bitmap_shortest");
    }
    TURNOUT_CHECK(same(out, bytes.first(out.size())), "fuzz.dataset_bytes");
    TURNOUT_CHECK(!reader.error().ok() || out.size() == bytes.size(), "fuzz.dataset_end");
}

void run(ByteView input)
{
    Bytes const exact(input.begin(), input.end());
    read_elements(exact, TlvPadding::zero_and_ff);
    read_elements(exact, TlvPadding::zero);
    read_datasets(exact);
}

}  // namespace
}  // namespace turnout::wire

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::wire::run({reinterpret_cast<std::byte const*>(data), bytes});
    return 0;
}
