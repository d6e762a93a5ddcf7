"""The address space of AbletonOSC (as of November 2025), put together from its kinds of handlers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SONG_METHODS = [
    "capture_and_insert_scene",
    "capture_midi",
    "continue_playing",
    "create_audio_track",
    "create_midi_track",
    "create_return_track",
    "create_scene",
    "delete_return_track",
    "delete_scene",
    "delete_track",
    "duplicate_scene",
    "duplicate_track",
    "force_link_beat_time",
    "jump_by",
    "jump_to_prev_cue",
    "jump_to_next_cue",
    "redo",
    "re_enable_automation",
    "set_or_delete_cue",
    "start_playing",
    "stop_all_clips",
    "stop_playing",
    "tap_tempo",
    "trigger_session_record",
    "undo",
]
SONG_RW = [
    "arrangement_overdub",
    "back_to_arranger",
    "clip_trigger_quantization",
    "current_song_time",
    "groove_amount",
    "is_ableton_link_enabled",
    "loop",
    "loop_length",
    "loop_start",
    "metronome",
    "midi_recording_quantization",
    "nudge_down",
    "nudge_up",
    "punch_in",
    "punch_out",
    "record_mode",
    "root_note",
    "scale_name",
    "session_record",
    "signature_denominator",
    "signature_numerator",
    "tempo",
]
SONG_R = ["can_redo", "can_undo", "is_playing", "song_length", "session_record_status"]
SONG_OWN = [
    "get/num_tracks",
    "get/track_names",
    "get/track_data",
    "export/structure",
    "get/num_scenes",
    "get/scenes/name",
    "get/cue_points",
    "cue_point/jump",
    "cue_point/add_or_delete",
    "cue_point/set/name",
    "start_listen/beat",
    "stop_listen/beat",
]
TRACK_R = [
    "can_be_armed",
    "fired_slot_index",
    "has_audio_input",
    "has_audio_output",
    "has_midi_input",
    "has_midi_output",
    "is_foldable",
    "is_grouped",
    "is_visible",
    "output_meter_level",
    "output_meter_left",
    "output_meter_right",
    "playing_slot_index",
]
TRACK_RW = ["arm", "color", "color_index", "current_monitoring_state", "fold_state", "mute", "solo", "name"]
MIXER = ("volume", "panning")
TRACK_OWN = [
    "delete_device",
    "stop_all_clips",
    "get/send",
    "set/send",
    "delete_clip",
    "get/clips/name",
    "get/clips/length",
    "get/clips/color",
    "get/arrangement_clips/name",
    "get/arrangement_clips/length",
    "get/arrangement_clips/start_time",
    "get/num_devices",
    "get/devices/name",
    "get/devices/type",
    "get/devices/class_name",
    "get/devices/can_have_chains",
]
ROUTING = ("output_routing_type", "output_routing_channel", "input_routing_type", "input_routing_channel")
CLIP_METHODS = ["fire", "stop", "duplicate_loop", "remove_notes_by_id"]
CLIP_R = [
    "end_time",
    "file_path",
    "gain_display_string",
    "has_groove",
    "is_midi_clip",
    "is_audio_clip",
    "is_overdubbing",
    "is_playing",
    "is_recording",
    "is_triggered",
    "length",
    "playing_position",
    "sample_length",
    "start_time",
    "will_record_on_start",
]
CLIP_RW = [
    "color",
    "color_index",
    "end_marker",
    "gain",
    "launch_mode",
    "launch_quantization",
    "legato",
    "loop_end",
    "loop_start",
    "looping",
    "muted",
    "name",
    "pitch_coarse",
    "pitch_fine",
    "position",
    "ram_mode",
    "start_marker",
    "velocity_amount",
    "warp_mode",
    "warping",
]
SLOT_METHODS = ["fire", "stop", "create_clip", "delete_clip", "duplicate_clip_to"]
SLOT_R = [
    "has_clip",
    "controls_other_clips",
    "is_group_slot",
    "is_playing",
    "is_triggered",
    "playing_status",
    "will_record_on_start",
]
SLOT_RW = ["has_stop_button"]
SCENE_METHODS = ["fire", "fire_as_selected", "fire_selected"]
SCENE_R = ("is_empty", "is_triggered")
SCENE_RW = [
    "color",
    "color_index",
    "name",
    "tempo",
    "tempo_enabled",
    "time_signature_numerator",
    "time_signature_denominator",
    "time_signature_enabled",
]
DEVICE_OWN = [
    "get/num_parameters",
    "get/parameters/name",
    "get/parameters/value",
    "get/parameters/min",
    "get/parameters/max",
    "get/parameters/is_quantized",
    "set/parameters/value",
    "get/parameter/value",
    "get/parameter/value_string",
    "set/parameter/value",
    "get/parameter/name",
    "start_listen/parameter/value",
    "stop_listen/parameter/value",
]
VIEW = ["selected_scene", "selected_track", "selected_clip", "selected_device"]
OTHERS = [
    "/live/test",
    "/live/api/reload",
    "/live/api/get/log_level",
    "/live/api/set/log_level",
    "/live/api/show_message",
    "/live/application/get/version",
    "/live/application/get/average_process_usage",
    "/live/midimap/map_cc",
    "/live/clip/get/notes",
    "/live/clip/add/notes",
    "/live/clip/remove/notes",
    "/live/clips/filter",
    "/live/clips/unfilter",
]


def _properties(kind: str, readable: Sequence[str], writable: Sequence[str]) -> Iterator[str]:
    for name in (*readable, *writable):
        yield from (f"/live/{kind}/{verb}/{name}" for verb in ("get", "start_listen", "stop_listen"))
    yield from (f"/live/{kind}/set/{name}" for name in writable)


def _all() -> Iterator[str]:
    yield from OTHERS
    own = {
        "song": SONG_METHODS + SONG_OWN,
        "track": TRACK_OWN,
        "clip": CLIP_METHODS,
        "clip_slot": SLOT_METHODS,
    }
    for kind, names in (*own.items(), ("scene", SCENE_METHODS), ("device", DEVICE_OWN)):
        yield from (f"/live/{kind}/{name}" for name in names)
    yield from _properties("song", SONG_R, SONG_RW)
    yield from _properties("track", TRACK_R, (*TRACK_RW, *MIXER))
    yield from _properties("clip", CLIP_R, CLIP_RW)
    yield from _properties("clip_slot", SLOT_R, SLOT_RW)
    yield from _properties("scene", SCENE_R, SCENE_RW)
    yield from _properties("device", ("class_name", "name", "type"), ())
    for name in ROUTING:
        yield from (f"/live/track/{verb}/{name}" for verb in ("get", "set"))
        yield f"/live/track/get/available_{name}s"
    for name in VIEW:
        yield from (f"/live/view/{verb}/{name}" for verb in ("get", "set"))
    for name in VIEW[:2]:
        yield from (f"/live/view/{verb}/{name}" for verb in ("start_listen", "stop_listen"))


ALL = frozenset(_all())
