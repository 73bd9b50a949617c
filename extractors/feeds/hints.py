"""What feeds say about how often they change."""

from __future__ import annotations

_PERIODS_S = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


def ttl_s(ttl: object = None, period: object = None, frequency: object = None) -> float | None:
    """Seconds until the feed says it is worth asking again: `ttl` in minutes (RSS 2.0), else the syndication module's
    period over frequency; between a minute and 30 days, None if neither is stated sensibly."""
    stated = _number(ttl)
    if stated is not None:
        seconds = stated * 60
    else:
        length = _PERIODS_S.get(str(period or "").strip().lower())
        if length is None:
            return None
        seconds = length / max(1.0, _number(frequency) or 1.0)
    return min(max(seconds, 60.0), 2592000.0) if seconds > 0 else None


def _number(value: object) -> float | None:
    try:
        number = float(str(value).strip()[:20])
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None
