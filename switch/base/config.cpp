#include "switch/base/config.hpp"

#include "switch/base/config_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

namespace turnout {

static constexpr char kOverrideForm[] =
    "an override is section.key=value, or listener.<name>.key=value";

namespace {

using config_reader::ErrorSink;
using config_reader::listed;
using config_reader::Reader;
using config_reader::Region;
using config_reader::suggestion;

std::vector<std::string_view> names_of(auto const& items)
{
    std::vector<std::string_view> names;
    for (auto const& item : items)
        names.push_back(item.name);
    return names;
}

// A TOML basic string; control characters have no business in an override.
std::string toml_string(std::string_view text)
{
    std::string out = "\"";
    for (char const c : text) {
        if (static_cast<unsigned char>(c) < 0x20) continue;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// The document's tables, kept beside the typed values so that later checks can point at a place.
class Document {
public:
    Document(toml::table root, ErrorSink& errors) : root_(std::move(root)), errors_(errors) {}

    void apply(std::span<std::string const> overrides)
    {
        for (auto const& text : overrides)
            apply(text);
    }

    void read(Config& config)
    {
        check_sections();
        section("node", config.node);
        section("data", config.data);
        section("engine", config.engine);
        section("journal", config.journal);
        list("listener", config.listeners);
        list("link", config.links);
        section("log", config.log);
    }

    // Place of a value, else of its table, else the start of the document.
    [[nodiscard]] Region where(std::string_view section_name, std::string_view key) const
    {
        auto const* table = root_.get_as<toml::table>(section_name);
        return place(table, key);
    }
    [[nodiscard]] Region where(std::string_view list_name, std::size_t index,
                               std::string_view key) const
    {
        auto const* list = root_.get_as<toml::array>(list_name);
        if (list == nullptr || index >= list->size()) return {};
        return place((*list)[index].as_table(), key);
    }
    // The value of an entry of a list as it was written, nullptr when it has none.
    [[nodiscard]] toml::node const* value(std::string_view list_name, std::size_t index,
                                          std::string_view key) const
    {
        auto const* list = root_.get_as<toml::array>(list_name);
        if (list == nullptr || index >= list->size()) return nullptr;
        auto const* table = (*list)[index].as_table();
        return table == nullptr ? nullptr : table->get(key);
    }

private:
    static Region place(toml::table const* table, std::string_view key)
    {
        if (table == nullptr) return {};
        auto const* node = table->get(key);
        return node != nullptr ? node->source() : table->source();
    }

    void check_sections()
    {
        for (auto const& [key, node] : root_) {
            std::span<std::string_view const> const known = config_schema::kSections;
            auto const is_list = key.str() == "listener" || key.str() == "link";
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                errors_.add(key.source(), fmt::format("unknown key '{}'", key.str()),
                            suggestion(key.str(), known));
            else if (is_list && !node.is_array_of_tables())
                errors_.add(node.source(), fmt::format("'{}' must be a list of tables", key.str()),
                            fmt::format("write [[{}]]", key.str()));
            else if (!is_list && !node.is_table())
                errors_.add(node.source(), fmt::format("'{}' must be a table", key.str()),
                            fmt::format("write [{}]", key.str()));
        }
    }

    template <class Section>
    void section(std::string_view name, Section& value)
    {
        static toml::table const absent;
        auto const* table = root_.get_as<toml::table>(name);
        read(table != nullptr ? *table : absent, name, value);
    }

    template <class Section>
    void list(std::string_view name, std::vector<Section>& values)
    {
        auto const* items = root_.get_as<toml::array>(name);
        if (items == nullptr) return;
        for (auto const& item : *items) {
            auto const* table = item.as_table();
            if (table == nullptr) continue;  // check_sections() has said so
            read(*table, name, values.emplace_back());
        }
    }

    template <class Section>
    void read(toml::table const& table, std::string_view name, Section& value)
    {
        Reader reader(table, errors_, name);
        config_schema::describe(reader, value);
        reader.finish();
    }

    void apply(std::string const& text);
    toml::table* target(std::string_view path, Region const& region);

    toml::table root_;
    ErrorSink& errors_;
};

// The table that holds the last part of `path`, created when it is a plain section.
toml::table* Document::target(std::string_view path, Region const& region)
{
    auto const dot = path.find('.');
    auto const section_name = path.substr(0, dot);
    if (section_name != "listener" && section_name != "link") {
        if (dot != std::string_view::npos) {
            errors_.add(region, kOverrideForm);
            return nullptr;
        }
        auto const inserted = root_.insert(toml::key(section_name, Region(region)), toml::table{});
        return inserted.first->second.as_table();
    }
    if (dot == std::string_view::npos) {
        errors_.add(region, kOverrideForm);
        return nullptr;
    }
    auto const wanted = path.substr(dot + 1);
    std::vector<std::string_view> names;
    if (auto* list = root_.get_as<toml::array>(section_name)) {
        for (auto& item : *list) {
            auto* table = item.as_table();
            auto const* name = table != nullptr ? table->get_as<std::string>("name") : nullptr;
            if (name == nullptr) continue;
            if (name->get() == wanted) return table;
            names.push_back(name->get());
        }
    }
    errors_.add(region, fmt::format("no {} is named '{}'", section_name, wanted),
                suggestion(wanted, names));
    return nullptr;
}

void Document::apply(std::string const& text)
{
    auto const origin = std::make_shared<std::string const>("--set " + text);
    Region const region{{1, 1}, {1, 1}, origin};
    auto const equals = text.find('=');
    auto const path = std::string_view(text).substr(0, equals);
    auto const last_dot = path.rfind('.');
    if (equals == std::string::npos || last_dot == std::string_view::npos || last_dot == 0) {
        errors_.add(region, kOverrideForm);
        return;
    }
    auto* table = target(path.substr(0, last_dot), region);
    if (table == nullptr) return;
    auto const value = text.substr(equals + 1);
    toml::table parsed;
    try {
        parsed = toml::parse("v = " + value, *origin);
    } catch (toml::parse_error const&) {
        // Not TOML as it stands: a bare word, which shells make hard to quote.
        parsed = toml::parse("v = " + toml_string(value), *origin);
    }
    toml::key key(path.substr(last_dot + 1), Region(region));
    table->erase(key.str());
    table->insert_or_assign(std::move(key), std::move(*parsed.get("v")));
}

void check_names(Document const& document, ErrorSink& errors, std::string_view list,
                 std::span<std::string_view const> names)
{
    for (std::size_t index = 0; index < names.size(); ++index)
        for (std::size_t earlier = 0; earlier < index; ++earlier)
            if (!names[index].empty() && names[index] == names[earlier]) {
                errors.add(document.where(list, index, "name"),
                           fmt::format("{} '{}' is defined twice", list, names[index]),
                           fmt::format("first on line {}",
                                       document.where(list, earlier, "name").begin.line));
                break;
            }
}

void check_listeners(Document const& document, ErrorSink& errors, Config& config)
{
    auto const base = std::filesystem::path(config.path).parent_path().string();
    if (config.listeners.empty()) errors.add({}, "no [[listener]] is defined");
    for (std::size_t index = 0; index < config.listeners.size(); ++index) {
        auto const& listener = config.listeners[index];
        auto const block = parse_address_block(listener.address);
        if (!block || listener.address.find('/') != std::string::npos)
            errors.add(document.where("listener", index, "address"),
                       fmt::format("'{}' is no address", listener.address),
                       "write it as 127.0.0.1 or ::1");
        if (auto problem = config_reader::resolve_dialect(config.listeners[index], base))
            errors.add(document.where("listener", index, "dialect"), std::move(problem->message),
                       std::move(problem->hint));
        if (auto problem = config_reader::resolve_framing(config.listeners[index]))
            errors.add(document.where("listener", index, problem->key), std::move(problem->message),
                       std::move(problem->hint));
        for (std::size_t earlier = 0; earlier < index; ++earlier) {
            auto const& other = config.listeners[earlier];
            if (listener.port == 0 || listener.port != other.port ||
                listener.address != other.address)
                continue;
            errors.add(document.where("listener", index, "port"),
                       fmt::format("listeners '{}' and '{}' share {} port {}", other.name,
                                   listener.name, listener.address, listener.port),
                       fmt::format("first on line {}",
                                   document.where("listener", earlier, "port").begin.line));
        }
        bool used = false;
        for (auto const& link : config.links)
            used = used || link.listener == listener.name;
        if (!used && !listener.name.empty())
            errors.add(document.where("listener", index, "name"),
                       fmt::format("no link comes in by listener '{}'", listener.name),
                       "every connection would be closed: add a [[link]]");
    }
}

void check_peers(Document const& document, ErrorSink& errors, Config& config, std::size_t index)
{
    auto& link = config.links[index];
    // A value of the wrong type has been refused already.
    auto const* written = document.value("link", index, "peers");
    if (written == nullptr || (written->is_array() && written->as_array()->empty()))
        errors.add(document.where("link", index, "peers"),
                   fmt::format("link '{}' has no peers", link.name),
                   "write peers = [\"127.0.0.1/32\"]");
    for (auto const& peer : link.peers) {
        auto const block = parse_address_block(peer);
        if (!block) {
            errors.add(document.where("link", index, "peers"),
                       fmt::format("'{}' is no address block", peer),
                       "write it as 10.1.0.0/16, without bits behind the prefix");
            continue;
        }
        for (std::size_t earlier = 0; earlier < index; ++earlier) {
            if (config.links[earlier].listener != link.listener) continue;
            for (auto const& other : config.links[earlier].blocks)
                if (other.address == block->address && other.prefix_bits == block->prefix_bits)
                    errors.add(document.where("link", index, "peers"),
                               fmt::format("'{}' is also a peer of link '{}' on listener '{}'",
                                           peer, config.links[earlier].name, link.listener),
                               "a peer must be known by its address");
        }
        link.blocks.push_back(*block);
    }
}

// An acquirer id that two participants share would let one take back what the other has done.
void check_acquirer_owner(Document const& document, ErrorSink& errors, Config const& config,
                          std::size_t index)
{
    auto const ids_of = [](LinkConfig const& link) {
        auto ids = link.also_acquirers;
        ids.push_back(link.acquirer_id);
        return ids;
    };
    auto const& link = config.links[index];
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
        auto const& other = config.links[earlier];
        if (other.participant == link.participant) continue;
        auto const taken = ids_of(other);
        for (auto const id : ids_of(link))
            if (id != 0 && std::find(taken.begin(), taken.end(), id) != taken.end())
                errors.add(document.where("link", index, "acquirer_id"),
                           fmt::format("acquirer {} also belongs to participant '{}' by link '{}'",
                                       id, other.participant, other.name),
                           "an acquirer id belongs to one participant");
    }
}

void check_links(Document const& document, ErrorSink& errors, Config& config)
{
    auto const listeners = names_of(config.listeners);
    for (std::size_t index = 0; index < config.links.size(); ++index) {
        auto const& link = config.links[index];
        auto const known =
            std::find(listeners.begin(), listeners.end(), link.listener) != listeners.end();
        if (!known && !link.listener.empty()) {
            auto const near = did_you_mean(link.listener, listeners);
            errors.add(document.where("link", index, "listener"),
                       fmt::format("link '{}' points to listener '{}', which is not defined",
                                   link.name, link.listener),
                       near.empty() ? fmt::format("defined listeners: {}", listed(listeners))
                                    : fmt::format("did you mean '{}'?", near));
        }
        if (link.acquirer_id == 0 && document.value("link", index, "acquirer_id") == nullptr)
            errors.add(document.where("link", index, "acquirer_id"), "[link] needs 'acquirer_id'",
                       "the DE 32 of this peer");
        check_peers(document, errors, config, index);
        check_acquirer_owner(document, errors, config, index);
    }
}

std::uint64_t physical_bytes() noexcept
{
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void check_engine(Document const& document, ErrorSink& errors, Config const& config,
                  std::uint64_t memory_bytes_max)
{
    auto const& engine = config.engine;
    if (engine.thread == EngineThread::inline_ && engine.loops > 1)
        errors.add(document.where("engine", "loops"), "an inline engine runs on exactly one loop",
                   "loops = 1, or thread = \"own\"");
    if (engine.financial_window_s > engine.reversal_window_s)
        errors.add(document.where("engine", "financial_window_s"),
                   "financial_window_s is longer than reversal_window_s",
                   "an accepted original must be reversible");
    auto const physical = memory_bytes_max != 0 ? memory_bytes_max : physical_bytes();
    auto const needed = memory_bytes(config);
    if (needed > physical)
        errors.add(
            document.where("engine", "transactions_max"),
            fmt::format("the tables, rings and sessions need {} MiB, this machine has {} MiB",
                        needed >> 20U, physical >> 20U),
            "lower transactions_max, accounts_max, or connections_max of the listeners");
}

void resolve(std::string& file, std::filesystem::path const& base)
{
    if (file.empty() || base.empty() || std::filesystem::path(file).is_absolute()) return;
    file = (base / file).lexically_normal().string();
}

// Spelled out because an aggregate Config could be made from a text as well.
Result<Config, std::string> failed(std::string text)
{
    return Result<Config, std::string>(boost::system::in_place_error, std::move(text));
}

}  // namespace

Result<Config, std::string> parse_config(std::string_view text, std::string const& path,
                                         std::span<std::string const> overrides,
                                         std::uint64_t memory_bytes_max)
{
    ErrorSink errors(text, path);
    toml::table root;
    try {
        root = toml::parse(text, path);
    } catch (toml::parse_error const& error) {
        errors.add(error.source(), std::string(error.description()));
        return failed(errors.report());
    }
    Config config;
    config.path = path;
    Document document(std::move(root), errors);
    document.apply(overrides);
    document.read(config);
    check_names(document, errors, "listener", names_of(config.listeners));
    check_names(document, errors, "link", names_of(config.links));
    check_listeners(document, errors, config);
    check_links(document, errors, config);
    check_engine(document, errors, config, memory_bytes_max);
    if (!errors.empty()) return failed(errors.report());

    auto const base = std::filesystem::path(path).parent_path();
    resolve(config.data.directory, base);
    resolve(config.data.kek_file, base);
    resolve(config.data.master_data, base);
    resolve(config.log.file, base);
    return config;
}

Result<Config, std::string> load_config(std::string const& path,
                                        std::span<std::string const> overrides)
{
    auto const cannot_read = [&](int error) {
        return failed(
            fmt::format("error: cannot read {}: {}\n1 error; nothing was changed (exit 3)\n", path,
                        std::strerror(error)));
    };
    // Reading a directory gives no error, only an empty text.
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return cannot_read(EISDIR);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file) return cannot_read(errno);
    return parse_config(text.str(), path, overrides);
}

}  // namespace turnout
