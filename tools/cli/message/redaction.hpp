// Messages without card data: card numbers, tracks, PINs and cardholder names are replaced by
// values of the same length, so that the bytes around them stay as they are. The same card number
// gets the same replacement for the life of one Redactor, and another one in the next: the key is
// random and never leaves it. For tools; not thread-safe.
#pragma once
#include "protocol/core/secret.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <array>
#include <string>
#include <vector>

namespace turnout::cli::message {

inline constexpr std::size_t kRedactionKeyBytes = 32;
using RedactionKey = std::array<std::byte, kRedactionKeyBytes>;

// Counts over all messages of a run.
struct RedactionReport {
    std::uint64_t messages = 0;
    std::uint64_t pans = 0;  // card numbers replaced, in whatever field
    std::uint64_t tracks = 0;
    std::uint64_t others = 0;  // PINs, names, private data
};

class Redactor {
public:
    Redactor();  // a key from the system's random numbers
    explicit Redactor(RedactionKey const& key) : key_(key) {}

    // Replaces what is secret in `frame`, whose whole message `view` has decoded (and is dangling
    // afterwards only in its values). False, and `problem` names the DE: a field could not be
    // rewritten; `frame` must then not be used.
    [[nodiscard]] bool redact(iso8583::MessageView const& view, ByteSpan frame,
                              std::string& problem);

    // Digits of the same count with a right check digit, in the range of test cards that no issuer
    // has (iso8583::kDemoBin) from 13 digits on. Card numbers of that range stay as they are.
    [[nodiscard]] std::string replace_pan(std::string_view digits) const;
    // Track 1, 2 or 3: the card number replaced, other digits 0, letters X, separators as they are.
    [[nodiscard]] std::string replace_track(std::string_view track) const;

    [[nodiscard]] RedactionReport const& report() const noexcept { return report_; }

private:
    [[nodiscard]] bool write_back(iso8583::MessageView const& view, unsigned de,
                                  std::string_view value, ByteSpan frame);
    [[nodiscard]] std::string new_value(iso8583::MessageView const& view, unsigned de,
                                        std::string const& text);
    [[nodiscard]] std::string replace_chip_data(std::string const& hex);
    [[nodiscard]] std::string replace_stray(std::string text);

    Sensitive<RedactionKey> key_;
    RedactionReport report_;
    std::vector<std::byte> scratch_;
};

}  // namespace turnout::cli::message
