"""Every `code` that a refusal may have, and what to do about it: what `type` of a problem leads to."""

from __future__ import annotations

from collections.abc import Mapping

PROBLEMS: Mapping[str, str] = {
    "not_authenticated": "Nothing was shown: send a key as Authorization: Bearer jk_…",
    "authentication_failed": "Name and password are wrong, or the account has a second factor: use a key.",
    "key_unknown": "There is no such key. It may have been copied in part.",
    "key_expired": "The key has ended. Make another in the studio; rotate the next one before it ends.",
    "key_revoked": "Somebody has ended this key.",
    "permission_denied": "The key lacks a scope, or the account a right; `detail` names it.",
    "throttled": "Too many calls in this minute. Wait as long as Retry-After says.",
    "parse_error": "The body is no JSON, or holds what no database can keep; `detail` says where.",
    "unsupported_media_type": "Send JSON, and say so: Content-Type: application/json.",
    "not_acceptable": "The API answers JSON alone.",
    "too_large": "The body is larger than 1 MB. Send it in parts.",
    "method_not_allowed": "The address knows no such method.",
    "not_found": "There is nothing at this address.",
    "bad_request": "The request cannot be read.",
    "invalid": "Something in the body is wrong; `errors` names each, by a JSON pointer.",
    "unknown_parameter": "A parameter is none of this list's; `errors` names those there are.",
    "bad_parameter": "A parameter has a value that it cannot have; `errors` says what it may be.",
    "bad_cursor": "The cursor is none of this list's. Take `next` as it came, or begin anew without one.",
    "bad_idempotency_key": "An Idempotency-Key has 1 to 255 visible ASCII characters.",
    "key_reused": "The Idempotency-Key came with another call before. Take a new one for a new call.",
    "in_flight": "A call with this Idempotency-Key is under way. Ask again in a second: it is answered then.",
    "no_customer": "Nobody has this external id, or they were erased.",
    "no_journey": "There is no journey with this key.",
    "no_version": "The journey has no version with this number.",
    "no_segment": "There is no segment with this key.",
    "no_enrollment": "There is no enrollment with this number.",
    "no_message": "There is no message with this number.",
    "not_live": "The journey is a draft, or was stopped for good.",
    "no_api": "The journey lets nobody in by a call: its entry has no `api`.",
    "bad_key": "The entry's key must have 1 to 100 characters.",
    "missing_property": "The journey's entry asks for properties that are not there; `detail` names them.",
    "bad_properties": "A property cannot be kept; `detail` says which.",
    "journey_missing": "Name the journey: ?journey=KEY.",
    "bad_kind": "A timeline has no such kind of things; `detail` names those there are.",
    "bad_before": "`before` is no place of a timeline: give the `next` of the page before.",
    "bad_limit": "`limit` must be a number from 1 to 200.",
}
