"""`match`: values, sequences, mappings, classes, captures, alternatives, guards."""

from __future__ import annotations

import ast
from typing import Any

from engine.code.faults import fault
from engine.code.script import sentences
from engine.code.script.statements import Statements

_WHOLE = (int, float, str, bool, list, tuple, dict, set)
"""Types whose pattern has the whole value in its brackets."""


class Patterns(Statements):
    """Tells whether a value fits a pattern, and captures what it names."""

    def fits(self, pattern: ast.pattern, value: Any) -> bool:
        """Whether a value fits; names are bound on the way.  Raises Fault for what is not read."""
        self.count()
        match pattern:
            case ast.MatchValue(value=node):
                return bool(value == self.value(node))
            case ast.MatchSingleton(value=one):
                return value is one
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None and not self.fits(inner, value):
                    return False
                if name is not None:
                    self.bind(name, value)
                return True
            case ast.MatchOr(patterns=several):
                return any(self.fits(one, value) for one in several)
            case ast.MatchSequence(patterns=several):
                return self._fits_sequence(several, value)
            case ast.MatchMapping():
                return self._fits_mapping(pattern, value)
            case ast.MatchClass():
                return self._fits_class(pattern, value)
        raise fault(pattern, sentences.NO_PATTERN)

    def _fits_sequence(self, several: list[ast.pattern], value: Any) -> bool:
        if not isinstance(value, (list, tuple)):
            return False
        star = next((k for k, p in enumerate(several) if isinstance(p, ast.MatchStar)), None)
        if star is None:
            return len(value) == len(several) and all(map(self.fits, several, value))
        after = len(several) - star - 1
        if len(value) < star + after:
            return False
        head = all(map(self.fits, several[:star], value[:star]))
        tail = all(map(self.fits, several[star + 1 :], value[len(value) - after :]))
        one = several[star]
        if head and tail and isinstance(one, ast.MatchStar) and one.name:
            self.bind(one.name, list(value[star : len(value) - after]))
        return head and tail

    def _fits_mapping(self, pattern: ast.MatchMapping, value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        keys = [self.value(k) for k in pattern.keys]
        for key, inner in zip(keys, pattern.patterns, strict=True):
            if key not in value or not self.fits(inner, value[key]):
                return False
        if pattern.rest:
            self.bind(pattern.rest, {k: v for k, v in value.items() if k not in keys})
        return True

    def _fits_class(self, pattern: ast.MatchClass, value: Any) -> bool:
        cls = self.value(pattern.cls)
        if not isinstance(cls, type) or not isinstance(value, cls):
            return False
        if len(pattern.patterns) == 1 and cls in _WHOLE:
            return self.fits(pattern.patterns[0], value)
        pairs = list(zip(self._fields(cls), pattern.patterns, strict=False))
        pairs += list(zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True))
        for name, inner in pairs:
            if not hasattr(value, name) or not self.fits(inner, self.attribute(value, name)):
                return False
        return True

    def _fields(self, cls: type) -> tuple[str, ...]:
        return tuple(getattr(cls, "_fields", ()))
