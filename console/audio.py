"""A call's sound: the file by HTTP ranges (RFC 9110, 14) and its waveform."""

from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, send_file

from console.access import require
from console.archive import Archive
from console.deps import ConsoleDeps
from recordings.channels import file_of
from recordings.errors import BadRecording, RecordingError
from recordings.models import Recording
from recordings.waveform import read_waveform
from security.roles import Permission


def add_audio(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """The recording of a call; which file it is says the database, never the request."""
    archive = Archive(deps.session_factory)

    def file_of(call_sid: str) -> Path:
        path = sound_file(deps.recordings_folder, archive.recording(call_sid))
        if path is None:
            abort(404)
        return path

    @blueprint.get("/calls/<sid>/audio")
    @require(Permission.CALLS_LISTEN)
    def call_audio(sid: str) -> Response:
        response = send_file(file_of(sid), mimetype="audio/wav", conditional=True)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @blueprint.get("/calls/<sid>/peaks.json")
    @require(Permission.CALLS_LISTEN)
    def call_peaks(sid: str) -> Response | tuple[Response, int]:
        try:
            waveform = read_waveform(file_of(sid))
        except BadRecording as error:
            return jsonify(error=str(error)), 422
        return jsonify(duration=waveform.seconds, channels=waveform.channels, peaks=waveform.peaks)


def sound_file(folder: Path, recording: Recording | None) -> Path | None:
    """The recording's file; None where there is none, or none that may be served."""
    if recording is None:
        return None
    try:
        return file_of(recording, folder)
    except RecordingError:
        return None
