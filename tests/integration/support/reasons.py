"""Words that the daemon's log must have on one line for each way a connection or message ends."""

DEV_LISTENER = "dev"
CLOSED_INSIDE_FRAME = ("connection closed", "peer ended inside a frame")
FRAME_DEADLINE = ("connection closed", "frame is not complete in time")
FRAME_TOO_LONG = ("connection closed", "frame is longer than allowed")
BAD_LENGTH = ("connection closed", "length header is no number")
MALFORMED = ("message not decodable", "offset=")
MALFORMED_MAX = ("connection closed", "too many undecodable messages")
WRITE_DEADLINE = ("connection closed", "peer does not read its answers")
CONNECTIONS_MAX = ("connection closed", "too many connections")
UNKNOWN_PEER = ("connection closed", "no link has this address")
IDLE = ("connection closed", "nothing received for too long")
