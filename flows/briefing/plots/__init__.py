"""Plots as SVG text, drawn on the server and coloured by the page's style sheet.

Scales, ticks and curves are detroit's (D3 in Python). Every plot comes in two widths, of which the style sheet shows
the one that fits, so that its letters are as large as the page's on a phone too.
"""

from flows.briefing.plots.activity import draw_activity
from flows.briefing.plots.canvas import Plot
from flows.briefing.plots.leads import draw_leads
from flows.briefing.plots.mentions import draw_mentions
from flows.briefing.plots.nights import draw_nights
from flows.briefing.plots.spark import draw_spark
from flows.briefing.plots.volume import draw_volume

__all__ = ["Plot", "draw_activity", "draw_leads", "draw_mentions", "draw_nights", "draw_spark", "draw_volume"]
