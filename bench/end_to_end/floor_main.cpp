// bench_floor: the bare durable server that the product is measured against. Same framing, same
// bytes per message on disk, same write and sync, an answer of the same size; no parsing and no
// decision. Prints what it served and the CPU time it took as one JSON line when told to stop.
#include "bench/end_to_end/canned_answer.hpp"
#include "bench/end_to_end/floor_journal.hpp"
#include "bench/end_to_end/floor_server.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <system_error>

#include <getopt.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using namespace turnout::bench;

constexpr char const* kUsage =
    "usage: bench_floor --file PATH [options]\n"
    "  --file PATH          journal file, on the disk that the product would use\n"
    "  --file-mib N         its size, zero-filled before serving (1024)\n"
    "  --record-bytes N     bytes journaled per message (320)\n"
    "  --sync METHOD        fdatasync or dsync (fdatasync)\n"
    "  --no-journal         plain echo: answers leave at once\n"
    "  --dialect NAME       87binary or 87ascii (87binary)\n"
    "  --port N             on 127.0.0.1, 0 for any (0)\n"
    "  --ready-file PATH    written when it listens: {\"pid\",\"listeners\":[...]}\n";

struct Options {
    FloorJournalConfig journal{.file = {}, .file_bytes = 1024U << 20U, .record_bytes = 320};
    bool use_journal = true;
    std::string dialect = "87binary";
    std::uint16_t port = 0;
    std::string ready_file;
};

enum Option : int {
    kFile = 256,
    kFileMib,
    kRecordBytes,
    kSync,
    kNoJournal,
    kDialect,
    kPort,
    kReady
};

constexpr option kLongOptions[] = {{"file", required_argument, nullptr, kFile},
                                   {"file-mib", required_argument, nullptr, kFileMib},
                                   {"record-bytes", required_argument, nullptr, kRecordBytes},
                                   {"sync", required_argument, nullptr, kSync},
                                   {"no-journal", no_argument, nullptr, kNoJournal},
                                   {"dialect", required_argument, nullptr, kDialect},
                                   {"port", required_argument, nullptr, kPort},
                                   {"ready-file", required_argument, nullptr, kReady},
                                   {nullptr, 0, nullptr, 0}};

[[noreturn]] void usage()
{
    std::fputs(kUsage, stderr);
    std::exit(2);
}

void set_option(Options& options, int which, char const* value)
{
    switch (which) {
        case kFile:
            options.journal.file = value;
            break;
        case kFileMib:
            options.journal.file_bytes = std::stoul(value) << 20U;
            break;
        case kRecordBytes:
            options.journal.record_bytes = std::stoul(value);
            break;
        case kSync:
            options.journal.dsync = std::string(value) == "dsync";
            break;
        case kNoJournal:
            options.use_journal = false;
            break;
        case kDialect:
            options.dialect = value;
            break;
        case kPort:
            options.port = static_cast<std::uint16_t>(std::stoul(value));
            break;
        case kReady:
            options.ready_file = value;
            break;
        default:
            usage();
    }
}

Options parse(int argc, char** argv)
{
    Options options;
    for (int which = 0; (which = getopt_long(argc, argv, "", kLongOptions, nullptr)) != -1;)
        set_option(options, which, optarg);
    auto const& journal = options.journal;
    bool const records_fit = journal.record_bytes > 0 && journal.record_bytes <= 4096;
    bool const file_fits = journal.file_bytes >= kFrameBytesMax + 2 * kPageBytes;
    if (optind != argc || !records_fit || !file_fits) usage();
    if (options.use_journal && journal.file.empty()) usage();
    return options;
}

// Temporary file and rename, so that a reader never sees half of it.
void write_ready_file(std::string const& path, std::uint16_t port)
{
    auto const temporary = path + ".new";
    std::FILE* const file = std::fopen(temporary.c_str(), "w");
    if (file == nullptr) throw std::system_error(errno, std::generic_category(), temporary);
    std::fprintf(file,
                 "{\"pid\":%d,\"listeners\":[{\"name\":\"floor\",\"address\":\"127.0.0.1\","
                 "\"port\":%u,\"framing\":\"binary2\"}]}\n",
                 ::getpid(), static_cast<unsigned>(port));
    std::fclose(file);
    if (std::rename(temporary.c_str(), path.c_str()) != 0)
        throw std::system_error(errno, std::generic_category(), path);
}

int block_signals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

double used_us(timeval const& time)
{
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

void report(FloorServer const& server, std::uint64_t frames, rusage const& start)
{
    rusage now{};
    ::getrusage(RUSAGE_SELF, &now);
    auto const user = used_us(now.ru_utime) - used_us(start.ru_utime);
    auto const system = used_us(now.ru_stime) - used_us(start.ru_stime);
    auto const messages = static_cast<double>(server.messages());
    std::printf(
        "{\"messages\":%.0f,\"unknown\":%llu,\"frames\":%llu,\"cpu_user_us\":%.0f,"
        "\"cpu_system_us\":%.0f,\"cpu_us_per_message\":%.4f}\n",
        messages, static_cast<unsigned long long>(server.unknown()),
        static_cast<unsigned long long>(frames), user, system,
        messages > 0 ? (user + system) / messages : 0.0);
}

int serve(Options const& options)
{
    int const stop_fd = block_signals();
    int const wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_fd < 0 || wake_fd < 0)
        throw std::system_error(errno, std::generic_category(), "signalfd or eventfd");
    CannedAnswers const answers(options.dialect);
    std::unique_ptr<FloorJournal> journal;
    if (options.use_journal) journal = std::make_unique<FloorJournal>(options.journal, wake_fd);
    FloorServer server(answers, journal.get(), options.port, wake_fd, stop_fd);
    if (!options.ready_file.empty()) write_ready_file(options.ready_file, server.port());
    std::fprintf(stderr, "bench_floor: ready on 127.0.0.1:%u\n", unsigned{server.port()});
    rusage start{};
    ::getrusage(RUSAGE_SELF, &start);
    server.run();
    report(server, journal ? journal->frames() : 0, start);
    return server.unknown() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        return serve(parse(argc, argv));
    } catch (std::exception const& error) {
        std::fprintf(stderr, "bench_floor: %s\n", error.what());
        return 70;
    }
}
