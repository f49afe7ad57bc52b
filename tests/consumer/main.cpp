// Sends itself an echo test and answers it, over the framing of a terminal network.
#include "protocol/core/version.hpp"
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/framing.hpp"

#include <cstdio>

using namespace turnout;

int main()
{
    auto const& dialect = iso8583::dialect_1987_ascii();
    std::byte request[200], answer[200];
    iso8583::MessageBuilder asks(dialect, request, iso8583::Mti{800}, true);
    asks.number(11, 42);
    asks.number(70, 301);
    auto const asked = asks.finish();
    iso8583::MessageView view;
    if (!asked.has_value() || !view.decode(dialect, {request, *asked}).ok()) return 1;

    auto const nac = *wire::framing_by_name("nac");
    auto const room = ByteSpan(answer).subspan(wire::frame_header_bytes(nac));
    iso8583::MessageBuilder answers(dialect, room, view.mti().answer());
    answers.wire(11, view.wire(11));
    answers.text(39, "00");
    auto const answered = answers.finish();
    auto const bytes = answered.has_value() ? wire::write_frame(nac, {}, answer, *answered) : 0;
    std::printf("turnout-iso8583 %s: %zu bytes\n", kVersion.data(), bytes);
    return wire::peek_frame(nac, {answer, bytes}, 200).status == wire::FrameStatus::complete ? 0
                                                                                             : 1;
}
