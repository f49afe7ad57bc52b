#include "tools/cli/message/diagnosis.hpp"

#include "protocol/core/money.hpp"
#include "protocol/core/secret.hpp"
#include "protocol/iso8583/describe.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/iso8583/pan_scan.hpp"
#include "tools/cli/message/capture.hpp"
#include "tools/cli/message/diagnosis_dialects.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

namespace turnout::cli::message {
namespace {

using iso8583::MessageView;

constexpr std::size_t kFirstLook = 8;     // messages in the first round
constexpr std::size_t kSecondRound = 24;  // candidates that see the whole sample
constexpr std::size_t kGuessesMax = 5;
constexpr double kSkipPenalty = 0.02;     // a header that nothing announces
constexpr double kBehindBitmap = 0.3;     // part of a message that a good bit map counts for
constexpr double kChangesPenalty = 0.01;  // a built-in dialect is the simpler explanation

// The bodies that a framing finds in a sample.
struct Cut {
    FramingChoice framing;
    std::vector<ByteView> bodies;
    std::size_t frames = 0;
    std::size_t bytes_used = 0;
    std::size_t bytes = 0;
    bool is_broken = false;
};

void cut_unit(ByteView unit, wire::Framing const& framing, bool end_may_be_cut, Cut& cut)
{
    std::size_t at = 0;
    while (at < unit.size()) {
        auto const rest = unit.subspan(at);
        auto const frame = wire::peek_frame(framing, rest, kInputMessageBytesMax);
        if (frame.status == wire::FrameStatus::need_more) {
            if (!end_may_be_cut || at == 0) cut.is_broken = true;
            if (end_may_be_cut) cut.bytes_used += rest.size();
            return;
        }
        if (frame.status != wire::FrameStatus::complete &&
            frame.status != wire::FrameStatus::keep_alive) {
            cut.is_broken = true;
            return;
        }
        auto const bytes = std::size_t{frame.frame_bytes};
        ++cut.frames;
        cut.bytes_used += bytes;
        at += bytes;
        if (frame.status == wire::FrameStatus::complete && cut.bodies.size() < kSampleMessagesMax)
            cut.bodies.push_back(rest.subspan(frame.header_bytes, frame.body_bytes));
    }
}

Cut cut_sample(Sample const& sample, FramingChoice const& framing)
{
    Cut cut;
    cut.framing = framing;
    for (auto const& unit : sample.units) {
        cut.bytes += unit.size();
        if (framing.framing) {
            cut_unit(unit, *framing.framing, sample.is_stream && sample.is_cut, cut);
        } else {
            cut.bytes_used += unit.size();
            ++cut.frames;
            // A stream without framing is one message, which must be there as a whole.
            if (sample.is_stream && (sample.is_cut || unit.size() > kInputMessageBytesMax))
                cut.is_broken = true;
            if (cut.bodies.size() < kSampleMessagesMax) cut.bodies.push_back(unit);
        }
    }
    return cut;
}

bool in_range(std::uint64_t value, std::uint64_t low, std::uint64_t high) noexcept
{
    return value >= low && value <= high;
}

bool is_month_day(std::uint64_t mmdd) noexcept
{
    return in_range(mmdd / 100, 1, 12) && in_range(mmdd % 100, 1, 31);
}

bool is_time(std::uint64_t hhmmss) noexcept
{
    return hhmmss / 10'000 < 24 && hhmmss / 100 % 100 < 60 && hhmmss % 100 < 61;
}

// Values that have a meaning whatever the network: how many there are and how many are right.
struct Sense {
    std::size_t asked = 0;
    std::size_t right = 0;

    void ask(bool is_right) noexcept
    {
        ++asked;
        right += is_right ? 1 : 0;
    }
    [[nodiscard]] double part() const noexcept
    {
        return asked == 0 ? 0.5 : static_cast<double>(right) / static_cast<double>(asked);
    }
};

struct Score {
    Sense mti, dates, pans, currencies;
    std::size_t messages = 0;
    std::size_t whole = 0;
    std::array<std::size_t, 10> editions{};  // messages by the first digit of their MTI
    double progress = 0;                     // sum over the messages of the part that decoded
    iso8583::DecodeError first_error;

    [[nodiscard]] double value() const noexcept
    {
        if (messages == 0) return 0;
        auto const count = static_cast<double>(messages);
        auto const decoded = static_cast<double>(whole) / count;
        return 0.55 * decoded + 0.15 * progress / count + 0.15 * mti.part() +
               0.15 * (dates.part() + pans.part() + currencies.part()) / 3;
    }
};

void ask_values(MessageView const& view, Score& score)
{
    auto const number = [&](unsigned de, std::size_t digits) -> std::optional<std::uint64_t> {
        auto const value = view.length(de) == digits
                               ? view.number(de)
                               : Result<std::uint64_t, iso8583::Errc>(iso8583::Errc::absent);
        return value.has_value() ? std::optional(*value) : std::nullopt;
    };
    if (auto const at = number(7, 10); at)
        score.dates.ask(is_month_day(*at / 1'000'000) && is_time(*at % 1'000'000));
    if (auto const at = number(12, 6); at) score.dates.ask(is_time(*at));
    if (auto const at = number(12, 12); at)
        score.dates.ask(is_month_day(*at / 1'000'000 % 10'000) && is_time(*at % 1'000'000));
    if (auto const at = number(13, 4); at) score.dates.ask(is_month_day(*at));
    if (auto const at = number(14, 4); at) score.dates.ask(in_range(*at % 100, 1, 12));
    for (auto const de : {49U, 50U, 51U})
        if (auto const code = number(de, 3); code)
            score.currencies.ask(!currency_code(static_cast<std::uint16_t>(*code)).empty());
    if (view.has(2)) {
        std::array<char, 128> digits{};
        auto const size = view.length(2) <= 32
                              ? view.text(2, digits)
                              : Result<std::size_t, iso8583::Errc>(iso8583::Errc::no_room);
        score.pans.ask(size.has_value() && iso8583::is_luhn_valid({digits.data(), *size}));
        wipe(std::as_writable_bytes(std::span(digits)));
    }
}

// Editions and classes that exist: everything else is no message at all.
bool is_plausible(iso8583::Mti mti) noexcept
{
    auto const edition = mti.version();
    return (edition <= 2 || edition >= 8) && in_range(mti.message_class(), 1, 8) &&
           mti.origin() <= 5;
}

Score score_of(std::span<ByteView const> bodies, iso8583::Dialect const& dialect, unsigned edition,
               std::size_t skip, MessageView& view)
{
    Score score;
    for (auto const whole : bodies) {
        ++score.messages;
        if (skip >= whole.size()) {
            if (score.first_error.ok()) score.first_error = {iso8583::Errc::truncated, 0, 0};
            continue;
        }
        auto const body = whole.subspan(skip);
        auto const error = view.decode(dialect, body);
        auto const is_message = view.has_mti() && is_plausible(view.mti());
        score.mti.ask(is_message && (edition == 9 || view.mti().version() == edition));
        if (!error.ok() && score.first_error.ok()) score.first_error = error;
        if (!is_message) continue;
        if (error.ok()) ++score.whole;
        ++score.editions[view.mti().version()];
        auto const part =
            error.ok()
                ? 1.0
                : static_cast<double>(std::min<std::size_t>(error.offset_bytes, body.size())) /
                      static_cast<double>(body.size());
        score.progress +=
            (error.ok() || error.de > 1 ? kBehindBitmap : 0.0) + (1 - kBehindBitmap) * part;
        ask_values(view, score);
    }
    return score;
}

// TPDU, TPDU and six bytes, BASE I, BASE24.
bool is_known_header(ByteView body, std::size_t bytes) noexcept
{
    if (bytes == 0 || bytes >= body.size()) return false;
    auto const first = static_cast<unsigned>(body[0]);
    if (bytes == 5 || bytes == 11) return first >= 0x60 && first <= 0x68;
    if (bytes == 22) return first == 0x16;
    return bytes == 12 && as_text(body).starts_with("ISO");
}

struct Candidate {
    Cut const* cut;
    iso8583::Dialect const* dialect;
    std::string base, changes;
    unsigned edition;
    std::size_t skip;
    Score score;

    // Bytes that nobody has asked for explain nothing, unless they are of a known shape.
    [[nodiscard]] double explained() const noexcept
    {
        if (skip == 0 || cut->bodies.empty()) return 1;
        auto const body = cut->bodies.front();
        if (is_known_header(body, skip)) return 1 - kSkipPenalty;
        auto const part =
            1 - static_cast<double>(std::min(skip, body.size())) / static_cast<double>(body.size());
        return part * part * (1 - kSkipPenalty);
    }

    [[nodiscard]] double value() const noexcept
    {
        auto const framed = cut->bytes == 0 ? 0
                                            : static_cast<double>(cut->bytes_used) /
                                                  static_cast<double>(cut->bytes);
        return std::max(0.0, score.value() * framed * explained() - (cut->is_broken ? 0.1 : 0.0) -
                                 (changes.empty() ? 0.0 : kChangesPenalty));
    }
};

std::string hex_of(ByteView bytes)
{
    std::string text;
    for (auto const byte : bytes) {
        text += wire::hex_char_of(static_cast<unsigned>(byte) >> 4U);
        text += wire::hex_char_of(static_cast<unsigned>(byte));
    }
    return text;
}

// What bytes in front of the MTI look like, for people.
std::string header_name(ByteView body, std::size_t bytes)
{
    if (bytes == 0 || bytes > body.size()) return {};
    auto const header = body.first(bytes);
    auto const size = std::to_string(bytes) + " bytes";
    auto const first = static_cast<unsigned>(header[0]);
    if (bytes == 5 && first >= 0x60 && first <= 0x68) return "TPDU (" + hex_of(header) + ")";
    if (bytes == 11 && first >= 0x60 && first <= 0x68)
        return "TPDU and a header of 6 bytes (" + hex_of(header) + ")";
    if (bytes == 22 && first == 0x16) return "BASE I header, 22 bytes";
    if (as_text(header).starts_with("ISO") && bytes == 12)
        return "BASE24 header (" + std::string(as_text(header)) + ")";
    return size;
}

std::string of(std::size_t part, std::size_t all)
{
    return std::to_string(part) + " of " + std::to_string(all);
}

std::vector<std::string> evidence_of(Candidate const& candidate)
{
    std::vector<std::string> out;
    auto const& cut = *candidate.cut;
    auto const& score = candidate.score;
    if (cut.framing.framing)
        out.push_back(
            "framing " + std::string(cut.framing.name()) + ": " + std::to_string(cut.frames) +
            " frames, " + of(cut.bytes_used, cut.bytes) + " bytes" +
            (cut.is_broken ? ", then a length that cannot be" : ", each leads to the next"));
    else
        out.emplace_back("no framing: every message begins with its header or MTI");
    out.push_back(of(score.whole, score.messages) + " messages decode to their last byte");
    if (score.mti.asked != 0)
        out.push_back("message types of this edition: " + of(score.mti.right, score.mti.asked));
    if (score.dates.asked != 0)
        out.push_back("dates and times that exist: " + of(score.dates.right, score.dates.asked));
    if (score.pans.asked != 0)
        out.push_back("card numbers with a right check digit: " +
                      of(score.pans.right, score.pans.asked));
    if (score.currencies.asked != 0)
        out.push_back("currencies that exist: " +
                      of(score.currencies.right, score.currencies.asked));
    if (!score.first_error.ok())
        out.push_back("first that does not decode: " +
                      describe(score.first_error, *candidate.dialect));
    return out;
}

Guess guess_of(Candidate const& candidate)
{
    Guess guess;
    guess.dialect = candidate.dialect;
    guess.base = candidate.base;
    guess.changes = candidate.changes;
    // The messages know their edition better than the dialect that fits them.
    auto const& editions = candidate.score.editions;
    auto const most = std::max_element(editions.begin(), editions.end());
    auto const edition = static_cast<unsigned>(most - editions.begin());
    guess.family = family_of(*candidate.dialect, *most == 0 ? candidate.edition : edition);
    guess.framing = candidate.cut->framing;
    guess.skip_bytes = candidate.skip;
    if (!candidate.cut->bodies.empty())
        guess.header = header_name(candidate.cut->bodies.front(), candidate.skip);
    guess.score = candidate.value();
    guess.messages = candidate.score.messages;
    guess.whole = candidate.score.whole;
    guess.first_error = candidate.score.first_error;
    guess.evidence = evidence_of(candidate);
    return guess;
}

std::vector<Cut> cuts_of(Sample const& sample, DiagnosisOptions const& options)
{
    std::vector<Cut> cuts;
    auto const add = [&](FramingChoice const& framing) {
        auto cut = cut_sample(sample, framing);
        auto const enough = cut.bytes_used * 2 >= cut.bytes;
        if (!cut.bodies.empty() && (enough || options.framing)) cuts.push_back(std::move(cut));
    };
    if (options.framing) {
        add(*options.framing);
        return cuts;
    }
    for (auto const& framing : all_framings())
        add(framing);
    return cuts;
}

std::vector<Candidate> candidates_of(std::vector<Cut> const& cuts, DiagnosisOptions const& options)
{
    std::vector<Candidate> out;
    MessageView view;
    auto const first_skip = options.skip_bytes.value_or(0);
    auto const last_skip = options.skip_bytes.value_or(kHeaderBytesMax);
    auto const add = [&](Cut const& cut, iso8583::Dialect const& dialect, std::string base,
                         std::string changes, unsigned edition) {
        auto const bodies = std::span(cut.bodies).first(std::min(cut.bodies.size(), kFirstLook));
        for (auto skip = first_skip; skip <= last_skip; ++skip) {
            auto const score = score_of(bodies, dialect, edition, skip, view);
            if (score.progress == 0 && !options.dialect) continue;
            out.push_back({&cut, &dialect, base, changes, edition, skip, score});
        }
    };
    for (auto const& cut : cuts) {
        if (options.dialect != nullptr) {
            add(cut, *options.dialect, std::string(options.dialect->name), {},
                edition_of(*options.dialect));
            continue;
        }
        for (auto const& tried : tried_dialects())
            add(cut, tried.dialect(), tried.base, tried.changes, tried.edition);
    }
    return out;
}

// Best first; of equal ones the simpler: earlier in the list of dialects, fewer bytes of header.
void rank(std::vector<Candidate>& candidates)
{
    std::stable_sort(candidates.begin(), candidates.end(), [](auto const& a, auto const& b) {
        if (a.value() != b.value()) return a.value() > b.value();
        return a.skip < b.skip;
    });
}

}  // namespace

Sample take_sample(ByteSource const& source, InputForm form, iso8583::Dialect const* dialect)
{
    Sample sample;
    sample.is_cut = !source.ended();
    ByteSource copy(source.window());
    if (form == InputForm::raw) {
        auto const window = source.window();
        auto const bytes = window.first(std::min(window.size(), kSampleStreamBytesMax));
        sample.is_cut = sample.is_cut || bytes.size() < window.size();
        sample.is_stream = true;
        if (!bytes.empty()) sample.units.emplace_back(bytes.begin(), bytes.end());
        return sample;
    }
    if (form == InputForm::pcap) {
        sample.is_stream = true;
        std::map<std::uint32_t, std::size_t> index;
        (void)sample_capture(copy, [&](std::uint32_t stream, std::uint16_t, ByteView bytes) {
            auto const [found, is_new] = index.try_emplace(stream, sample.units.size());
            if (is_new) {
                if (sample.units.size() == kSampleStreamsMax) return !(sample.is_cut = true);
                sample.units.emplace_back();
            }
            auto& unit = sample.units[found->second];
            if (unit.size() + bytes.size() > kSampleStreamBytesMax) return !(sample.is_cut = true);
            unit.insert(unit.end(), bytes.begin(), bytes.end());
            return true;
        });
        return sample;
    }
    InputOptions options;
    options.dialect = dialect;
    auto const input = make_input(copy, form, options);
    for (InputMessage message; sample.units.size() < kSampleMessagesMax && input->next(message);)
        if (message.problem.empty() && !message.bytes.empty())
            sample.units.emplace_back(message.bytes.begin(), message.bytes.end());
    return sample;
}

Diagnosis diagnose(Sample const& sample, DiagnosisOptions const& options)
{
    auto const cuts = cuts_of(sample, options);
    auto candidates = candidates_of(cuts, options);
    rank(candidates);
    candidates.erase(
        candidates.begin() + static_cast<std::ptrdiff_t>(std::min(candidates.size(), kSecondRound)),
        candidates.end());
    MessageView view;
    for (auto& candidate : candidates)
        candidate.score = score_of(candidate.cut->bodies, *candidate.dialect, candidate.edition,
                                   candidate.skip, view);
    rank(candidates);
    Diagnosis diagnosis;
    std::set<std::string> seen;
    for (auto const& candidate : candidates) {
        auto guess = guess_of(candidate);
        auto const key = guess.family + "/" + std::string(guess.framing.name()) + "/" +
                         std::to_string(guess.skip_bytes) + "/" + guess.base;
        if (!seen.insert(key).second) continue;
        diagnosis.guesses.push_back(std::move(guess));
        if (diagnosis.guesses.size() == kGuessesMax) break;
    }
    return diagnosis;
}

}  // namespace turnout::cli::message
