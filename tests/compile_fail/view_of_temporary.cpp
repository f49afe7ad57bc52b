// A view must not outlive its frame: decoding a temporary does not compile.
#include "protocol/iso8583/message_view.hpp"

std::vector<std::byte> frame();

bool decode_frame()
{
    turnout::iso8583::MessageView view;
    auto const& dialect = turnout::iso8583::dialect_1987_binary();
#ifdef TURNOUT_MISUSE
    return view.decode(dialect, frame()).ok();
#else
    auto const named = frame();
    return view.decode(dialect, named).ok();
#endif
}
