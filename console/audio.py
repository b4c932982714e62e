"""A call's sound: the file by HTTP ranges (RFC 9110, 14) and its waveform."""

from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, send_file

from console.access import require
from console.archive import Archive
from console.deps import ConsoleDeps
from recordings.errors import BadRecording
from recordings.waveform import read_waveform
from security.roles import Permission


def add_audio(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """The recording of a call; which file it is says the database, never the request."""
    archive = Archive(deps.session_factory)

    def file_of(call_sid: str) -> Path:
        recording = archive.recording(call_sid)
        path = sound_file(deps.recordings_folder, recording.path if recording else None)
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


def sound_file(folder: Path, relative: str | None) -> Path | None:
    """The file below the folder; None when there is none or the stored path leads outside."""
    if not relative:
        return None
    path = (folder / relative).resolve()
    inside = path.is_relative_to(folder.resolve())
    return path if inside and path.is_file() else None
