#include "switch/base/config_schema.hpp"

#include <fmt/format.h>

namespace turnout {

namespace {

using config_schema::Choices;
using config_schema::Need;

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

// Writes "key = value", with the meaning as a comment above when `commented`.
class Writer {
public:
    explicit Writer(bool commented) : commented_(commented) {}

    void section(std::string_view header) { out_ += fmt::format("\n{}\n", header); }
    void line(std::string_view text) { out_ += fmt::format("{}\n", text); }

    void text(std::string_view key, std::string const& value, Need, std::string_view meaning)
    {
        put(key, quoted(value), meaning);
    }
    template <class T>
    void number(std::string_view key, T const& value, std::uint64_t, std::uint64_t,
                std::string_view meaning)
    {
        put(key, fmt::format("{}", value), meaning);
    }
    void flag(std::string_view key, bool const& value, std::string_view meaning)
    {
        put(key, value ? "true" : "false", meaning);
    }
    template <class T>
    void choice(std::string_view key, T const& value, Choices<T> choices, std::string_view meaning)
    {
        for (auto const& [name, candidate] : choices)
            if (candidate == value) put(key, quoted(name), meaning);
    }
    void texts(std::string_view key, std::vector<std::string> const& values,
               std::string_view meaning)
    {
        std::vector<std::string> items;
        for (auto const& value : values)
            items.push_back(quoted(value));
        put(key, fmt::format("[{}]", fmt::join(items, ", ")), meaning);
    }
    void numbers(std::string_view key, std::vector<std::uint64_t> const& values, std::uint64_t,
                 std::uint64_t, std::string_view meaning)
    {
        put(key, fmt::format("[{}]", fmt::join(values, ", ")), meaning);
    }

    [[nodiscard]] std::string take() { return std::move(out_); }

private:
    void put(std::string_view key, std::string const& value, std::string_view meaning)
    {
        if (commented_) out_ += fmt::format("# {}\n", meaning);
        out_ += fmt::format("{} = {}\n", key, value);
    }

    std::string out_;
    bool commented_;
};

std::string write(Config const& config, bool commented, std::string_view title)
{
    using config_schema::describe;
    Writer w(commented);
    w.line(title);
    w.section("[node]");
    describe(w, config.node);
    w.section("[data]");
    describe(w, config.data);
    w.section("[engine]");
    describe(w, config.engine);
    w.section("[journal]");
    describe(w, config.journal);
    for (auto const& listener : config.listeners) {
        w.section("[[listener]]");
        describe(w, listener);
    }
    for (auto const& link : config.links) {
        w.section("[[link]]");
        describe(w, link);
    }
    w.section("[log]");
    describe(w, config.log);
    return w.take();
}

}  // namespace

std::string default_config_text()
{
    Config config;
    config.data.directory = "/var/lib/turnout";
    config.data.kek_file = "/etc/turnout/kek";
    config.data.master_data = "/etc/turnout/master.jsonl";
    ListenerConfig listener;
    listener.name = "acquirers";
    listener.port = 8583;
    config.listeners.push_back(listener);
    LinkConfig link;
    link.name = "acquirer-1";
    link.listener = listener.name;
    link.participant = "acquirer-1";
    link.peers = {"127.0.0.1/32"};
    link.acquirer_id = 100'001;
    config.links.push_back(link);
    return write(
        config, true,
        "# Turnout: every key with its default. Repeat [[listener]] and [[link]] as needed.");
}

std::string effective_config_text(Config const& config)
{
    return write(config, false, "# Turnout: the configuration in force.");
}

}  // namespace turnout
