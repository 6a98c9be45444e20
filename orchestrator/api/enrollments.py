"""`POST /api/v1/journeys/<key>/enrollments`: a program lets a customer into a journey, once for each key of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.api.auth import Door
from orchestrator.api.once import once
from orchestrator.api.problems import problem
from orchestrator.api.shapes import ObjectField
from orchestrator.api.telling import told
from orchestrator.customers.survivors import named
from orchestrator.journeys.enter import LONGEST_KEY, EnterError, enter

_STATUS = {"no_journey": status.HTTP_404_NOT_FOUND, "not_live": status.HTTP_409_CONFLICT}


class Call(serializers.Serializer):  # type: ignore[type-arg]
    """`customer` is the external id; the same `key` is the same entry; `properties` are what templates read."""

    customer = serializers.CharField(max_length=100)
    key = serializers.CharField(max_length=LONGEST_KEY)
    properties = ObjectField(default=dict)


class EntryShape(serializers.Serializer):  # type: ignore[type-arg]
    """What came of it: `entered` says whether it was this call, `reason` why nobody was let in."""

    enrollment = serializers.IntegerField(allow_null=True)
    entered = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class EnrollmentsView(Door):
    """201 with the new enrollment; 200 where the key is known, or nobody was let in, with the reason."""

    rights = {"POST": ("journeys.add_enrollment",)}

    @told(
        "enroll_customer", "Let a customer into a journey",
        tag="enrollments", body=Call, writes=True, missing=True, status=201,
        sent={"customer": "anna-7", "key": "order-1207", "properties": {"order": "1207"}}, answers=EntryShape,
        example={"enrollment": 51, "entered": True, "reason": ""}, also={200: EntryShape},
    )  # fmt: skip
    @once
    def post(self, request: Request, journey: str) -> Response:
        """Let one customer in."""
        call = Call(data=request.data)
        call.is_valid(raise_exception=True)
        said: dict[str, Any] = call.validated_data
        customer = named([said["customer"]]).get(said["customer"])
        if customer is None:
            return problem(
                "no_customer", f"there is no customer with the external id “{said['customer']}”", 404
            )
        try:
            done = enter(journey, customer, said["key"], said["properties"], datetime.now(UTC))
        except EnterError as error:
            return problem(error.code, str(error), _STATUS.get(error.code, status.HTTP_400_BAD_REQUEST))
        except ValueError as error:
            return problem("bad_properties", str(error), status.HTTP_400_BAD_REQUEST)
        answer = {"enrollment": done.enrollment, "entered": done.made, "reason": done.reason}
        return Response(answer, status.HTTP_201_CREATED if done.made else status.HTTP_200_OK)
