"""Which function plays which TwiML verb."""

from collections.abc import Mapping

from simulator.capture import play_connect, play_record, play_start, play_stop
from simulator.dialing import play_dial
from simulator.hold_queue import play_enqueue
from simulator.player import Verb, play_hangup, play_leave, play_redirect, play_reject
from simulator.prompts import play_gather, play_pause, play_play, play_say

VERBS: Mapping[str, Verb] = {
    "Say": play_say,
    "Play": play_play,
    "Pause": play_pause,
    "Gather": play_gather,
    "Record": play_record,
    "Dial": play_dial,
    "Enqueue": play_enqueue,
    "Leave": play_leave,
    "Redirect": play_redirect,
    "Reject": play_reject,
    "Hangup": play_hangup,
    "Connect": play_connect,
    "Start": play_start,
    "Stop": play_stop,
}
