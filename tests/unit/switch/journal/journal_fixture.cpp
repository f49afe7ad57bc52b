#include "tests/unit/switch/journal/journal_fixture.hpp"

#include "switch/journal/record_run.hpp"
#include "switch/journal/segments.hpp"
#include "switch/journal/value_of.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace turnout::journal::test {

TemporaryDirectory::TemporaryDirectory()
{
    auto pattern = (std::filesystem::temp_directory_path() / "turnout-journal-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

static std::unique_ptr<security::KeyStore> make_keys()
{
    TemporaryDirectory const directory;
    if (security::KeyStore::create_kek(directory.path("kek"))) return nullptr;
    auto keys = security::KeyStore::open(directory.path(), directory.path("kek"), true);
    return std::move(value_of(keys));
}

security::KeyStore const& test_keys()
{
    static auto const keys = make_keys();
    return *keys;
}

security::KeyStore const& other_keys()
{
    static auto const keys = make_keys();
    return *keys;
}

Bytes make_record(Sequence seq, std::size_t bytes, record::Type type, std::uint16_t flags)
{
    Bytes out(bytes);
    for (std::size_t i = sizeof(record::Header); i < bytes; ++i)
        out[i] = static_cast<std::byte>((seq * 131 + i * 7) & 0xFF);
    record::Header header{.record_bytes = static_cast<std::uint32_t>(bytes),
                          .type = static_cast<std::uint16_t>(type),
                          .flags = flags,
                          .seq = seq,
                          .ts_ns = 1'000'000 + seq * 10,
                          .crc32c = 0,
                          .origin = 0};
    store(out.data(), header);
    header.crc32c = record_crc32c(out);
    store(out.data(), header);
    return out;
}

Bytes make_records(Sequence first, std::size_t count, std::size_t bytes)
{
    Bytes out;
    for (std::size_t i = 0; i < count; ++i) {
        auto const one = make_record(first + i, bytes);
        out.insert(out.end(), one.begin(), one.end());
    }
    return out;
}

JournalConfig small_config()
{
    return {.directory = kDirectory,
            .group = 1,
            .node = 1,
            .segment_bytes = kSmallSegment,
            .sync = SyncMethod::fdatasync,
            .segments_ahead = 1,
            .allow_buffered = true};
}

std::string path_of(std::string const& name)
{
    return std::string(kDirectory) + "/" + name;
}
std::string segment_path(std::uint64_t number)
{
    return path_of(segment_name(number));
}

TestJournal::TestJournal(std::shared_ptr<Disk> disk, JournalConfig const& config,
                         security::KeyStore const& keys, bool start)
{
    auto opened = open_journal(
        config, keys,
        [this](ByteView record) -> char const* {
            replayed.emplace_back(record.begin(), record.end());
            return nullptr;
        },
        {.disk = std::move(disk), .clock = clock_, .fatal = [this](std::string const& text) {
             fatal_text = text;
             failed_.store(true);
             sleeper_.signal();
         }});
    if (opened.has_error()) {
        error = opened.error();
        return;
    }
    journal_ = std::move(value_of(opened));
    last_seq_ = journal_->recovered().last_seq;
    Sleeper* const wake[] = {&sleeper_};
    if (start) journal_->start(wake);
}

TestJournal::~TestJournal()
{
    journal_.reset();
}

bool TestJournal::write(std::size_t count, std::size_t bytes)
{
    auto const records = make_records(last_seq_ + 1, count, bytes);
    EXPECT_TRUE(journal_->append(records, last_seq_ + count));
    last_seq_ += count;
    return await(last_seq_);
}

bool TestJournal::await(Sequence seq)
{
    for (;;) {
        sleeper_.announce();
        if (journal_->durable_seq().load(std::memory_order_acquire) >= seq) break;
        if (failed_.load()) return false;
        sleeper_.block();
    }
    sleeper_.stay_awake();
    return true;
}

bool is_expected_content(std::vector<Bytes> const& records)
{
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto const header = load<record::Header>(records[i].data());
        auto const type = static_cast<record::Type>(header.type);
        if (records[i] != make_record(i + 1, records[i].size(), type, header.flags)) return false;
    }
    return true;
}

}  // namespace turnout::journal::test
