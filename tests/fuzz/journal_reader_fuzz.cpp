// Feeds arbitrary pages to everything that reads the journal's files: segment headers, frame
// headers, bodies, records, CONTROL and witness slots. Nothing may crash, read outside its input,
// or accept what was not sealed by us. Checksums are repaired for half of the inputs, else no input
// would ever reach the checks behind them.
#include "protocol/core/check.hpp"
#include "protocol/core/crc32c.hpp"
#include "switch/journal/frame_reader.hpp"
#include "switch/journal/record_run.hpp"
#include "switch/journal/slot_file.hpp"
#include "switch/journal/value_of.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include <stdlib.h>

namespace turnout::journal {
namespace {

constexpr std::uint32_t kSegmentPages = 256;

std::unique_ptr<security::KeyStore> make_keys()
{
    auto pattern = (std::filesystem::temp_directory_path() / "turnout-fuzz-XXXXXX").string();
    TURNOUT_CHECK(::mkdtemp(pattern.data()) != nullptr, "fuzz.directory");
    auto const kek = pattern + "/kek";
    TURNOUT_CHECK(!security::KeyStore::create_kek(kek), "fuzz.kek");
    auto opened = security::KeyStore::open(pattern, kek, true);
    std::filesystem::remove_all(pattern);
    return std::move(value_of(opened));
}

void repair_checksums(std::vector<std::byte>& frame)
{
    auto header = load<FrameHeader>(frame.data());
    header.magic = kFrameMagic;
    auto const body_bytes =
        std::min<std::size_t>(header.body_bytes, frame.size() - kFrameHeaderBytes);
    header.body_crc32c = crc32c(ByteView(frame).subspan(kFrameHeaderBytes, body_bytes));
    store(frame.data(), header);
    header.header_crc32c = crc32c(ByteView(frame).first(offsetof(FrameHeader, header_crc32c)));
    store(frame.data(), header);
}

// The chain that this very frame would continue, so that the later checks are reached too.
ChainEnd chain_before(FrameHeader const& header)
{
    ChainEnd at;
    at.segment_no = header.segment_no;
    at.page_index = header.page_index;
    at.last_seq = header.first_seq - 1;
    at.prev_tag = header.prev_tag;
    return at;
}

void read_frame(FrameReader& reader, std::vector<std::byte> frame, bool repaired)
{
    if (repaired) repair_checksums(frame);
    auto const at = chain_before(load<FrameHeader>(frame.data()));
    FrameHeader header{};
    if (reader.check_header(frame, at, kSegmentPages, header) != FrameFault::none) return;
    auto const bytes = header.pages * kPageBytes;
    TURNOUT_CHECK(header.body_bytes + kFrameHeaderBytes <= bytes, "fuzz.sizes");
    frame.resize(bytes);
    auto const fault = reader.open_body(header, frame);
    TURNOUT_CHECK(fault != FrameFault::none, "fuzz: a frame that we never sealed was accepted");
}

void read_records(ByteView body)
{
    FrameHeader header{};
    if (body.size() >= sizeof(record::Header)) {
        header.first_seq = load<record::Header>(body.data()).seq;
        header.last_seq = header.first_seq;
    }
    header.record_count = 1;
    std::size_t visited = 0;
    auto const fault = visit_records(body, header, 0, [&](ByteView record) -> char const* {
        visited += record.size();
        return nullptr;
    });
    TURNOUT_CHECK(visited <= body.size() && (fault || visited == body.size()), "fuzz.visited");
}

template <class Page>
void read_slot(std::vector<std::byte> const& bytes, security::PageMac& mac)
{
    auto page = load<Page>(bytes.data());
    TURNOUT_CHECK(state_of(page, mac) != PageState::valid, "fuzz.accepted");
    seal(page, mac);
    TURNOUT_CHECK(state_of(page, mac) == PageState::valid, "fuzz.seal");
    page.crc32c ^= 1;
    TURNOUT_CHECK(state_of(page, mac) == PageState::unreadable, "fuzz.crc");
}

void read_segment_header(std::vector<std::byte> const& bytes)
{
    auto page = load<SegmentHeader>(bytes.data());
    [[maybe_unused]] auto const as_found = is_valid(page);
    seal(page);
    TURNOUT_CHECK(is_valid(page), "fuzz.seal");
    page.crc32c ^= 1;
    TURNOUT_CHECK(!is_valid(page), "fuzz.crc");
}

}  // namespace
}  // namespace turnout::journal

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace turnout;
    using namespace turnout::journal;
    static auto const keys = make_keys();
    static FrameReader reader(1, *keys);
    if (size > kFrameBytesMax) return 0;
    auto const* const bytes = reinterpret_cast<std::byte const*>(data);
    read_records({bytes, size});
    std::vector<std::byte> pages((size + kPageBytes) / kPageBytes * kPageBytes);
    std::copy_n(bytes, size, pages.begin());
    read_frame(reader, pages, false);
    read_frame(reader, pages, true);
    [[maybe_unused]] auto const fault =
        reader.check_segment(ByteView(pages).first(kPageBytes), ChainEnd{}, kSegmentPages);
    static auto const mac = keys->make_page_mac();
    read_segment_header(pages);
    read_slot<Control>(pages, *mac);
    read_slot<Witness>(pages, *mac);
    return 0;
}
