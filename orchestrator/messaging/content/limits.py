"""How large a template, its parts and its output may be."""

from __future__ import annotations

SOURCE_LENGTH = 200_000  # characters of one part of a template
TOKENS = 16_000  # words and signs inside {{ }} and {% %} of one part
TREE_NODES = 8_000  # expressions and statements in one part
TREE_DEPTH = 60  # how deep they nest
LOOP_DEPTH = 3  # loops inside loops
RANGE_LENGTH = 1_000  # turns of {% for i in range(n) %}
TEXT_LENGTH = 500_000  # characters of any text an expression makes
LIST_LENGTH = 10_000  # items of any list an expression makes
NUMBER_SIZE = 10**30  # magnitude of any number an expression makes
OUTPUT_BYTES = 500_000  # bytes of a rendered part
SUBJECT_LENGTH = 998  # characters of a header line (RFC 5322)
SMS_PARTS = 10  # segments of one text message
WEBHOOK_BYTES = 64_000  # of a webhook's body, as it is written and as it leaves
PUSH_BYTES = 3_800  # providers take 4 kB, their envelope included
