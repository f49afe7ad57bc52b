// What it costs to decode the bench 0100 and to build its 0110, next to the floor: copying the
// same fields from known offsets, without looking at them. The same for one message of each class
// of the corpus, which is built from the text of all its fields. One iteration is one message.
#include "bench/micro/protocol/corpus_message.hpp"
#include "protocol/core/crc32c.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/digits.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace turnout::iso8583 {
namespace {

[[noreturn]] void stop(char const* reason)
{
    std::fprintf(stderr, "codec_bench: %s\n", reason);
    std::exit(1);
}

std::vector<std::byte> read_vector(char const* file)
{
    std::ifstream in{std::string{TURNOUT_GOLDEN_DIR "/"} + file};
    std::string hex;
    in >> hex;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        auto const high = wire::hex_digit_of(hex[i]);
        auto const low = wire::hex_digit_of(hex[i + 1]);
        bytes.push_back(static_cast<std::byte>(high << 4U | low));
    }
    if (bytes.empty()) stop("golden vector missing");
    return bytes;
}

struct Subject {
    Dialect const& dialect;
    std::vector<std::byte> request;
    std::size_t answer_bytes;
};

Subject bcd()
{
    return {dialect_1987_binary(), read_vector("bench-0100-bcd.hex"), 87};
}
// The bench 0100 as the ASCII one says it, in EBCDIC.
Subject ebcdic()
{
    auto const text = read_vector("bench-0100-ascii.hex");
    MessageView view;
    if (!view.decode(dialect_1987_ascii(), text).ok()) stop("request does not decode");
    std::vector<std::byte> out(1024);
    MessageBuilder builder{dialect_1987_ebcdic(), out, view.mti()};
    std::array<char, 1024> value{};
    for (unsigned de = 2; de <= 64; ++de) {
        if (!view.has(de)) continue;
        auto const size = view.text(de, value);
        if (!size.has_value()) stop("a field has no text");
        builder.text(de, {value.data(), *size});
    }
    auto const built = builder.finish();
    if (!built.has_value()) stop("request has no form in EBCDIC");
    out.resize(*built);
    return {dialect_1987_ebcdic(), out, 120};
}
Subject ascii()
{
    return {dialect_1987_ascii(), read_vector("bench-0100-ascii.hex"), 128};
}

void decode(benchmark::State& state, Subject const& subject)
{
    MessageView view;
    if (!view.decode(subject.dialect, subject.request).ok()) stop("request does not decode");
    for (auto _ : state) {
        auto const failed = view.decode(subject.dialect, subject.request);
        benchmark::DoNotOptimize(failed);
        benchmark::DoNotOptimize(view);
        benchmark::ClobberMemory();
    }
}

std::size_t build_answer(MessageView const& request, ByteSpan out) noexcept
{
    MessageBuilder builder{request.dialect(), out, request.mti().answer()};
    static constexpr FieldSet kFront{2, 3, 4, 7, 11, 12, 13, 37};
    static constexpr FieldSet kBack{41, 42, 49};
    builder.copy(request, kFront);
    builder.text(38, "123456");
    builder.text(39, "00");
    builder.copy(request, kBack);
    auto const done = builder.finish();
    return done.has_value() ? *done : 0;
}

void build(benchmark::State& state, Subject const& subject)
{
    MessageView view;
    if (!view.decode(subject.dialect, subject.request).ok()) stop("request does not decode");
    std::array<std::byte, 256> out{};
    if (build_answer(view, out) != subject.answer_bytes) stop("answer has the wrong length");
    for (auto _ : state) {
        benchmark::DoNotOptimize(build_answer(view, out));
        benchmark::DoNotOptimize(out);
        benchmark::ClobberMemory();
    }
}

// Where the fields of the two bench messages lie, known when this is compiled.
struct Piece {
    std::size_t from;
    std::size_t bytes;
};
constexpr std::array<Piece, 19> kBcdPieces{{{10, 9},
                                            {19, 3},
                                            {22, 6},
                                            {28, 5},
                                            {33, 3},
                                            {36, 3},
                                            {39, 2},
                                            {41, 2},
                                            {43, 2},
                                            {45, 2},
                                            {47, 1},
                                            {48, 18},
                                            {66, 12},
                                            {78, 8},
                                            {86, 15},
                                            {101, 40},
                                            {141, 3},
                                            {144, 8},
                                            {152, 102}}};
constexpr std::array<Piece, 19> kAsciiPieces{{{20, 18},
                                              {38, 6},
                                              {44, 12},
                                              {56, 10},
                                              {66, 6},
                                              {72, 6},
                                              {78, 4},
                                              {82, 4},
                                              {86, 4},
                                              {90, 3},
                                              {93, 2},
                                              {95, 36},
                                              {131, 12},
                                              {143, 8},
                                              {151, 15},
                                              {166, 40},
                                              {206, 3},
                                              {209, 16},
                                              {225, 203}}};

template <auto const& kPieces, std::size_t... kIndex>
inline void copy_pieces(std::byte* to, std::byte const* from,
                        std::index_sequence<kIndex...>) noexcept
{
    ((std::memcpy(to + kPieces[kIndex].from, from + kPieces[kIndex].from, kPieces[kIndex].bytes)),
     ...);
}

template <auto const& kPieces>
void copy_floor(benchmark::State& state, Subject const& subject)
{
    MessageView view;
    if (!view.decode(subject.dialect, subject.request).ok()) stop("request does not decode");
    std::size_t index = 0;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        auto const from = static_cast<std::size_t>(view.wire(de).data() - subject.request.data());
        if (from != kPieces[index].from || view.wire(de).size() != kPieces[index].bytes)
            stop("the floor does not copy the message's fields");
        ++index;
    }
    if (index != kPieces.size()) stop("the floor does not copy all fields");
    std::array<std::byte, 512> out{};
    for (auto _ : state) {
        copy_pieces<kPieces>(out.data(), subject.request.data(),
                             std::make_index_sequence<kPieces.size()>{});
        benchmark::DoNotOptimize(out);
        benchmark::ClobberMemory();
    }
}

struct FieldText {
    unsigned de;
    std::string text;
};

std::size_t build_whole(MessageView const& view, std::vector<FieldText> const& fields,
                        ByteSpan out) noexcept
{
    MessageBuilder builder{view.dialect(), out, view.mti(), view.bitmaps(), view.header()};
    for (auto const& [de, text] : fields)
        builder.text(de, text);
    auto const done = builder.finish();
    return done.has_value() ? *done : 0;
}

void corpus_decode(benchmark::State& state, bench::CorpusMessage const* message)
{
    decode(state, {message->dialect.dialect(), message->bytes, 0});
}

void corpus_build(benchmark::State& state, bench::CorpusMessage const* message)
{
    MessageView view;
    if (!view.decode(message->dialect.dialect(), message->bytes).ok()) stop("does not decode");
    std::vector<FieldText> fields;
    std::array<char, 4096> text{};
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        auto const size = view.text(de, text);
        if (!size.has_value()) stop("a field has no text");
        fields.push_back({de, {text.data(), *size}});
    }
    std::vector<std::byte> out(message->bytes.size());
    if (build_whole(view, fields, out) != out.size() || out != message->bytes)
        stop("a message of the corpus is not built to its bytes");
    for (auto _ : state) {
        benchmark::DoNotOptimize(build_whole(view, fields, out));
        benchmark::ClobberMemory();
    }
}

// As many copies as there are fields; where they lie is known before.
void corpus_floor(benchmark::State& state, bench::CorpusMessage const* message)
{
    MessageView view;
    if (!view.decode(message->dialect.dialect(), message->bytes).ok()) stop("does not decode");
    std::vector<Piece> pieces;
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        if (view.has(de))
            pieces.push_back(
                {static_cast<std::size_t>(view.wire(de).data() - message->bytes.data()),
                 view.wire(de).size()});
    std::vector<std::byte> out(message->bytes.size());
    for (auto _ : state) {
        for (auto const& [from, bytes] : pieces)
            std::memcpy(out.data() + from, message->bytes.data() + from, bytes);
        benchmark::ClobberMemory();
    }
}

// 0: as long as the framework likes. Else so many, for counting instructions.
std::int64_t iterations = 0;

// Takes "--iterations=N" out of the arguments.
void take_iterations(int& argc, char** argv)
{
    constexpr std::string_view kFlag = "--iterations=";
    for (int at = 1; at < argc; ++at) {
        std::string_view const argument = argv[at];
        if (!argument.starts_with(kFlag)) continue;
        iterations = std::strtoll(argv[at] + kFlag.size(), nullptr, 10);
        std::rotate(argv + at, argv + at + 1, argv + argc);
        --argc;
        return;
    }
}

template <class... Arguments>
void add_benchmark(char const* name, Arguments&&... arguments)
{
    auto* const added = benchmark::RegisterBenchmark(name, std::forward<Arguments>(arguments)...);
    if (iterations > 0) added->Iterations(iterations);
}

void register_corpus(std::vector<bench::CorpusMessage> const& messages)
{
    if (messages.empty()) stop("the corpus is missing or not understood");
    for (auto const& message : messages) {
        auto const add = [&message](char const* what, auto* run) {
            add_benchmark((what + message.name).c_str(), run, &message);
        };
        add("codec.decode.", corpus_decode);
        add("codec.build.", corpus_build);
        add("codec.copy_floor.", corpus_floor);
    }
}

void checksum(benchmark::State& state, std::size_t bytes)
{
    std::vector<std::byte> const data(bytes, std::byte{0x5a});
    for (auto _ : state)
        benchmark::DoNotOptimize(crc32c(data));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

}  // namespace
}  // namespace turnout::iso8583

int main(int argc, char** argv)
{
    using namespace turnout::iso8583;
    take_iterations(argc, argv);
    auto const binary = bcd();
    auto const text = ascii();
    auto const mainframe = ebcdic();
    auto const corpus = turnout::bench::corpus_messages(TURNOUT_CORPUS_FILE);
    add_benchmark("codec.decode.bcd", decode, binary);
    add_benchmark("codec.decode.ascii", decode, text);
    add_benchmark("codec.decode.ebcdic", decode, mainframe);
    add_benchmark("codec.build.bcd", build, binary);
    add_benchmark("codec.build.ascii", build, text);
    add_benchmark("codec.build.ebcdic", build, mainframe);
    add_benchmark("codec.copy_floor.bcd", copy_floor<kBcdPieces>, binary);
    add_benchmark("codec.copy_floor.ascii", copy_floor<kAsciiPieces>, text);
    register_corpus(corpus);
    add_benchmark("codec.crc32c.record", checksum, std::size_t{320});
    add_benchmark("codec.crc32c.frame", checksum, std::size_t{65536});
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
