"""Ready period → what goes by itself: draft, confirmed, sent, or left to a person."""

from . import settings, level, left, doubts, made, job, act
